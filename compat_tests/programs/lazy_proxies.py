"""Proxy, PromiseProxy and their friends of celery.local, and tasks as proxies: type, truth, comparison, copies."""

import copy
import pickle
import threading

from celery import Celery, shared_task
from celery.local import PromiseProxy, Proxy, maybe_evaluate, try_import

from compat_tests.recorder import outcome, record, show

app = Celery("proj")


@shared_task
def shared():
    """Doc of shared."""
    record("shared")


@app.task
def own():
    """Doc of own."""
    record("own")


def drive(record):
    target = [1, 2]
    proxy = Proxy(lambda: target)
    record(
        "a list", len(proxy), proxy[0], list(proxy), 2 in proxy, proxy == [1, 2], repr(proxy), str(proxy), bool(proxy)
    )
    proxy.append(3)
    proxy[0] = 9
    del proxy[1]
    record("changed", target, isinstance(proxy, list), type(proxy).__name__, proxy.__class__)
    number = Proxy(lambda: 5)
    record("a number", number + 1, number == 5, number < 6, -number)
    record("more", int(number), float(number), number // 2, number**2, abs(number), hash(number) == hash(5))
    record("a function", Proxy(lambda: max)(3, 4), Proxy(lambda x, k=0: x + k, (5,), {"k": 1}) == 6)
    lock = threading.Lock()
    with Proxy(lambda: lock):
        record("a context", lock.locked())
    record("none", bool(Proxy(lambda: None)), repr(Proxy(lambda: None)), Proxy(lambda: None) == None)  # noqa: E711
    record("breaks", outcome(lambda: Proxy(lambda: 1 / 0).x), outcome(lambda: repr(Proxy(lambda: 1 / 0))))
    made = []
    promise = PromiseProxy(lambda: made.append(1) or {"made": len(made)})
    record("promise", made, promise.__evaluated__(), maybe_evaluate(promise), promise["made"], made)
    record("evaluated", promise.__evaluated__(), promise._get_current_object() is promise._get_current_object())
    later = PromiseProxy(lambda: "x")
    later.__then__(lambda: made.append("then"))
    record("then", made, str(later), maybe_evaluate(later), made, maybe_evaluate("plain"))
    named = Proxy(lambda: target, name="named", __doc__="Its doc.")
    record("named", named.__name__, named.__doc__, try_import("no.such.module", "default"))
    for task in (shared, own):
        record("task", type(task).__name__, task.__class__.__name__, task.__doc__, task.__name__, callable(task))
        record(
            "task",
            bool(task),
            task == app.tasks[task.name],
            hash(task) == hash(app.tasks[task.name]),
            task is app.tasks[task.name],
        )
        record("task", copy.copy(task) == task, pickle.loads(pickle.dumps(task)) == task, show(task))
        record(
            "task",
            isinstance(task, app.Task),
            isinstance(task, Proxy),
            {task: 1}[app.tasks[task.name]],
            "run" in dir(task),
        )
        record("no attribute", outcome(lambda task=task: task.nope), hasattr(task, "nope"), getattr(task, "nope", 5))
        task.delay()
