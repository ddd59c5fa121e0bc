"""A signature that is handed to a task arrives as a dict and can be made a signature again."""

from celery import Signature, shared_task, signature

from compat_tests.recorder import record


@shared_task
def runs(callback, *, other=None):
    record("runs", type(callback).__name__, callback, isinstance(callback, Signature))
    signature(callback).delay("from the callback")
    if other:
        signature(other, args=("more",)).apply_async(task_id="other")


@shared_task
def called(*args, **kwargs):
    record("called", args, kwargs)


def drive(record):
    runs.apply_async((called.s(1, a=2),), task_id="first")
    runs.apply_async((called.si(1),), {"other": called.s(3).set(headers={"h": 1})}, task_id="second")
