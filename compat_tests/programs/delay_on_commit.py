"""delay_on_commit and apply_async_on_commit of Celery's task class for Django."""

from celery import Celery, shared_task
from celery.contrib.django.task import DjangoTask
from django.db import transaction

from compat_tests.recorder import outcome, record

DJANGO = True

app = Celery("proj", task_cls=DjangoTask)
app.config_from_object("django.conf:settings", namespace="CELERY")


@shared_task
def task(how, y=None):
    record("ran", how, y)


def drive(record):
    record("class", isinstance(task, DjangoTask), issubclass(app.Task, DjangoTask))
    with transaction.atomic():
        record("returns", task.delay_on_commit("delay_on_commit", y=1))
        record("returns", task.apply_async_on_commit(("apply_async_on_commit",), {"y": 2}, task_id="given"))
    task.delay_on_commit("outside")

    def rolled_back():
        with transaction.atomic():
            task.delay_on_commit("never")
            raise LookupError("rolled back")

    record("rolled back", outcome(rolled_back))
