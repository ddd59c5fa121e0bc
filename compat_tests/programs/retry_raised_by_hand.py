"""raise Retry() without self.retry(): Celery marks a retry and publishes nothing, so the task is lost."""

from celery import Task, shared_task
from celery.exceptions import Retry

from compat_tests.recorder import record


class Hooked(Task):
    def on_retry(self, exc, task_id, args, kwargs, einfo):
        record("on_retry", exc)

    def on_failure(self, exc, task_id, args, kwargs, einfo):
        record("on_failure", exc)


@shared_task(base=Hooked)
def task():
    record("run")
    raise Retry("by hand", when=5)


def drive(record):
    task.apply_async(task_id="by hand")
