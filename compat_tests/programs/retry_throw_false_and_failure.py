"""retry(throw=False) and then an exception: Celery records a failure and runs the retry as well."""

from celery import shared_task

from compat_tests.recorder import record


@shared_task(bind=True)
def fails(self):
    record("fails", self.request.retries)
    if self.request.retries == 0:
        self.retry(countdown=0, throw=False)
        raise ValueError("after retry")
    return "second"


def drive(record):
    fails.apply_async(task_id="fails")
