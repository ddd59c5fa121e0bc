"""Any other database (MariaDB, MySQL): Django's ORM, compiled for a private connection, one short transaction a verb.

READ COMMITTED and SKIP LOCKED; times come from the database's clock.
"""

from __future__ import annotations

import datetime as dt
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db import Error, connections, models
from django.db.models import Case, F, Value, When
from django.db.models.sql import DeleteQuery, UpdateQuery
from django.db.models.sql.constants import ROW_COUNT

from ...messages import PROTOCOL, Claim, Ending, Outcome, Recovered, TaskMessage
from ...models import Job, State
from ..clock import DatabaseNow
from .columns import CLAIMED, WORKER_LOST, WRITTEN

_EXPIRED = Case(
    When(expires__lt=DatabaseNow(), then=Value(True)), default=Value(False), output_field=models.BooleanField()
)
_PENDING_AGAIN: dict[str, Any] = {
    "state": State.PENDING,
    "lease": None,
    "worker": None,
    "started_at": None,
    "alive_at": None,
    "progress": None,
}
# Any manager of the model would do: nothing below runs on the database that it is bound to.
_JOBS = models.QuerySet(Job)


class Generic:
    errors: tuple[type[Exception], ...] = (Error,)

    def insert(self, connection: Any, message: TaskMessage, notify: bool) -> int:
        job = Job(task_id=message.task_id, **_values(message))
        # Not save(): a project's receivers of post_save are not told of rows by the other dialects either, and one
        # that enqueues something would be told of that, without end.
        fields = [field for field in Job._meta.concrete_fields if not field.primary_key]
        jobs = models.QuerySet(Job, using=connection.alias)
        [[id]] = jobs._insert([job], fields=fields, returning_fields=[Job._meta.pk], using=connection.alias)
        return int(id)

    def open(self, alias: str) -> Any:
        connection = connections.create_connection(alias)
        connection.connect()
        connection.set_autocommit(False)
        # With DEBUG, Django would keep every statement of a process that never ends a request.
        connection.queries_log = deque(maxlen=0)
        if connection.vendor == "mysql":
            with connection.cursor() as cursor:
                # The server's default, REPEATABLE READ, locks gaps and makes claims wait for each other.
                cursor.execute("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED")
            connection.commit()
        return connection

    def notifies(self, alias: str) -> bool:
        return False

    def close(self, connection: Any) -> None:
        connection.close()

    def claim(
        self, connection: Any, queues: Sequence[str], worker: str, lease: UUID
    ) -> tuple[Claim | None, float | None]:
        with _transaction(connection):
            claim = _claim_first(connection, queues, worker, lease)
            return claim, None if claim else _due_in(connection, queues)

    def finish(self, connection: Any, id: int, lease: UUID, outcome: Outcome) -> bool:
        with _transaction(connection):
            return _finish(connection, id, lease, outcome)

    def finish_and_claim(
        self, connection: Any, id: int, lease: UUID, outcome: Outcome, queues: Sequence[str], worker: str, next: UUID
    ) -> tuple[bool, Claim | None]:
        with _transaction(connection):
            if not _finish(connection, id, lease, outcome):
                return False, None
            return True, _claim_first(connection, queues, worker, next)

    def release(self, connection: Any, id: int, lease: UUID) -> bool:
        with _transaction(connection):
            return _update(connection, _held(id, lease), **_PENDING_AGAIN, attempt=F("attempt") - 1) == 1

    def heartbeat(self, connection: Any, id: int, lease: UUID) -> bool:
        with _transaction(connection):
            return _update(connection, _held(id, lease), alive_at=DatabaseNow()) == 1

    def report(self, connection: Any, id: int, lease: UUID, progress: str) -> bool:
        with _transaction(connection):
            return _update(connection, _held(id, lease), progress=progress) == 1

    def recover(
        self, connection: Any, names: Sequence[str], dirty_after: float, most: int, seen: Sequence[UUID]
    ) -> tuple[list[Recovered], list[UUID]]:
        before = DatabaseNow() - dt.timedelta(seconds=dirty_after)
        dirty = _JOBS.filter(lease__isnull=False, state=State.STARTED, alive_at__lt=before)
        lost = dirty.filter(lease__in=list(seen)).order_by("id").select_for_update(skip_locked=True)
        columns = ("id", "task_id", "name", "redeliveries")
        with _transaction(connection):
            rows = _select(connection, lost.values_list(*columns)[:100]) if seen else []
            recovered = [_recover(connection, most, *row) for row in rows]
            others = _select(connection, dirty.filter(name__in=list(names)).values_list("lease")[:100])
        return recovered, [lease for (lease,) in others]

    def adopt(self, connection: Any, lease: UUID) -> Claim | None:
        held = _JOBS.filter(lease=lease, state=State.STARTED)
        with _transaction(connection):
            # The UPDATE first: it locks the row, so that a retry by a person cannot slip in before the look.
            if not _update(connection, held, alive_at=DatabaseNow()):
                return None
            return _read(connection, held, lease)

    def sweep(self, connection: Any, leases: Sequence[UUID]) -> int:
        dead = _JOBS.filter(lease__in=list(leases), state=State.STARTED)
        with _transaction(connection):
            return _update(connection, dead, **_PENDING_AGAIN, attempt=F("attempt") - 1)


