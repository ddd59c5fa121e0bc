"""What a task fails with when its retries are used up: the exc that was given, or MaxRetriesExceededError."""

from celery import shared_task
from celery.exceptions import MaxRetriesExceededError

from compat_tests.recorder import record


class Unavailable(Exception):
    pass


@shared_task(bind=True, max_retries=1)
def with_exc(self):
    raise self.retry(exc=Unavailable("given"), countdown=0)


@shared_task(bind=True, max_retries=1)
def with_exc_within_except(self):
    try:
        1 / 0  # noqa: B018
    except ZeroDivisionError as exc:
        raise self.retry(exc=exc, countdown=0)


@shared_task(bind=True, max_retries=1)
def with_other_exc_within_except(self):
    try:
        1 / 0  # noqa: B018
    except ZeroDivisionError:
        self.retry(exc=Unavailable("another"), countdown=0)


@shared_task(bind=True, max_retries=1)
def with_class(self):
    self.retry(exc=Unavailable, countdown=0)


@shared_task(bind=True, max_retries=1)
def with_text(self):
    self.retry(exc="only text", countdown=0)


@shared_task(bind=True, max_retries=1)
def without_exc(self, x, y=0):
    self.retry(countdown=0)


@shared_task(bind=True, max_retries=1)
def without_exc_within_except(self):
    try:
        1 / 0  # noqa: B018
    except ZeroDivisionError:
        self.retry(countdown=0)


@shared_task(bind=True, max_retries=1)
def notices(self, *args, **kwargs):
    try:
        self.retry(countdown=0)
    except MaxRetriesExceededError as exc:
        record("gave up", exc, exc.task_args, exc.task_kwargs, exc.__context__)
        return "gave up"


def drive(record):
    for task in (with_exc, with_exc_within_except, with_other_exc_within_except, with_class, with_text):
        task.apply_async(task_id=task.name.rpartition(".")[2])
    without_exc.apply_async((1,), {"y": 2}, task_id="without_exc")
    without_exc_within_except.apply_async(task_id="without_exc_within_except")
    notices.apply_async((1, "a"), {"b": 2}, task_id="notices")
