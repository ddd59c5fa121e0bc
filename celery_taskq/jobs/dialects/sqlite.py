"""SQLite: each verb is one BEGIN IMMEDIATE … COMMIT on a connection of its own, in WAL, flushed at each commit."""

from __future__ import annotations

import datetime as dt
import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.core.exceptions import ImproperlyConfigured
from django.db import connections

from ...messages import Claim, Ending, Outcome, Recovered, TaskMessage
from .columns import CLAIMED, FAILED, NEWEST_PROTOCOL, PENDING, STARTED, TABLE, WORKER_LOST, WRITTEN

#: Seconds that a statement waits for another writer.
BUSY_TIMEOUT = 20.0

# Django stores instants as UTC text; text compares as time does. SQLite's clock is exact to a millisecond.
_NOW = "strftime('%Y-%m-%d %H:%M:%f', 'now')"
_ETA = f"COALESCE(strftime('%Y-%m-%d %H:%M:%f', 'now', :countdown), :eta, {_NOW})"
_EXPIRES = "COALESCE(strftime('%Y-%m-%d %H:%M:%f', 'now', :expires_in), :expires)"

_HELD = f"WHERE id = :id AND lease = :lease AND state = {STARTED}"
_PENDING_AGAIN = f"state = {PENDING}, lease = NULL, worker = NULL, started_at = NULL, alive_at = NULL, progress = NULL"

_INSERT = f"""
INSERT INTO {TABLE} (task_id, {", ".join(WRITTEN)}, eta, expires)
VALUES (:task_id, {", ".join(f":{column}" for column in WRITTEN)}, {_ETA}, {_EXPIRES})
RETURNING id"""

_FINISH = {
    Ending.DONE: f"DELETE FROM {TABLE} {_HELD}",
    Ending.FAILED: f"""
        UPDATE {TABLE} SET state = {FAILED}, lease = NULL, alive_at = NULL, progress = NULL,
            error = :error, traceback = :traceback, failed_at = {_NOW} {_HELD}""",
    Ending.RETRY: f"""
        UPDATE {TABLE} SET {_PENDING_AGAIN}, {", ".join(f"{column} = :{column}" for column in WRITTEN)},
            eta = {_ETA}, expires = {_EXPIRES}, error = :error {_HELD}""",
    Ending.RELEASED: f"UPDATE {TABLE} SET {_PENDING_AGAIN}, eta = {_NOW} {_HELD}",
    Ending.POSTPONED: f"""
        UPDATE {TABLE} SET {_PENDING_AGAIN}, attempt = attempt - 1,
            eta = strftime('%Y-%m-%d %H:%M:%f', 'now', :delay) {_HELD}""",
}

# From priority to priority, each an equality on the index: future jobs of a higher priority are not walked through.
_STEPS = f"""
WITH RECURSIVE step (priority) AS (
    SELECT max(priority) FROM {TABLE} WHERE state = {PENDING} AND queue = :queue
    UNION ALL
    SELECT (SELECT max(priority) FROM {TABLE}
            WHERE state = {PENDING} AND queue = :queue AND priority < step.priority)
    FROM step WHERE step.priority IS NOT NULL
)"""

_CLAIM = f"""
UPDATE {TABLE} SET state = {STARTED}, lease = :next, worker = :worker, attempt = attempt + 1,
    started_at = {_NOW}, alive_at = {_NOW}
WHERE id = ({_STEPS}
    SELECT due FROM (
        SELECT (SELECT id FROM {TABLE}
                WHERE state = {PENDING} AND queue = :queue AND priority = step.priority
                    AND eta <= {_NOW} AND protocol <= {NEWEST_PROTOCOL}
                ORDER BY eta, id LIMIT 1) AS due
        FROM step WHERE step.priority IS NOT NULL)
    WHERE due IS NOT NULL LIMIT 1)
RETURNING id, {", ".join(CLAIMED)}, COALESCE(expires < {_NOW}, 0)"""

_NEXT_ETA = f"""{_STEPS}
SELECT (julianday(min(eta)) - julianday('now')) * 86400.0 FROM (
    SELECT (SELECT eta FROM {TABLE}
            WHERE state = {PENDING} AND queue = :queue AND priority = step.priority AND protocol <= {NEWEST_PROTOCOL}
            ORDER BY eta, id LIMIT 1) AS eta
    FROM step WHERE step.priority IS NOT NULL)"""

