"""countdown in every type: what is accepted, what is refused at the call, and what it does to eta."""

import datetime as dt
from decimal import Decimal

from celery import shared_task

from compat_tests.recorder import outcome, record, returns


@shared_task(bind=True)
def now(self, label):
    record("ran", label, self.request.eta)


@shared_task
def later():
    record("must not run here")


def drive(record):
    for countdown in (0, None, False, -5, -0.4, -86400):
        record("due now", countdown, returns(now.apply_async, (str(countdown),), countdown=countdown))
    for countdown in (10, 1800.0, True, 3600 * 24):
        record("due later", countdown, returns(later.apply_async, countdown=countdown, queue="later"))
    for countdown in ("10", dt.timedelta(seconds=10), Decimal(10), 1e12, float("inf"), float("nan"), [1], -(2**31) - 1):
        record("refused", countdown, outcome(later.apply_async, countdown=countdown, queue="later"))
    eta = dt.datetime(2035, 1, 1, 12, tzinfo=dt.UTC)
    record("countdown beats eta", returns(later.apply_async, countdown=5, eta=eta, queue="later"))
    record("countdown=0 leaves eta", returns(later.apply_async, countdown=0, eta=eta, queue="later"))
