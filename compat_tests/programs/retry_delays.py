"""When a retry is due: countdown, eta, the task's default_retry_delay; the tasks wait in a queue that nobody reads."""

import datetime as dt

from celery import shared_task

from compat_tests.recorder import record

AT = dt.datetime(2035, 1, 1, 12, tzinfo=dt.UTC)


@shared_task(bind=True)
def default(self):
    raise self.retry(queue="later")


@shared_task(bind=True, default_retry_delay=30)
def own_default(self):
    raise self.retry(queue="later", exc=ValueError("x"))


@shared_task(bind=True)
def given(self, **options):
    options = {key: AT if value == "AT" else value for key, value in options.items()}
    raise self.retry(queue="later", **options)


@shared_task(bind=True, default_retry_delay=0)
def no_delay(self):
    record("no_delay", self.request.retries)
    if not self.request.retries:
        raise self.retry()


def drive(record):
    default.apply_async(task_id="default")
    own_default.apply_async(task_id="own default")
    for label, options in {
        "countdown": {"countdown": 77},
        "fraction": {"countdown": 2000.0},
        "countdown None": {"countdown": None},
        "eta": {"eta": "AT"},
        "eta and countdown": {"eta": "AT", "countdown": 60},
    }.items():
        given.apply_async((), options, task_id=label)
    no_delay.apply_async(task_id="no delay")
