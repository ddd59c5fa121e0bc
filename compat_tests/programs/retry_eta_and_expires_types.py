"""retry() with eta and expires in every type that apply_async takes, and in those that it refuses."""

import datetime as dt
from decimal import Decimal

from celery import shared_task

from compat_tests.recorder import record

PAST = dt.datetime(2020, 1, 1, 12)
FAR = dt.datetime(2035, 7, 1, 12)
ETAS = {
    "past, naive": PAST,
    "past, aware": PAST.replace(tzinfo=dt.UTC),
    "past, text": "2020-01-01T12:00:00+00:00",
    "far, aware": FAR.replace(tzinfo=dt.UTC),
    "far, other zone": FAR.replace(tzinfo=dt.timezone(dt.timedelta(hours=3))),
    "number": 123,
    "timedelta": dt.timedelta(hours=1),
}
EXPIRES = {
    "number": 3600,
    "aware": FAR.replace(tzinfo=dt.UTC),
    "text": "2035-07-01T12:00:00+00:00",
    "timedelta": dt.timedelta(hours=1),
    "Decimal": Decimal(5),
}


@shared_task(bind=True, default_retry_delay=0)
def by_eta(self, label):
    record("attempt", label, self.request.retries, self.request.eta)
    if not self.request.retries:
        raise self.retry(eta=ETAS[label], queue="later" if label.startswith("far") else "celery")


@shared_task(bind=True)
def by_expires(self, label):
    record("attempt", label, self.request.retries, self.request.expires)
    if not self.request.retries:
        raise self.retry(countdown=0, expires=EXPIRES[label])


def drive(record):
    for label in ETAS:
        by_eta.apply_async((label,), task_id=f"eta {label}")
    for label in EXPIRES:
        by_expires.apply_async((label,), task_id=f"expires {label}")
