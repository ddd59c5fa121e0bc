"""delay() within a transaction that is rolled back: Celery has sent the task, celery_taskq takes it back."""

from celery import Celery, shared_task
from django.db import transaction

from compat_tests.recorder import outcome, record

DJANGO = True

app = Celery("proj")
app.config_from_object("django.conf:settings", namespace="CELERY")


@shared_task
def task(how):
    record("ran", how)


def drive(record):
    def rolled_back():
        with transaction.atomic():
            task.apply_async(("rolled back",), task_id="rolled back")
            raise LookupError("rolled back")

    record("rolled back", outcome(rolled_back))
    with transaction.atomic():
        task.apply_async(("committed",), task_id="committed")
