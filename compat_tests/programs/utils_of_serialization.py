"""What projects import from celery.utils.serialization and saferepr: exceptions, base64, bools, cut reprs."""

import pickle

from celery.utils.saferepr import saferepr
from celery.utils.serialization import (
    UnpickleableExceptionWrapper,
    b64decode,
    b64encode,
    find_pickleable_exception,
    get_pickleable_exception,
    get_pickled_exception,
    raise_with_context,
    strtobool,
)

from compat_tests.recorder import chained, outcome


class Fine(Exception):
    pass


class TwoArguments(Exception):
    def __init__(self, code, text):
        self.code, self.text = code, text
        super().__init__(code, text)


class Unpicklable(Fine):
    def __init__(self, code, *, text):
        super().__init__(code)
        self.lock = (n for n in ())


class WithLambda(Exception):
    def __init__(self, value):
        super().__init__(lambda: value)


class Loud:
    def __repr__(self):
        return "Loud" * 50


class Broken:
    def __repr__(self):
        raise ValueError("no repr")


def within(exc):
    try:
        raise LookupError("first")
    except LookupError:
        raise_with_context(exc)


def drive(record):
    for exc in (
        Fine("a", 1),
        TwoArguments(1, "x"),
        Unpicklable(5, text="t"),
        WithLambda(1),
        KeyError("k"),
        SystemExit(3),
    ):
        found = get_pickleable_exception(exc)
        name = type(exc).__name__
        record(
            "pickleable",
            name,
            type(found).__name__,
            found is exc,
            len(found.args),
            outcome(lambda f=found: type(pickle.loads(pickle.dumps(f))).__name__),
        )
        record(
            "nearest", name, type(find_pickleable_exception(exc)).__name__, type(get_pickled_exception(found)).__name__
        )
    record("None", outcome(get_pickleable_exception, None))
    wrapper = UnpickleableExceptionWrapper.from_exception(WithLambda(2))
    record("wrapper", wrapper.exc_module, wrapper.exc_cls_name, len(wrapper.exc_args), str(wrapper)[:11])
    record(
        "restored", type(wrapper.restore()).__name__, type(wrapper.restore()).__module__, wrapper.restore().args != ()
    )
    made = UnpickleableExceptionWrapper("mod", "Name", (1, "a"), text="Name(1)")
    record("made", repr(made), str(made), made.args, pickle.loads(pickle.dumps(made)).exc_cls_name)
    record("context", chained(within, ValueError("second")), chained(within, LookupError("own")))
    record("without", outcome(raise_with_context, ValueError("alone")))
    record("base64", b64encode("text"), b64encode(b"\xff"), b64decode("dGV4dA=="), b64decode(b"dGV4dA=="))
    for term in ("yes", "NO", "1", "0", "on", "off", "true", "False", "maybe", "", 1, True, None):
        record("strtobool", term, outcome(strtobool, term))
    for value in (1, "text", [1, (2,)], {"a": {"b": [1, 2]}}, None, {1}, frozenset(), True, 1.5, b"raw", [[[[[[5]]]]]]):
        record("saferepr", saferepr(value))
    record("cut", saferepr("x" * 50, maxlen=20)[:10], len(saferepr(list(range(500)), maxlen=100)) < 130)
    record("levels", saferepr([[[[1]]]], maxlevels=2), saferepr({"a": {"b": {"c": 1}}}, maxlevels=2))
    loop = [1]
    loop.append(loop)
    record("loop", "..." in saferepr(loop) or "Recursion" in saferepr(loop), outcome(saferepr, [Loud()])[:12])
