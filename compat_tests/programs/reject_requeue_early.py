"""Reject(requeue=True) without acks_late: Celery has acknowledged the message already, and the task is gone."""

from celery import shared_task
from celery.exceptions import Reject

from compat_tests.recorder import record

runs = []


@shared_task
def task():
    runs.append(1)
    record("run", len(runs))
    if len(runs) == 1:
        raise Reject("again", requeue=True)


def drive(record):
    task.apply_async(task_id="early")
