"""task_always_eager: delay() runs the task here; arguments are checked and serialised; read at call time."""

import datetime as dt

from celery import Celery, current_app

from compat_tests.recorder import outcome, record

app = Celery("proj")


@app.task(bind=True)
def task(self, x):
    record("task", x, type(x).__name__, self.request.is_eager, self.request.called_directly, self.request.retries)
    return x


@app.task
def fails():
    raise KeyError("k")


@app.task(bind=True, max_retries=2)
def retried(self):
    record("retried", self.request.retries)
    if self.request.retries < 2:
        raise self.retry(countdown=100)
    return "done"


@app.task
def nested(depth):
    record("nested", depth)
    if depth:
        return nested.delay(depth - 1).get(disable_sync_subtasks=False) + 1
    return 0


@app.task
def gets():
    return task.delay(1).get()


def drive(record):
    app.conf.task_always_eager = True
    result = task.delay((1, 2))
    record("result", type(result), result.state, result.get(), current_app.conf.task_always_eager)
    record("datetime", task.delay(dt.datetime(2030, 1, 1)).get())
    record("set", outcome(task.delay, {1}))
    record("wrong arguments", outcome(task.delay))
    record("countdown and eta are ignored", task.apply_async((1,), countdown=1000).get())
    record("past expires is ignored", task.apply_async((1,), expires=-5).get())
    record("id", task.apply_async((1,), task_id="given").id)
    record("failure is kept", fails.delay().state, outcome(lambda: fails.delay().get()))
    record("retries", retried.delay().get())
    record("nested", nested.delay(2).get())
    record("get within a task", outcome(lambda: gets.delay().get()))
    record("signature", task.s(3).delay().get(), task.s(4).apply_async(countdown=9).get())
    app.conf.task_eager_propagates = True
    record("propagated", outcome(fails.delay), outcome(lambda: retried.delay()))
    app.conf.task_always_eager = False
    record("off again", type(task.delay("sent")))
