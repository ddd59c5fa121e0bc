"""Asking for results where no result backend is configured."""

from celery import Celery

from compat_tests.recorder import outcome, record

app = Celery("proj")


@app.task
def add(x, y):
    record("add", x, y)
    return x + y


@app.task
def fails():
    raise ValueError("x")


def drive(record):
    result = add.apply_async((1, 2), task_id="ID1")
    record("get", outcome(result.get), outcome(result.get, timeout=1), outcome(result.wait))
    for name in ("state", "status", "result", "info", "traceback"):
        record(f"pending .{name}", outcome(lambda name=name: getattr(result, name)))
    for name in ("ready", "successful", "failed"):
        record(f"pending .{name}()", outcome(getattr(result, name)))
    fails.apply_async(task_id="ID2")


def after(record):
    for task_id in ("ID1", "ID2", "never sent"):
        result = app.AsyncResult(task_id)
        record("state after", task_id, outcome(lambda result=result: result.state))
        record("ready after", task_id, outcome(result.ready), outcome(result.failed))
        record("forget", task_id, outcome(result.forget))