_RELEASE = f"UPDATE {TABLE} SET {_PENDING_AGAIN}, attempt = attempt - 1 {_HELD}"
_HEARTBEAT = f"UPDATE {TABLE} SET alive_at = {_NOW} {_HELD}"
_REPORT = f"UPDATE {TABLE} SET progress = :progress {_HELD}"
_RECOVER = f"""
UPDATE {TABLE} SET
    state = CASE WHEN redeliveries < :most THEN {PENDING} ELSE {FAILED} END,
    redeliveries = CASE WHEN redeliveries < :most THEN redeliveries + 1 ELSE redeliveries END,
    eta = CASE WHEN redeliveries < :most THEN {_NOW} ELSE eta END,
    error = CASE WHEN redeliveries < :most THEN error ELSE :error END,
    failed_at = CASE WHEN redeliveries < :most THEN NULL ELSE {_NOW} END,
    lease = NULL, started_at = NULL, alive_at = NULL, progress = NULL
WHERE lease = :lease AND state = {STARTED} AND alive_at < strftime('%Y-%m-%d %H:%M:%f', 'now', :dirty_before)
RETURNING task_id, name, redeliveries, state = {FAILED}"""
_DIRTY = f"""
SELECT lease FROM {TABLE} WHERE lease IS NOT NULL AND state = {STARTED} AND name = :name
    AND alive_at < strftime('%Y-%m-%d %H:%M:%f', 'now', :dirty_before)
LIMIT 100"""
_ADOPT = f"""
UPDATE {TABLE} SET alive_at = {_NOW} WHERE lease = :lease AND state = {STARTED}
RETURNING id, {", ".join(CLAIMED)}, COALESCE(expires < {_NOW}, 0)"""
_SWEEP = f"UPDATE {TABLE} SET {_PENDING_AGAIN}, attempt = attempt - 1 WHERE lease = :lease AND state = {STARTED}"

# Django's cursor wants %(name)s, and the percent signs of strftime() doubled.
_DJANGO_INSERT = re.sub(r":([a-z_]+)", r"%(\1)s", _INSERT.replace("%", "%%"))


class SQLite:
    errors: tuple[type[Exception], ...] = (sqlite3.Error,)

    def insert(self, connection: Any, message: TaskMessage, notify: bool) -> int:
        values = _values(message) | {"task_id": message.task_id}
        with connection.cursor() as cursor:
            cursor.execute(_DJANGO_INSERT, values)
            return int(cursor.fetchone()[0])

    def open(self, alias: str) -> sqlite3.Connection:
        django = connections.create_connection(alias)
        if django.is_in_memory_db():
            raise ImproperlyConfigured(
                f"the database {alias!r} is SQLite in memory, which no other process can see: a worker needs a file. "
                f"Give DATABASES[{alias!r}]['NAME'] a path."
            )
        params = django.get_connection_params()
        for key in ("detect_types", "check_same_thread", "timeout", "isolation_level"):
            params.pop(key, None)
        connection = sqlite3.connect(**params, isolation_level=None, timeout=BUSY_TIMEOUT)
        try:
            connection.execute("PRAGMA journal_mode = WAL").fetchall()
            # Flushed at each commit: a claim that a power cut takes back would be a task that runs twice.
            connection.execute("PRAGMA synchronous = FULL")
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    def notifies(self, alias: str) -> bool:
        return False

    def close(self, connection: sqlite3.Connection) -> None:
        connection.close()

    def claim(
        self, connection: sqlite3.Connection, queues: Sequence[str], worker: str, lease: UUID
    ) -> tuple[Claim | None, float | None]:
        with _transaction(connection):
            claim = _claim_first(connection, queues, worker, lease)
            return claim, None if claim else _due_in(connection, queues)

    def finish(self, connection: sqlite3.Connection, id: int, lease: UUID, outcome: Outcome) -> bool:
        with _transaction(connection):
            return _finish(connection, id, lease, outcome)

    def finish_and_claim(
        self,
        connection: sqlite3.Connection,
        id: int,
        lease: UUID,
        outcome: Outcome,
        queues: Sequence[str],
        worker: str,
        next: UUID,
    ) -> tuple[bool, Claim | None]:
        with _transaction(connection):
            if not _finish(connection, id, lease, outcome):
                return False, None
            return True, _claim_first(connection, queues, worker, next)

    def release(self, connection: sqlite3.Connection, id: int, lease: UUID) -> bool:
        return connection.execute(_RELEASE, {"id": id, "lease": lease.hex}).rowcount == 1

    def heartbeat(self, connection: sqlite3.Connection, id: int, lease: UUID) -> bool:
        return connection.execute(_HEARTBEAT, {"id": id, "lease": lease.hex}).rowcount == 1

    def report(self, connection: sqlite3.Connection, id: int, lease: UUID, progress: str) -> bool:
        with _impatience(connection):
            return connection.execute(_REPORT, {"id": id, "lease": lease.hex, "progress": progress}).rowcount == 1

    def recover(
        self,
        connection: sqlite3.Connection,
        names: Sequence[str],
        dirty_after: float,
        most: int,
        seen: Sequence[UUID],
    ) -> tuple[list[Recovered], list[UUID]]:
        values = {"dirty_before": _modifier(-dirty_after), "most": most, "error": WORKER_LOST.format(most=most)}
        with _impatience(connection), _transaction(connection):
            lost = [row for lease in seen for row in connection.execute(_RECOVER, values | {"lease": lease.hex})]
            dirty = [UUID(row[0]) for name in names for row in connection.execute(_DIRTY, values | {"name": name})]
        return [Recovered(task_id, name, number, bool(failed)) for task_id, name, number, failed in lost], dirty

    def adopt(self, connection: sqlite3.Connection, lease: UUID) -> Claim | None:
        return _claim(lease, connection.execute(_ADOPT, {"lease": lease.hex}).fetchall())

    def sweep(self, connection: sqlite3.Connection, leases: Sequence[UUID]) -> int:
        with _transaction(connection):
            return sum(connection.execute(_SWEEP, {"lease": lease.hex}).rowcount for lease in leases)


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    # IMMEDIATE takes the write lock first: a read that turns into a write could not wait for another writer.
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


