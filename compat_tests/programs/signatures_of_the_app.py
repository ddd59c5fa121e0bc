"""Signatures by name: app.signature and celery.signature, of unknown tasks, with options, bound to an app."""

from celery import Celery, current_app, signature
from celery.canvas import Signature

from compat_tests.recorder import outcome, record, returns

QUEUES = ["celery", "named"]

app = Celery("proj")


@app.task(bind=True, name="jobs.add")
def add(self, x, y=0):
    record("add", x, y, (self.request.delivery_info or {}).get("routing_key"), self.request.headers)
    return x + y


@app.task
def calls(stored):
    record("calls", type(stored).__name__)
    signature(stored, app=current_app).delay(10)
    current_app.signature("jobs.add", args=(7,)).apply_async(task_id="by name in a task")


def drive(record):
    by_app = app.signature("jobs.add", (1,), {"y": 2}, queue="named", headers={"h": 1})
    by_function = signature("jobs.add", args=(1,), kwargs={"y": 2}, options={"queue": "named", "headers": {"h": 1}})
    record("equal", by_app == by_function, dict(by_app), by_app.app is app, by_function.app is app)
    record("of the task", by_app.type == add, add.signature((1,), {"y": 2}, queue="named", headers={"h": 1}) == by_app)
    record("sent", type(by_app.delay()).__name__, type(by_function.apply_async(kwargs={"y": 9})).__name__)
    record("called", by_app.apply().get(), signature("jobs.add", (3,))(), signature("jobs.add")(3, y=4))
    unknown = app.signature("jobs.nobody", (1,))
    record("unknown", repr(unknown), outcome(lambda: unknown.type), outcome(unknown), outcome(unknown.apply))
    record("unknown is sent", returns(unknown.apply_async, queue="later"))
    record(
        "checked when known", outcome(signature("jobs.add", (1, 2, 3)).delay), outcome(app.signature("jobs.add").delay)
    )
    other = Celery("other", set_as_current=False)
    bound = other.signature("jobs.add", (1,))
    record("of another app", bound.app.main, signature("jobs.add", (1,)).app.main, bound == signature("jobs.add", (1,)))
    record("given an app", signature("x", app=other).app is other, Signature("x", app=other).app is other)
    record("a task as name", repr(signature(add)), signature(add, (1,)).task, Signature(add, (2,), app=app).type == add)
    record("immutable", app.signature("jobs.add", (1,), immutable=True).immutable)
    calls.apply_async((app.signature("jobs.add", kwargs={"y": 5}),), task_id="calls", argsrepr="()")
