"""Reject(requeue=True) with acks_late puts the task back, and it runs again."""

import os

from celery import shared_task
from celery.exceptions import Reject

from compat_tests.recorder import record

runs = []


@shared_task(bind=True, acks_late=True)
def task(self):
    runs.append(os.getpid())
    record("run", len(runs), self.request.retries, self.request.id)
    if len(runs) < 3:
        raise Reject("again", requeue=True)
    return "third time"


def drive(record):
    task.apply_async(task_id="requeued")
