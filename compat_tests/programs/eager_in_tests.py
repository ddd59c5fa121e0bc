"""Eager mode switched on for one test with override_settings, and read at the call."""

from celery import Celery, current_app, shared_task
from django.test import override_settings

from compat_tests.recorder import outcome, record

DJANGO = True

app = Celery("proj")
app.config_from_object("django.conf:settings", namespace="CELERY")


@shared_task(bind=True)
def task(self, x):
    record("ran", x, self.request.is_eager)
    if x == "fail":
        raise KeyError("k")
    return x


def drive(record):
    record("before", app.conf.task_always_eager, app.conf.task_default_queue, str(app.conf.timezone))
    app.conf.task_always_eager = True
    record("eager", task.delay(1).get(), type(task.delay(2)))
    with override_settings(DEBUG=True):
        record("state", task.delay("fail").state)
    app.conf.task_eager_propagates = True
    record("propagates", outcome(task.delay, "fail"))
    app.conf.task_always_eager = app.conf.task_eager_propagates = False
    record("off", type(task.delay("sent")), current_app.conf.task_always_eager)
