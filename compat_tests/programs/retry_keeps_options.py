"""A retry keeps queue, priority, limits, headers, expires and ignore_result of the call unless it changes them."""

import datetime as dt

from celery import shared_task

from compat_tests.recorder import record

QUEUES = ["celery", "first", "second"]


@shared_task(bind=True)
def task(self, **changes):
    request = self.request
    record(
        "attempt",
        retries=request.retries,
        queue=request.delivery_info["routing_key"],
        priority=request.delivery_info["priority"],
        limits=request.timelimit,
        headers=request.headers,
        expires=request.expires,
        ignored=request.ignore_result,
        root=request.root_id,
        parent=request.parent_id,
        eta=request.eta,
        children=[child.id for child in request.children],
    )
    if request.retries == 0:
        raise self.retry(**{"countdown": 0, **changes})


def drive(record):
    options = {
        "queue": "first",
        "priority": 3,
        "time_limit": 60,
        "soft_time_limit": 50,
        "headers": {"tenant": "acme"},
        "expires": dt.datetime(2035, 1, 1, tzinfo=dt.UTC),
        "ignore_result": True,
        "root_id": "root",
        "parent_id": "parent",
    }
    task.apply_async(task_id="nothing")
    task.apply_async(**options, task_id="kept")
    task.apply_async((), {"queue": "second", "priority": 8}, **options, task_id="queue")
    task.apply_async((), {"time_limit": 5, "soft_time_limit": 4}, **options, task_id="limits")
    task.apply_async((), {"expires": 300}, **options, task_id="expires")
    task.apply_async((), {"ignore_result": False}, **options, task_id="ignore_result")
    task.apply_async((), {"countdown": 0.3}, countdown=0.2, task_id="eta")
