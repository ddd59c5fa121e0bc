"""transaction.on_commit with lambda and partial, as projects write it for Celery; and a rolled back transaction."""

from functools import partial

from celery import Celery, shared_task
from django.db import transaction

from compat_tests.recorder import outcome, record

DJANGO = True

app = Celery("proj")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@shared_task
def task(how):
    record("ran", how)


def drive(record):
    with transaction.atomic():
        transaction.on_commit(lambda: task.delay("lambda"))
        transaction.on_commit(partial(task.delay, "partial"))
        transaction.on_commit(lambda: task.apply_async(args=["apply_async"], countdown=0))
        record("not yet", len(transaction.get_connection().run_on_commit))
    transaction.on_commit(lambda: task.delay("outside of a transaction"))

    def rolled_back():
        with transaction.atomic():
            transaction.on_commit(lambda: task.delay("never"))
            raise LookupError("rolled back")

    record("rolled back", outcome(rolled_back))
