"""A signature's fields and methods: names, ids, text, what can be set, links, copies, and calling it."""

from celery import shared_task
from celery.canvas import Signature
from celery.utils.text import truncate

from compat_tests.recorder import outcome, record


@shared_task
def add(x, y=1, **kwargs):
    record("add", x, y, kwargs)
    return x + y


def drive(record):
    s = add.s(2, y=3)
    record("names", s.task, s.name, s["task"], s.get("task"), s.get("nope"))
    record("more", s.subtask_type, s.immutable, s.id, s.parent_id, s.root_id, s.parent_id is s.root_id)
    record("called", s(), add.s(2)(5), add.s()(1, y=2), add.si(4)(9, y=9))
    record("applied", s.apply().get(), add.s().apply((1,), {"y": 7}).get(), s.apply(kwargs={"y": 0}).get())
    record("application fails", outcome(lambda: add.s().apply().state))
    s.args = (10, 20)
    s.kwargs = {}
    s.options = {"countdown": 1}
    s.immutable = True
    s.subtask_type = None
    record("set", dict(s), repr(s))
    s.task = "other.name"
    record("renamed", repr(s), s.name)
    s["extra"] = 1
    record("a dict all the same", s["extra"], len(s), "extra" in s, sorted(s))
    record("attribute that is none", outcome(lambda: s.nope))
    t = add.s(1)
    record("set()", t.set(countdown=3, priority=2) is t, t.options, t.set(immutable=True).immutable, t.options)
    record("set_immutable", t.set_immutable(False), t.immutable)
    record("update", t.update({"kwargs": {"y": 5}}), t.kwargs, t.setdefault("x", 1), t.pop("x"))
    c = t.clone()
    c.kwargs["y"] = 6
    c.options["priority"] = 9
    record("clone", t.kwargs, t.options, c.options, c is t)
    replaced = t.replace(args=(3,), kwargs={"y": 4}, options={"queue": "q"})
    record("replace", dict(replaced), dict(t)["args"])
    record("texts", str(add.s("a", b="c")), repr(add.s([1], k={"a": 1})), add.s(1).reprcall(5, z=6))
    record("long", truncate(repr(add.s("x" * 300)), 60))
    record("flatten_links", add.s(1).flatten_links() == [add.s(1)])
    record("bool, iteration, in", bool(Signature()), list(add.s(1)), "args" in add.s(1))
    record("comparison", add.s(1) != add.s(1), add.s(1) == "add", outcome(lambda: add.s(1) < add.s(2)))
    record("hash", outcome(lambda: {add.s(1): 1}), outcome(lambda: add.s(1) in [add.s(2), add.s(1)]))
    record("type", add.s(1).type == add, add.s(1).type.name)
    add.s(1).set(task_id="given").delay()
    record("result", add.s(1).set(task_id="r").apply_async(queue="later").id, add.s(1).freeze("f").id)
