"""Exceptions that cannot be pickled, and those with attributes that cannot."""

import threading

from celery import Task, shared_task

from compat_tests.recorder import record


class Hooked(Task):
    def on_failure(self, exc, task_id, args, kwargs, einfo):
        record("on_failure", type(exc).__name__, str(exc))

    def after_return(self, status, retval, task_id, args, kwargs, einfo):
        record("after_return", status, type(retval).__name__)


class TwoArguments(Exception):
    def __init__(self, code, *, text):
        super().__init__(code)
        self.text = text


class WithLock(Exception):
    def __init__(self, text):
        super().__init__(text)
        self.lock = threading.Lock()


@shared_task(base=Hooked)
def local():
    class Local(Exception):
        pass

    raise Local("from within")


@shared_task(base=Hooked)
def two_arguments():
    raise TwoArguments(1, text="t")


@shared_task(base=Hooked)
def with_lock():
    raise WithLock("locked")


def drive(record):
    for task in (local, two_arguments, with_lock):
        task.apply_async(task_id=task.name.rpartition(".")[2])
