"""max_retries given to retry(), below, above and None, and changed on the task."""

from celery import shared_task

from compat_tests.recorder import record


@shared_task(bind=True, max_retries=1)
def more(self):
    record("more", self.request.retries, self.max_retries)
    raise self.retry(countdown=0, max_retries=3)


@shared_task(bind=True, max_retries=5)
def fewer(self):
    record("fewer", self.request.retries)
    raise self.retry(countdown=0, max_retries=1, exc=ValueError("enough"))


@shared_task(bind=True, max_retries=1)
def none(self):
    record("none", self.request.retries)
    raise self.retry(countdown=0, max_retries=None)


@shared_task(bind=True, max_retries=5)
def zero(self):
    record("zero", self.request.retries)
    raise self.retry(countdown=0, max_retries=0)


def drive(record):
    for task in (more, fewer, none, zero):
        task.apply_async(task_id=task.name.rpartition(".")[2])
