"""The first steps of Celery's documentation: a task, a call, a worker."""

from celery import shared_task

from compat_tests.recorder import record, returns


@shared_task
def add(x, y=1):
    record("add", x, y)
    return x + y


@shared_task()
def fail(why):
    raise ValueError(why)


def drive(record):
    record("name", add.name)
    record("delay", returns(add.delay, 2, 3))
    record("apply_async", returns(add.apply_async, (2,), {"y": 5}))
    record("fail", returns(fail.delay, "because"))
    record("called", add(1, 1))
