"""Retries in eager mode: apply() and always_eager, new arguments, throw=False, used up, with exc, propagating."""

from celery import Celery, Task

from compat_tests.recorder import outcome, record

app = Celery("proj")


class Hooked(Task):
    def on_retry(self, exc, task_id, args, kwargs, einfo):
        record("on_retry", exc, args, kwargs, einfo is not None)

    def on_failure(self, exc, task_id, args, kwargs, einfo):
        record("on_failure", exc)


@app.task(bind=True, base=Hooked, max_retries=2)
def task(self, how, x=0):
    record("attempt", how, x, self.request.retries, self.request.is_eager, self.request.called_directly)
    again = {
        "new arguments": {"args": (how, x + 1)},
        "new keywords": {"kwargs": {"x": x + 10}},
        "exc": {"exc": KeyError("gone")},
        "class": {"exc": KeyError},
        "text": {"exc": "gone"},
        "throw": {"throw": False},
        "more": {"max_retries": 4},
        "queue": {"queue": "elsewhere", "countdown": 5000},
    }
    if self.request.retries < (9 if how in ("exc", "class", "text", "more") else 1):
        retry = self.retry(**again[how])
        record("returned", type(retry).__name__, str(retry))
        return str(retry)
    return how, x


@app.task(bind=True, autoretry_for=(LookupError,), retry_kwargs={"max_retries": 2, "countdown": 77}, throws=(KeyError,))
def by_itself(self):
    record("by itself", self.request.retries)
    raise KeyError(self.request.retries)


HOWS = ("new arguments", "new keywords", "exc", "class", "text", "throw", "more", "queue")


def drive(record):
    for how in HOWS:
        result = task.apply((how,), task_id=f"apply {how}")
        record("applied", how, result.id, result.state, result.result)
    record("applied", by_itself.apply().state)
    record("counted from", task.apply(("queue",), retries=1).get(), task.apply(("exc",), retries=2).state)
    app.conf.task_always_eager = True
    for how in HOWS:
        result = task.apply_async((how,), task_id=f"eager {how}")
        record("eager", how, result.id, result.state, result.result)
    app.conf.task_eager_propagates = True
    for how in HOWS:
        record("propagated", how, outcome(lambda how=how: task.delay(how).get()))
    record("propagated", outcome(by_itself.delay))
