"""Tasks with countdown or eta run when they are due and not before, in the order of their eta."""

import datetime as dt
import time

from celery import shared_task

from compat_tests.recorder import record


@shared_task(bind=True)
def at(self, label, sent, wait):
    record(
        "ran", label, "not before it was due" if time.time() >= sent + wait else "too early", self.request.eta is None
    )


def drive(record):
    sent = time.time()
    at.apply_async(("half", sent, 0.5), countdown=0.5, task_id="half")
    at.apply_async(("soon", sent, 0.25), countdown=0.25, task_id="soon")
    eta = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=0.4)
    at.apply_async(("eta", sent, 0.4), eta=eta, task_id="eta")
    riga = dt.timezone(dt.timedelta(hours=3))
    at.apply_async(("offset", sent, 0.3), eta=(eta - dt.timedelta(seconds=0.1)).astimezone(riga), task_id="offset")
    at.apply_async(("past", sent, 0), eta=dt.datetime(2020, 1, 1, tzinfo=dt.UTC), task_id="past")
