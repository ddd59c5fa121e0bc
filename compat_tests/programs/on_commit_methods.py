"""delay_on_commit and apply_async_on_commit of every task of a Django project: options, order, patched, in a task."""

from unittest import mock

from celery import Celery, Task, shared_task
from celery.contrib.django.task import DjangoTask
from django.db import transaction

from compat_tests.recorder import outcome, record, show

DJANGO = True
QUEUES = ["celery", "mail"]

app = Celery("proj")
app.config_from_object("django.conf:settings", namespace="CELERY")


class Own(DjangoTask):
    def apply_async(self, args=None, kwargs=None, **options):
        record("own apply_async", args, kwargs, sorted(options))
        return super().apply_async(args, kwargs, **options)


@app.task
def plain(x, y=None):
    record("plain", x, y)


@shared_task(bind=True, base=Own)
def own(self, x):
    record("own", x, self.request.delivery_info["routing_key"], self.request.headers)


@shared_task(bind=True)
def within(self):
    with transaction.atomic():
        record("returns", plain.delay_on_commit("from a task"))
    record("children", len(self.request.children))


def drive(record):
    record("class", issubclass(app.Task, DjangoTask), isinstance(own, DjangoTask), issubclass(DjangoTask, Task))
    with transaction.atomic():
        plain.delay_on_commit("first", y=1)
        plain.apply_async_on_commit(("second",), {"y": 2}, countdown=0)
        own.apply_async_on_commit(args=("third",), queue="mail", headers={"h": 1})
        own.delay_on_commit("fourth")
        with transaction.atomic():
            plain.delay_on_commit("nested")
        record("none sent yet", len(transaction.get_connection().run_on_commit))
    with transaction.atomic(), mock.patch.object(plain, "delay") as delay:
        plain.delay_on_commit("patched too late")
    record("patched", delay.call_args)
    with mock.patch.object(plain, "apply_async") as apply_async, transaction.atomic():
        plain.apply_async_on_commit(("patched",), priority=3)
    record("patched", apply_async.call_args, show(apply_async.call_count))

    def wrong():
        with transaction.atomic():
            plain.delay_on_commit(1, 2, 3)
            record("arguments are checked at the commit")

    record("wrong", outcome(wrong))
    within.apply_async(task_id="within")
