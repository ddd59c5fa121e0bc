"""What a person, or a program, decides about jobs that no worker has taken: revoke, abort, cancel, run now.

A claim that comes first wins: the job is then started, and these verbs do not find it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable

from ..models import Job, JobQuerySet, State
from .batches import Record, change, change_named, delete, in_batches
from .dead_letter import due_now


def revoke(task_ids: Iterable[str]) -> int:
    """Delete the pending jobs with these task ids, due or not, in the caller's transaction; how many."""
    return change_named(_waiting(Job.objects.all()), task_ids, delete)


def request_abort(task_id: str) -> int:
    """Let the task with this id, pending or running, see the state ABORTED when it looks; how many jobs."""
    aborted = json.dumps({"state": "ABORTED", "meta": None})
    # The state of the row stays: what becomes of a running task is decided by the task, and written by its worker.
    return change_named(Job.objects.exclude(state=State.FAILED), [task_id], lambda held: held.update(progress=aborted))


def cancel(ids: Iterable[int], *, record: Record | None = None) -> int:
    """Delete the pending jobs with these row ids, due or not; how many."""
    return _by_id(ids, cancel_all, record)


def run_now(ids: Iterable[int], *, record: Record | None = None) -> int:
    """Make these jobs, which wait for their eta, due; how many. One that is due already keeps its place."""
    return _by_id(ids, run_all_now, record)


def cancel_all(jobs: JobQuerySet, *, limit: int | None = None, record: Record | None = None) -> int:
    """Delete all pending ones of ``jobs``, due or not."""
    return change(_waiting(jobs), delete, limit=limit, record=record)


def run_all_now(jobs: JobQuerySet, *, limit: int | None = None, record: Record | None = None) -> int:
    """Make all of ``jobs`` that wait for their eta due. An ``expires`` that has passed is dropped."""
    return change(jobs.future(), lambda held: held.update(**due_now()), limit=limit, record=record)


def _waiting(jobs: JobQuerySet) -> JobQuerySet:
    return jobs.filter(state=State.PENDING)


def _by_id(ids: Iterable[int], verb: Callable[..., int], record: Record | None) -> int:
    return sum(verb(Job.objects.filter(pk__in=batch), record=record) for batch in in_batches(ids))