@contextmanager
def _impatience(connection: sqlite3.Connection) -> Iterator[None]:
    # When a task's own transaction holds the lock, it keeps its heartbeat out, too: to wait for it would help nobody.
    connection.execute("PRAGMA busy_timeout = 100")
    try:
        yield
    finally:
        connection.execute(f"PRAGMA busy_timeout = {int(BUSY_TIMEOUT * 1000)}")


def _finish(connection: sqlite3.Connection, id: int, lease: UUID, outcome: Outcome) -> bool:
    values: dict[str, Any] = {"id": id, "lease": lease.hex, "error": outcome.error, "traceback": outcome.traceback}
    values["delay"] = _modifier(outcome.delay)
    if outcome.ending is Ending.RETRY:
        if outcome.message is None:
            raise ValueError(f"an outcome of {Ending.RETRY!r} has no message: it says what the job becomes")
        values |= _values(outcome.message)
    return connection.execute(_FINISH[outcome.ending], values).rowcount == 1


def _claim_first(connection: sqlite3.Connection, queues: Sequence[str], worker: str, lease: UUID) -> Claim | None:
    for queue in queues:
        rows = connection.execute(_CLAIM, {"queue": queue, "worker": worker, "next": lease.hex}).fetchall()
        if rows:
            return _claim(lease, rows)
    return None


def _claim(lease: UUID, rows: list[Any]) -> Claim | None:
    # The rows were fetched to the end: a statement that is left open would keep its transaction from committing.
    if not rows:
        return None
    id, *columns = rows[0]
    columns[-1] = bool(columns[-1])  # expired: SQLite has no booleans
    return Claim(id, lease, *columns)


def _due_in(connection: sqlite3.Connection, queues: Sequence[str]) -> float | None:
    waits = [connection.execute(_NEXT_ETA, {"queue": queue}).fetchone()[0] for queue in queues]
    return min((wait for wait in waits if wait is not None), default=None)


def _values(message: TaskMessage) -> dict[str, Any]:
    values: dict[str, Any] = {column: getattr(message, column) for column in WRITTEN}
    values["countdown"], values["eta"] = _modifier(message.countdown), _text(message.eta)
    values["expires_in"], values["expires"] = _modifier(message.expires_in), _text(message.expires)
    return values


def _modifier(seconds: float | None) -> str | None:
    return None if seconds is None else f"{seconds:+.6f} seconds"


def _text(instant: dt.datetime | None) -> str | None:
    return None if instant is None else str(instant.astimezone(dt.UTC).replace(tzinfo=None))
