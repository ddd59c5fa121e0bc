"""on_commit in nested transactions: savepoints that are rolled back, failing callbacks, tasks that write and send."""

from celery import Celery, shared_task
from django.db import connection, transaction

from compat_tests.recorder import outcome, record

DJANGO = True

app = Celery("proj")
app.config_from_object("django.conf:settings", namespace="CELERY")


@shared_task
def task(how):
    record("ran", how)


@shared_task
def saves(how):
    with transaction.atomic():
        transaction.on_commit(lambda: task.delay(f"{how}, after the commit of a task"))
        record("in the task", connection.in_atomic_block)
    return how


class on_commit:
    """Projects have such a decorator: what is decorated runs when the transaction commits."""

    def __init__(self, function):
        self.function = function

    def __call__(self, *args, **kwargs):
        transaction.on_commit(lambda: self.function(*args, **kwargs))


@on_commit
def notify(how):
    task.delay(how)


def rolled_back(function):
    try:
        with transaction.atomic():
            function()
            raise LookupError
    except LookupError:
        pass


def drive(record):
    with transaction.atomic():
        transaction.on_commit(lambda: task.delay("outer"))
        with transaction.atomic():
            transaction.on_commit(lambda: task.delay("inner"))
        rolled_back(lambda: transaction.on_commit(lambda: task.delay("never: savepoint")))
        notify("decorated")
    rolled_back(lambda: notify("never: transaction"))
    notify("without a transaction")
    with transaction.atomic():
        transaction.on_commit(lambda: 1 / 0, robust=True)
        transaction.on_commit(lambda: task.delay("after one that failed, robust"), robust=True)

    def fails():
        with transaction.atomic():
            transaction.on_commit(lambda: task.delay("before one that fails"))
            transaction.on_commit(lambda: 1 / 0)
            transaction.on_commit(lambda: task.delay("never: after one that failed"))

    record("fails", outcome(fails))
    with transaction.atomic(durable=True):
        transaction.on_commit(lambda: saves.apply_async(("durable",), task_id="saves"))
    with transaction.atomic():
        for number in range(3):
            transaction.on_commit(lambda number=number: task.delay(f"loop {number}"))
    record("autocommit", transaction.get_autocommit(), connection.in_atomic_block)
