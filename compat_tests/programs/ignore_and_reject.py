"""Ignore and Reject: no hooks but before_start, their own log lines and states."""

from celery import Task, shared_task
from celery.exceptions import Ignore, Reject

from compat_tests.recorder import record


class Hooked(Task):
    def before_start(self, task_id, args, kwargs):
        record("before_start", args)

    def on_success(self, retval, task_id, args, kwargs):
        record("on_success", retval)

    def on_failure(self, exc, task_id, args, kwargs, einfo):
        record("on_failure", exc)

    def after_return(self, status, retval, task_id, args, kwargs, einfo):
        record("after_return", status)


@shared_task(base=Hooked)
def ignored(why):
    raise Ignore(why) if why else Ignore()


@shared_task(base=Hooked)
def rejected(why):
    raise Reject(why, requeue=False)


@shared_task(base=Hooked)
def rejected_with_exception():
    try:
        1 / 0  # noqa: B018
    except ZeroDivisionError as exc:
        raise Reject(exc, requeue=False) from exc


@shared_task(base=Hooked, acks_late=True)
def rejected_late():
    raise Reject("late", requeue=False)


def drive(record):
    ignored.delay("not today")
    ignored.delay(None)
    rejected.delay("no good")
    rejected_with_exception.delay()
    rejected_late.delay()
