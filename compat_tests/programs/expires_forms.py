"""expires in every type: numbers from now, instants, text, and what is refused at the call."""

import datetime as dt
from decimal import Decimal

from celery import shared_task

from compat_tests.recorder import outcome, record, returns


@shared_task(bind=True)
def task(self, label):
    record("ran", label, self.request.expires)


@shared_task(expires=300)
def with_own():
    record("with_own")


def drive(record):
    noon = dt.datetime(2035, 7, 1, 12)
    accepted = {
        "60": 60,
        "5.0": 5.0,
        "True": 3600.0,
        "None": None,
        "aware": noon.replace(tzinfo=dt.UTC),
        "naive": noon,
        "text": "2035-07-01T12:00:00+00:00",
    }
    for label, expires in accepted.items():
        record("accepted", label, returns(task.apply_async, (label,), expires=expires))
    for expires in (dt.timedelta(seconds=5), Decimal(5), "10 minutes", [1], float("inf")):
        record("refused", expires, outcome(task.apply_async, ("refused",), expires=expires))
    with_own.delay()
    with_own.apply_async(expires=None)
    with_own.apply_async(expires=600)
