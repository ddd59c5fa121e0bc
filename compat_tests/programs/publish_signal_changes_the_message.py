"""before_task_publish may change headers and body; the worker sees what it left."""

from celery import shared_task, signals

from compat_tests.recorder import record


@shared_task(bind=True)
def task(self, x, **kwargs):
    record("task", x, kwargs, self.request.headers, getattr(self.request, "trace", None))


@signals.before_task_publish.connect
def change(headers=None, body=None, **kwargs):
    headers["trace"] = "abc"
    body[1]["added"] = True


def drive(record):
    task.delay(1)
    task.delay(2, own="x")
