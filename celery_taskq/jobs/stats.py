"""What the rows say, each question in one bounded query. Reads only."""

from __future__ import annotations

import json
from typing import Any

from django.db.models import Count, DurationField, ExpressionWrapper, Min

from ..models import Job, JobQuerySet, State
from .batches import can_be_stored
from .clock import DatabaseNow


def find_state(task_id: str) -> str | None:
    """Celery's word for the state of the task, or None when there is no row: it ran to its end, or never was.

    While it runs, the word is the task's own if it told one with update_state(). Of several jobs with the same
    task id, the one that was sent last is told.
    """
    row = _find(task_id)
    if row is None:
        return None
    state, retries, progress = row
    if state == State.FAILED:
        return "FAILURE"
    if progress and (told := json.loads(progress)["state"]):
        return str(told)
    if state == State.PENDING:
        return "RETRY" if retries else "PENDING"
    return "STARTED"


def find_progress(task_id: str) -> str | None:
    """What the running task told with update_state(): ``{"state": …, "meta": …}`` as kombu's JSON, or None."""
    row = _find(task_id)
    return None if row is None else row[2]


def _find(task_id: str) -> tuple[int, int, str | None] | None:
    task_id = str(task_id)
    if not can_be_stored(task_id):
        return None
    columns = ("task_id", "state", "retries", "progress")
    for found, *row in Job.objects.filter(task_id=task_id).order_by("-id").values_list(*columns)[:100]:
        if found == task_id:  # MySQL may find others, too: how it compares is a setting of the server.
            return tuple(row)
    return None


def summary(jobs: JobQuerySet) -> list[dict[str, Any]]:
    """Per queue and name of ``jobs``: how many are pending, future, running, dirty and failed, in one pass.

    Returns:
        ``{"queue", "name", "pending", "future", "running", "dirty", "failed", "oldest"}`` in the order of queue
        and name. ``oldest``: seconds that the longest waiting pending job has been due; None if none is.
    """
    conditions = jobs.conditions()
    waited = ExpressionWrapper(DatabaseNow() - Min("eta", filter=conditions["pending"]), output_field=DurationField())
    rows = (
        jobs.order_by("queue", "name")
        .values("queue", "name")
        .annotate(**{word: Count("pk", filter=condition) for word, condition in conditions.items()}, oldest=waited)
    )
    return [{**row, "oldest": None if row["oldest"] is None else row["oldest"].total_seconds()} for row in rows]


def counts(most: int) -> dict[str, int]:
    """How many jobs are pending, future, running, dirty and failed; none is counted further than to ``most``."""
    jobs = Job.objects.order_by()
    return {word: jobs.filter(condition)[:most].count() for word, condition in jobs.conditions().items()}
