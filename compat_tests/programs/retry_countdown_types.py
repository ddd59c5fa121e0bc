"""retry() with countdown in every type: what it accepts, what it raises, and what becomes of the task."""

import datetime as dt
from decimal import Decimal

from celery import shared_task

from compat_tests.recorder import record

VALUES = {
    "zero": 0,
    "fraction": 0.05,
    "False": False,
    "negative": -5,
    "None": None,
    "hour": 3600,
    "True": True,
    "text": "5",
    "timedelta": dt.timedelta(seconds=5),
    "Decimal": Decimal(5),
    "list": [5],
    "infinite": float("inf"),
    "not a number": float("nan"),
    "too far": 1e12,
}


@shared_task(bind=True, default_retry_delay=0, max_retries=1)
def task(self, label, queue):
    record("attempt", label, self.request.retries)
    if not self.request.retries:
        raise self.retry(countdown=VALUES[label], queue=queue)


def drive(record):
    for label in VALUES:
        queue = "later" if label in ("hour", "True") else "celery"
        task.apply_async((label, queue), task_id=label)
