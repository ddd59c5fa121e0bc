"""retry() with its own queue, priority, expires, headers, shadow, limits, serializer, id, and options nobody knows."""

import datetime as dt

from celery import shared_task

from compat_tests.recorder import record

QUEUES = ["celery", "slow", "first"]
FAR = dt.datetime(2035, 1, 1, tzinfo=dt.UTC)
CHANGES = {
    "queue": {"queue": "slow"},
    "queue None": {"queue": None},
    "routing_key": {"routing_key": "slow"},
    "priority": {"priority": 7},
    "expires": {"expires": FAR},
    "expires None": {"expires": None},
    "headers": {"headers": {"step": 2}},
    "headers empty": {"headers": {}},
    "headers None": {"headers": None},
    "shadow": {"shadow": "second.try"},
    "limits": {"time_limit": 100, "soft_time_limit": 90},
    "serializer": {"serializer": "json"},
    "unknown": {"colour": "red"},
    "parent": {"parent_id": "P", "root_id": "R"},
    "retries": {"argsrepr": "(shown,)"},
}


@shared_task(bind=True)
def task(self, label):
    request = self.request
    record(
        "attempt",
        label,
        retries=request.retries,
        queue=request.delivery_info["routing_key"],
        priority=request.delivery_info["priority"],
        expires=request.expires,
        headers=request.headers,
        shadow=request.shadow,
        limits=request.timelimit,
        colour=request.properties.get("colour"),
        ids=(request.root_id, request.parent_id),
        shown=request.argsrepr,
    )
    if not request.retries:
        raise self.retry(countdown=0, **CHANGES[label])


def drive(record):
    for label in CHANGES:
        task.apply_async(
            (label,), task_id=label, queue="first", priority=3, headers={"step": 1}, shadow="first.try", expires=3600
        )
