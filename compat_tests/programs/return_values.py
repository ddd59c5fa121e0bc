"""Whatever a task returns is a success, also what no backend could store, and shows in the log."""

from celery import Task, shared_task

from compat_tests.recorder import record


class Hooked(Task):
    def on_success(self, retval, task_id, args, kwargs):
        record("on_success", type(retval).__name__)


VALUES = {
    "None": None,
    "set": {1},
    "function": record,
    "exception": ValueError("returned, not raised"),
    "text": "text\nof lines",
    "long": list(range(2000)),
    "bytes": b"\xff",
    "nested": {"a": [{"b": (1, 2)}]},
}


@shared_task(base=Hooked)
def task(which):
    return VALUES[which]


@shared_task(base=Hooked)
def generator():
    yield 1


@shared_task(base=Hooked, ignore_result=True, resultrepr_maxsize=30)
def ignored():
    return "x" * 100


def drive(record):
    for which in VALUES:
        task.apply_async((which,), task_id=which)
    generator.apply_async(task_id="generator")
    ignored.apply_async(task_id="ignored")
