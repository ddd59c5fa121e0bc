"""retry(): the count rises, the id stays, and the task runs once more than max_retries says."""

from celery import shared_task

from compat_tests.recorder import record


class Unavailable(Exception):
    pass


@shared_task(bind=True, max_retries=3)
def succeeds_at_last(self, x, key=None):
    record("attempt", self.request.retries, self.request.id, x, key, self.max_retries)
    if self.request.retries < 2:
        raise self.retry(exc=Unavailable(f"attempt {self.request.retries}"), countdown=0)
    return "done"


@shared_task(bind=True)
def default_limit(self):
    record("default", self.request.retries)
    raise self.retry(countdown=0)


@shared_task(bind=True, max_retries=0)
def never(self):
    record("never", self.request.retries)
    raise self.retry(countdown=0)


@shared_task(bind=True, max_retries=None)
def unlimited(self):
    record("unlimited", self.request.retries)
    if self.request.retries < 5:
        raise self.retry(countdown=0)


def drive(record):
    succeeds_at_last.apply_async((1,), {"key": "k"}, task_id="one")
    succeeds_at_last.delay(2)
    default_limit.delay()
    never.delay()
    unlimited.delay()
