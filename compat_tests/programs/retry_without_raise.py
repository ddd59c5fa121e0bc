"""retry() as statement, with throw=False, caught by the task, and after which the task goes on."""

from celery import shared_task
from celery.exceptions import Retry

from compat_tests.recorder import record


@shared_task(bind=True)
def statement(self):
    record("statement", self.request.retries)
    if self.request.retries == 0:
        self.retry(countdown=0)
        record("never reached")
    return "second"


@shared_task(bind=True)
def returned(self):
    record("returned", self.request.retries)
    if self.request.retries == 0:
        return self.retry(countdown=0)


@shared_task(bind=True)
def caught(self):
    record("caught", self.request.retries)
    if self.request.retries == 0:
        try:
            self.retry(countdown=0, exc=KeyError("k"))
        except Retry as exc:
            record("Retry", exc, exc.when, exc.exc, exc.message, exc.is_eager)
            raise


@shared_task(bind=True)
def caught_by_exception(self):
    record("caught_by_exception", self.request.retries)
    try:
        if self.request.retries == 0:
            self.retry(countdown=0)
    except Exception as exc:
        record("an Exception", type(exc).__name__)
        raise


@shared_task(bind=True)
def by_name(self, x):
    record("by_name", x, by_name.request.retries)
    if by_name.request.retries == 0:
        by_name.retry((x + 1,), countdown=0)


def drive(record):
    for task in (statement, returned, caught, caught_by_exception):
        task.apply_async(task_id=task.name.rpartition(".")[2])
    by_name.apply_async((1,), task_id="by_name")
