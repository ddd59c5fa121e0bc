"""What a person decides about failed and dirty jobs: retry them or discard them.

Each verb is a compare-and-set on what the person saw, runs on Django's connection in whatever transaction
there is, and returns how many rows it changed: 0 says that the job changed meanwhile, and nothing was done.
Workers find a retried job when they poll next; nobody is woken.

To retry is to run again from the beginning: the job is due now, keeps its task id and its arguments, and its
``retries`` are 0 again, so that the task's own autoretry works as it did the first time. An ``expires`` that
has passed is dropped, or the job would be, without running.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Case, F, When

from ..models import Job, JobQuerySet, State
from .batches import Record, change, change_named, change_seen, delete
from .clock import DatabaseNow


def retry_failed(job_id: int, failed_at: datetime | None, *, record: Record | None = None) -> int:
    """Run a failed job again, if it has not failed anew or been retried since ``failed_at``."""
    return retry_failed_seen({job_id: failed_at}, record=record)


def discard_failed(job_id: int, failed_at: datetime | None, *, record: Record | None = None) -> int:
    """Delete a failed job, if it has not failed anew or been retried since ``failed_at``."""
    return discard_failed_seen({job_id: failed_at}, record=record)


def retry_dirty(job_id: int, lease: UUID, *, record: Record | None = None) -> int:
    """Run a dirty job again, if ``lease`` still holds it and still does not beat.

    Its code may have run in part, or to its end: look first. Should the worker come back, it changes nothing
    more, because its lease is gone; code of the task that is still running there runs on.
    """
    return retry_dirty_seen({job_id: lease}, record=record)


def discard_dirty(job_id: int, lease: UUID, *, record: Record | None = None) -> int:
    """Delete a dirty job, if ``lease`` still holds it and still does not beat."""
    return discard_dirty_seen({job_id: lease}, record=record)


def retry_failed_seen(seen: Mapping[int, datetime | None], *, record: Record | None = None) -> int:
    """retry_failed() for many: ids, and the ``failed_at`` of each."""
    return change_seen(Job.objects.failed(), "failed_at", seen, make_due, record=record)


def discard_failed_seen(seen: Mapping[int, datetime | None], *, record: Record | None = None) -> int:
    """discard_failed() for many."""
    return change_seen(Job.objects.failed(), "failed_at", seen, delete, record=record)


def retry_dirty_seen(seen: Mapping[int, UUID], *, record: Record | None = None) -> int:
    """retry_dirty() for many: ids, and the ``lease`` of each."""
    return change_seen(Job.objects.dirty(), "lease", seen, make_due, record=record)


def discard_dirty_seen(seen: Mapping[int, UUID], *, record: Record | None = None) -> int:
    """discard_dirty() for many."""
    return change_seen(Job.objects.dirty(), "lease", seen, delete, record=record)


def retry_all(jobs: JobQuerySet, *, limit: int | None = None, record: Record | None = None) -> int:
    """Run all failed ones of ``jobs`` again: ``retry_all(Job.objects.filter(name="shop.pay"))``.

    There is no such verb for dirty jobs: each of them wants to be looked at.
    """
    return change(jobs.failed(), make_due, limit=limit, record=record)


def discard_all(jobs: JobQuerySet, *, limit: int | None = None, record: Record | None = None) -> int:
    """Delete all failed ones of ``jobs``."""
    return change(jobs.failed(), delete, limit=limit, record=record)


def forget(task_id: str) -> int:
    """Delete the failed jobs with this task id, in the caller's transaction; how many."""
    return change_named(Job.objects.failed(), [task_id], delete)


def make_due(jobs: JobQuerySet) -> None:
    """Make failed or dirty jobs pending and due now, as if they had just been sent."""
    jobs.update(
        state=State.PENDING,
        **due_now(),
        lease=None,
        worker=None,
        started_at=None,
        alive_at=None,
        attempt=0,
        retries=0,
        redeliveries=0,
        progress=None,
        error="",
        traceback=None,
        failed_at=None,
    )


def due_now() -> dict[str, Any]:
    """Columns of a job that is to run now, and not to expire before it does."""
    now = DatabaseNow()
    return {"eta": now, "expires": Case(When(expires__gt=now, then=F("expires")))}