@contextmanager
def _transaction(connection: Any) -> Iterator[None]:
    try:
        yield
        connection.commit()
    except BaseException:
        if connection.connection is not None and connection.is_usable():
            connection.rollback()
        raise


def _held(id: int, lease: UUID) -> models.QuerySet[Job]:
    return _JOBS.filter(id=id, lease=lease, state=State.STARTED)


def _finish(connection: Any, id: int, lease: UUID, outcome: Outcome) -> bool:
    held = _held(id, lease)
    if outcome.ending is Ending.DONE:
        return _delete(connection, held) == 1
    if outcome.ending is Ending.FAILED:
        changes = {
            "state": State.FAILED,
            "lease": None,
            "alive_at": None,
            "progress": None,
            "error": outcome.error,
            "traceback": outcome.traceback,
            "failed_at": DatabaseNow(),
        }
    elif outcome.ending is Ending.RETRY:
        if outcome.message is None:
            raise ValueError(f"an outcome of {Ending.RETRY!r} has no message: it says what the job becomes")
        changes = _PENDING_AGAIN | _values(outcome.message) | {"error": outcome.error}
    elif outcome.ending is Ending.POSTPONED:
        changes = _PENDING_AGAIN | {"eta": _instant(outcome.delay, None), "attempt": F("attempt") - 1}
    else:
        changes = _PENDING_AGAIN | {"eta": DatabaseNow()}
    return _update(connection, held, **changes) == 1


def _recover(connection: Any, most: int, id: int, task_id: str, name: str, redeliveries: int) -> Recovered:
    failed = redeliveries >= most
    changes: dict[str, Any] = {"lease": None, "started_at": None, "alive_at": None, "progress": None}
    if failed:
        changes |= {"state": State.FAILED, "error": WORKER_LOST.format(most=most), "failed_at": DatabaseNow()}
    else:
        redeliveries += 1
        changes |= {"state": State.PENDING, "redeliveries": redeliveries, "eta": DatabaseNow()}
    _update(connection, _JOBS.filter(id=id), **changes)
    return Recovered(task_id, name, redeliveries, failed)


def _claim_first(connection: Any, queues: Sequence[str], worker: str, lease: UUID) -> Claim | None:
    for queue in queues:
        for level in _levels(connection, queue):
            due = level.filter(eta__lte=DatabaseNow()).order_by("eta", "id")
            locked = due.select_for_update(skip_locked=connection.features.has_select_for_update_skip_locked)
            rows = _select(connection, locked.values_list("id")[:1])
            if rows:
                taken = _JOBS.filter(id=rows[0][0])
                now = DatabaseNow()
                changes = {"state": State.STARTED, "lease": lease, "worker": worker, "started_at": now, "alive_at": now}
                _update(connection, taken, **changes, attempt=F("attempt") + 1)
                return _read(connection, taken, lease)
    return None


def _levels(connection: Any, queue: str) -> Iterator[models.QuerySet[Job]]:
    """The pending jobs of a queue, one priority after the other, highest first: each an equality on the index."""
    pending = _JOBS.filter(state=State.PENDING, queue=queue, protocol__lte=PROTOCOL)
    below = pending
    while True:
        highest = _select(connection, below.order_by("-priority").values_list("priority")[:1])
        if not highest:
            return
        yield pending.filter(priority=highest[0][0])
        below = pending.filter(priority__lt=highest[0][0])


def _due_in(connection: Any, queues: Sequence[str]) -> float | None:
    waits = [
        (eta - now).total_seconds()
        for queue in queues
        for level in _levels(connection, queue)
        for eta, now in _select(connection, level.order_by("eta", "id").values_list("eta", DatabaseNow())[:1])
    ]
    return min(waits, default=None)


def _read(connection: Any, queryset: models.QuerySet[Job], lease: UUID) -> Claim:
    [(id, *columns)] = _select(connection, queryset.values_list("id", *CLAIMED, _EXPIRED))
    return Claim(id, lease, *columns)


def _values(message: TaskMessage) -> dict[str, Any]:
    values = {column: getattr(message, column) for column in WRITTEN}
    values["eta"] = _instant(message.countdown, message.eta) or DatabaseNow()
    values["expires"] = _instant(message.expires_in, message.expires)
    return values


def _instant(seconds: float | None, instant: dt.datetime | None) -> Any:
    return instant if seconds is None else DatabaseNow() + dt.timedelta(seconds=seconds)


# Django's ORM picks its connection by alias; these run its compiled queries on ours.


def _select(connection: Any, queryset: models.QuerySet[Any]) -> list[Any]:
    return list(queryset.query.get_compiler(connection=connection).results_iter())


def _update(connection: Any, queryset: models.QuerySet[Job], **changes: Any) -> int:
    query = queryset.query.chain(UpdateQuery)
    query.add_update_values(changes)
    return int(query.get_compiler(connection=connection).execute_sql(ROW_COUNT) or 0)


def _delete(connection: Any, queryset: models.QuerySet[Job]) -> int:
    query = queryset.query.chain(DeleteQuery)
    return int(query.get_compiler(connection=connection).execute_sql(ROW_COUNT) or 0)
