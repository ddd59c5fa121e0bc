"""Rows in each state a person can meet, made without a worker."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from celery_taskq.jobs.clock import DatabaseNow
from celery_taskq.models import Job, State

STATES = ("pending", "future", "running", "dirty", "failed")


def ago(seconds: float) -> Any:
    """An instant before the database's now; after it when negative."""
    return DatabaseNow() - dt.timedelta(seconds=seconds)


def make_job(state: str = "pending", **fields: Any) -> Job:
    """A row as the queue leaves it in ``state``; ``fields`` are written over that."""
    task_id = fields.pop("task_id", None) or str(uuid.uuid4())
    started = {
        "state": State.STARTED,
        "lease": uuid.uuid4(),
        "worker": "taskq@host:4711",
        "attempt": 1,
        "started_at": ago(600),
    }
    of_state: dict[str, dict[str, Any]] = {
        "pending": {"eta": ago(60)},
        "future": {"eta": ago(-3600)},
        "running": {**started, "alive_at": ago(0)},
        "dirty": {**started, "alive_at": ago(500)},
        "failed": {
            "state": State.FAILED,
            "attempt": 4,
            "retries": 3,
            "started_at": ago(600),
            "error": "ValueError: no such subscriber",
            "traceback": "Traceback (most recent call last):\n  ...\nValueError: no such subscriber\n",
            "failed_at": ago(300),
        },
    }
    row = {
        "task_id": task_id,
        "queue": "celery",
        "name": "shop.tasks.pay",
        "payload": '[[1, 2], {"a": 3}, {}]',
        "argsrepr": "(1, 2)",
        "kwargsrepr": "{'a': 3}",
        "created_at": ago(3600),
        **of_state[state],
        **fields,
    }
    job = Job.objects.create(**row)
    job.refresh_from_db()
    return job
