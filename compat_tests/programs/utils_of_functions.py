"""What projects import from celery.utils.functional and kombu through it: memoize, chunks, first, lists, inspection."""

from celery.utils.functional import (
    LRUCache,
    chunks,
    dictfilter,
    first,
    firstmethod,
    fun_accepts_kwargs,
    fun_takes_argument,
    head_from_fun,
    is_list,
    is_numeric_value,
    lazy,
    maybe,
    maybe_evaluate,
    maybe_list,
    memoize,
    mlazy,
    noop,
    padlist,
    pass1,
    uniq,
)

from compat_tests.recorder import outcome


class Plugin:
    def __init__(self, answer):
        self.answer = answer

    def handle(self, *args):
        return self.answer and (self.answer, *args)


def many(a, b=1, *args, c, d=2, **kwargs):
    return a


def bound(self, x, y=None):
    return x


def drive(record):
    record(
        "chunks",
        [list(part) for part in chunks(iter(range(7)), 3)],
        list(chunks(iter([]), 2)),
        outcome(lambda: list(chunks([1, 2, 3], 2))),
    )
    calls = []

    @memoize(maxsize=2)
    def slow(x, y=0):
        calls.append(x)
        return x * 2

    record("memoize", [slow(n) for n in (1, 2, 1, 3, 1)], calls, slow.hits, slow.misses)
    record("cleared", slow.clear(), slow(1), calls)
    cache = LRUCache(limit=2)
    for key in "abc":
        cache[key] = key.upper()
    record("LRUCache", list(cache.items()), "a" in cache, cache.get("b"), len(cache), outcome(lambda: cache["a"]))
    record("first", first(None, [None, 0, 1]), first(lambda n: n > 2, range(9)), first(None, []), first(bool, [0, ""]))
    handle = firstmethod("handle")
    record("firstmethod", handle([Plugin(None), object(), Plugin("yes"), Plugin("no")], 5), handle([]))
    record(
        "firstmethod of lazy",
        handle([lazy(Plugin, "lazy"), Plugin("no")]),
        firstmethod("handle", on_call=lambda m, *a: "called")([Plugin(1)]),
    )
    made = []
    once, always = mlazy(lambda: made.append(1) or len(made)), lazy(lambda: made.append(2) or len(made))
    record("lazy", once(), once(), always(), always(), maybe_evaluate(once), maybe_evaluate("x"), once.evaluated)
    record(
        "lists",
        maybe_list("a"),
        maybe_list(["a"]),
        maybe_list(None),
        is_list([1]),
        is_list("a"),
        is_list((1,)),
        is_list({}),
    )
    record("padlist", padlist([1, 2], 4), padlist([1, 2, 3], 2), padlist("ab", 3, "x"))
    record("small", noop(1, a=2), pass1(5, 6), maybe(int, "5"), maybe(int, None), dictfilter({"a": None, "b": 1}, c=2))
    record(
        "uniq",
        list(uniq([3, 1, 3, 2, 1])),
        is_numeric_value(5),
        is_numeric_value(True),
        is_numeric_value("5"),
        is_numeric_value(1.5),
    )
    record("kwargs", fun_accepts_kwargs(many), fun_accepts_kwargs(bound), fun_accepts_kwargs(lambda **k: 0))
    record(
        "argument",
        fun_takes_argument("x", bound),
        fun_takes_argument("z", bound),
        bool(fun_takes_argument("z", many)),
        fun_takes_argument("q", bound, position=2),
    )
    head = head_from_fun(many)
    for args, kwargs in (((1,), {"c": 2}), ((), {}), ((1,), {}), ((1, 2, 3), {"c": 1, "z": 9})):
        record("head", args, kwargs, outcome(head, *args, **kwargs))
    method = head_from_fun(bound, bound=True)
    record("bound head", outcome(method, 1), outcome(method), outcome(method, 1, 2, 3))
    record(
        "of a callable",
        outcome(head_from_fun(Plugin(1).handle), 1, 2),
        outcome(head_from_fun, lambda x: x).partition("(")[0],
    )
