"""retry(args, kwargs, exc, throw, eta, countdown, max_retries) by position, each from the first on."""

import datetime as dt

from celery import shared_task

from compat_tests.recorder import record

PAST = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
CALLS = {
    "args": ([["args", "by position"]], {"countdown": 0}),
    "args and kwargs": ([["args and kwargs"], {"y": "by position"}], {"countdown": 0}),
    "None and kwargs": ([None, {"y": "by position"}], {"countdown": 0}),
    "exc": ([None, None, ValueError("third")], {"countdown": 0}),
    "throw": ([None, None, None, False], {"countdown": 0}),
    "eta": ([None, None, None, True, PAST], {}),
    "countdown": ([None, None, None, True, None, 0], {}),
    "max_retries": ([None, None, None, True, None, 0, 0], {}),
    "exc and max_retries": ([None, None, ValueError("third"), True, None, 0, 0], {}),
}


@shared_task(bind=True, max_retries=1)
def task(self, label, y="default"):
    record("attempt", label, y, self.request.retries)
    if not self.request.retries:
        positional, named = CALLS[label]
        self.retry(*positional, **named)
        record("went on", label)


def drive(record):
    for label in CALLS:
        task.apply_async((label,), task_id=label)
