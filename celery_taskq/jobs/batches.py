"""How a person's verb changes rows: locked in the order of their ids, 1,000 to a transaction, behind nobody's lock.

Two such verbs cannot deadlock, because both lock in the same order; and none waits for a worker, because
what somebody else holds is skipped: it is being changed, so it is no longer what the person saw.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from django.db import OperationalError, connections, transaction

from ..messages import MAX_TASK_ID
from ..models import Job, JobQuerySet

BATCH = 1000
LAST_ID = 2**63 - 1
MYSQL_DEADLOCK = 1213
DEADLOCKS = 5

#: Does one thing to the rows it is given, which are locked.
Write = Callable[[JobQuerySet], object]
#: Told which jobs were changed, inside the transaction that changes them; what it raises undoes that batch.
Record = Callable[[list[Job]], object]


def change(
    jobs: JobQuerySet,
    write: Write,
    *,
    columns: Iterable[str] = (),
    keep: Callable[[Job], bool] = lambda job: True,
    record: Record | None = None,
    limit: int | None = None,
    wait: bool = False,
) -> int:
    """Do ``write`` to all of ``jobs``, and return how many there were.

    Each batch is a transaction, unless the caller is in one: what a broken connection interrupts stays done as
    far as it came, and saying it again does the rest.

    Arguments:
        jobs: not sliced; its order is not kept.
        columns: read for ``keep``, besides id, task_id, queue and name.
        keep: asked about each job under its lock; one that it refuses is left alone.
        limit: stop after so many.
        wait: for rows that somebody else holds, instead of skipping them.
    """
    changed, last = 0, 0

    def batch(size: int) -> list[Job]:
        nonlocal changed
        with transaction.atomic(using=jobs.db):
            held = _hold(jobs.filter(pk__gt=last), size, columns, wait)
            kept = [job for job in held if keep(job)]
            if kept:
                # By id alone: the rows are locked, and a condition asked twice would meet two different nows.
                write(Job.objects.using(jobs.db).filter(pk__in=[job.pk for job in kept]))
                if record is not None:
                    record(kept)
        changed += len(kept)
        return held

    while limit is None or changed < limit:
        size = BATCH if limit is None else min(BATCH, limit - changed)
        held = _past_deadlocks(jobs.db, partial(batch, size))
        if len(held) < size:
            break
        last = held[-1].pk
    return changed


def change_seen(
    jobs: JobQuerySet, column: str, seen: Mapping[int, Any], write: Write, *, record: Record | None = None
) -> int:
    """Do ``write`` to those of ``jobs`` whose ``column`` still is what ``seen`` says for their id; return how many."""
    return sum(
        change(
            jobs.filter(pk__in=ids),
            write,
            columns=[column],
            keep=lambda job: getattr(job, column) == seen[job.pk],
            record=record,
        )
        for ids in in_batches(seen)
    )


def change_named(jobs: JobQuerySet, task_ids: Iterable[str], write: Write) -> int:
    """Do ``write`` to those of ``jobs`` with these task ids; return how many.

    A row that somebody else holds is waited for: a program that asks once wants to know how it ends.
    """
    wanted = {task_id for task_id in map(str, task_ids) if can_be_stored(task_id)}
    ordered = sorted(wanted)
    return sum(
        change(
            jobs.filter(task_id__in=ordered[start : start + BATCH]),
            write,
            keep=lambda job: job.task_id in wanted,  # MySQL finds "A" and "a " where "a" is asked for.
            wait=True,
        )
        for start in range(0, len(ordered), BATCH)
    )


def in_batches(ids: Iterable[int]) -> Iterator[list[int]]:
    """Ids that a row can have, each once, in their order, 1,000 at a time."""
    ordered = sorted({number for number in ids if 0 < number <= LAST_ID})
    for start in range(0, len(ordered), BATCH):
        yield ordered[start : start + BATCH]


def can_be_stored(task_id: str) -> bool:
    """False for text that no row can hold, and that some databases refuse even in a question."""
    return len(task_id) <= MAX_TASK_ID and not re.search("[\0\ud800-\udfff]", task_id)


def delete(jobs: JobQuerySet) -> None:
    """One DELETE. Not QuerySet.delete(): where a project listens to all deletions, that loads every payload."""
    jobs._raw_delete(using=jobs.db)


def _past_deadlocks(alias: str, work: Callable[[], list[Job]]) -> list[Job]:
    """Do ``work``, and do it again where MySQL or MariaDB undid it.

    There, two writers of one row can meet in its indexes, whatever the order of the rows, and the server asks one
    of them to try again. Inside the caller's transaction that is the caller's to do: all of it was undone.
    """
    for _ in range(DEADLOCKS):
        try:
            return work()
        except OperationalError as exc:
            if connections[alias].in_atomic_block or exc.args[:1] != (MYSQL_DEADLOCK,):
                raise
    return work()


def _hold(jobs: JobQuerySet, size: int, columns: Iterable[str], wait: bool) -> list[Job]:
    features = connections[jobs.db].features
    if not features.has_select_for_update:
        # SQLite: a transaction that begins by reading cannot wait for the write lock, it fails at once with
        # "database is locked". An UPDATE of no row takes the lock, and waits for it as long as "timeout" says.
        Job.objects.using(jobs.db).filter(pk=0).update(attempt=0)
    skip = features.has_select_for_update_skip_locked and not wait
    named = jobs.order_by("pk").only("task_id", "queue", "name", *columns)
    return list(named.select_for_update(skip_locked=skip)[:size])
