"""What a person can do to tasks in the admin: each verb with its permission, its words, and its entry in the log."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.admin.models import CHANGE, DELETION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.http import HttpRequest

from ..jobs import dead_letter, pending
from ..jobs.batches import LAST_ID, Record
from ..models import Job, JobQuerySet
from . import shown

#: How many tasks one request changes at most; what is left over is there for the next.
MOST = 100_000

#: Of each task that was chosen, what the person saw of it: the value of the column that tells a change, or None.
Seen = Mapping[int, Any]


@dataclass(frozen=True)
class Verb:
    """One thing to do to tasks of one list.

    Attributes:
        name: in URLs and forms.
        permission: ``retry`` stands for ``celery_taskq.retry_task``, and for JobAdmin.has_retry_permission().
        label: on buttons, ``all_label`` on those for all that match; ``done`` is what the tasks then were.
        warning: what the page that asks for confirmation says; empty where single tasks need none.
        on_seen: does it to those tasks that are still as they were seen.
        on_all: does it to all of a queryset; None where each wants to be looked at.
        flag: of the log entries.
    """

    name: str
    permission: str
    label: str
    done: str
    on_seen: Callable[..., int]
    on_all: Callable[..., int] | None = None
    warning: str = ""
    flag: int = CHANGE
    all_label: str = ""

    def do_seen(self, request: HttpRequest, seen: Seen) -> int:
        return self.on_seen(seen, record=_recorder(request, self))

    def do_all(self, request: HttpRequest, jobs: JobQuerySet) -> int:
        if self.on_all is None:
            raise ValueError(f"{self.name!r} is not done to all tasks that match: each of them wants to be looked at")
        return self.on_all(jobs, limit=MOST, record=_recorder(request, self))


def _recorder(request: HttpRequest, verb: Verb) -> Record:
    """Writes a log entry for each of the first 1,000 tasks, and then one for each batch of up to 1,000."""
    first = True

    def record(jobs: list[Job]) -> None:
        nonlocal first
        if first:
            entries = [(job.pk, f"{job.name}[{job.task_id}]", f"{verb.done} in the admin") for job in jobs]
        else:
            ids = f"{len(jobs)} tasks with ids from {jobs[0].pk} to {jobs[-1].pk}"
            entries = [(None, ids, f"{verb.done} in the admin, among more than 1,000")]
        first = False
        content_type = ContentType.objects.get_for_model(Job)
        LogEntry.objects.bulk_create(
            LogEntry(
                user_id=request.user.pk,
                content_type=content_type,
                object_id=object_id,
                object_repr=shown.one_line(title)[:200],
                action_flag=verb.flag,
                change_message=message.capitalize(),
            )
            for object_id, title, message in entries
        )

    return record


def read_seen(values: Iterable[str], column: str | None) -> dict[int, Any]:
    """What forms send as ``id:seen``; what they cannot have sent is left out."""
    seen = {}
    for value in values:
        number, _, text = value.partition(":")
        job_id = read_id(number)
        try:
            if job_id is not None:
                seen[job_id] = _READ[column](text)
        except ValueError:
            continue
    return seen


def read_id(text: str) -> int | None:
    """A row's id, or None where no row can have it."""
    if not (text.isascii() and text.isdigit() and len(text) < 20):
        return None
    return int(text) if 0 < int(text) <= LAST_ID else None


def write_seen(job: Job, column: str | None) -> str:
    """``id:seen`` of a task as it is shown."""
    value = getattr(job, column) if column else None
    return f"{job.pk}:{value.isoformat() if isinstance(value, dt.datetime) else value or ''}"


_READ: dict[str | None, Callable[[str], Any]] = {
    "failed_at": lambda text: dt.datetime.fromisoformat(text) if text else None,
    "lease": UUID,
    None: lambda text: None,
}

_GONE = "This deletes, and cannot be undone."

FAILED_VERBS = (
    Verb(
        "retry",
        "retry",
        "Retry",
        "retried",
        on_seen=dead_letter.retry_failed_seen,
        on_all=dead_letter.retry_all,
        all_label="Retry all",
    ),
    Verb(
        "discard",
        "discard",
        "Discard",
        "discarded",
        on_seen=dead_letter.discard_failed_seen,
        on_all=dead_letter.discard_all,
        all_label="Discard all",
        warning=_GONE,
        flag=DELETION,
    ),
)
DIRTY_VERBS = (
    Verb("retry", "retry", "Retry", "retried", on_seen=dead_letter.retry_dirty_seen),
    Verb(
        "discard",
        "discard",
        "Discard",
        "discarded",
        on_seen=dead_letter.discard_dirty_seen,
        warning=_GONE,
        flag=DELETION,
    ),
)
_CANCEL = Verb(
    "cancel",
    "revoke",
    "Cancel",
    "cancelled",
    on_seen=lambda seen, record: pending.cancel(seen, record=record),
    on_all=pending.cancel_all,
    all_label="Cancel all",
    warning=_GONE,
    flag=DELETION,
)
PENDING_VERBS = (_CANCEL,)
FUTURE_VERBS = (
    Verb(
        "run-now",
        "run",
        "Run now",
        "made due",
        on_seen=lambda seen, record: pending.run_now(seen, record=record),
        on_all=pending.run_all_now,
        all_label="Run all now",
    ),
    _CANCEL,
)
