"""PostgreSQL: one statement for each verb, in autocommit, prepared, on psycopg's own connection.

A job is finished and the next one claimed in one statement: one round trip and one commit for each task.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any
from uuid import UUID
from zlib import crc32

import psycopg
from django.db import connections

from ...messages import Claim, Ending, Outcome, Recovered, TaskMessage
from .columns import CLAIMED, FAILED, NEWEST_PROTOCOL, PENDING, STARTED, TABLE, WORKER_LOST, WRITTEN

#: The channel on which enqueues wake idle workers; the payload is the queue's key, see wake_key().
CHANNEL = TABLE

# statement_timestamp() and not clock_timestamp(): it is stable, so that an index can be searched for it. Each statement
# is a transaction of its own, so it is the time at which the statement arrived.
_ETA = """COALESCE(
    statement_timestamp() + CAST(%(countdown)s AS float8) * interval '1 second',
    CAST(%(eta)s AS timestamptz), statement_timestamp())"""
_EXPIRES = """COALESCE(
    statement_timestamp() + CAST(%(expires_in)s AS float8) * interval '1 second',
    CAST(%(expires)s AS timestamptz))"""

# An enqueue notifies only when a worker waits: an idle worker holds this lock shared, and while it does, nobody gets it
# alone. A NOTIFY in each enqueue would make all committers queue up behind one lock of the server.
_WAKE = """CASE WHEN pg_try_advisory_lock(CAST(%(lock)s AS int4), CAST(%(key)s AS int4))
    THEN CAST(pg_advisory_unlock(CAST(%(lock)s AS int4), CAST(%(key)s AS int4)) AS text)
    ELSE CAST(pg_notify(%(channel)s, CAST(%(key)s AS text)) AS text) END"""

_INSERT = f"""
INSERT INTO {TABLE} (task_id, {", ".join(WRITTEN)}, eta, expires)
VALUES (%(task_id)s, {", ".join(f"%({column})s" for column in WRITTEN)}, {_ETA}, {_EXPIRES})
RETURNING id"""

_FINISH = {
    Ending.DONE: f"DELETE FROM {TABLE} WHERE id = %(id)s AND lease = %(lease)s AND state = {STARTED} RETURNING 1",
    Ending.FAILED: f"""
        UPDATE {TABLE} SET state = {FAILED}, lease = NULL, alive_at = NULL, progress = NULL,
            error = %(error)s, traceback = %(traceback)s, failed_at = statement_timestamp()
        WHERE id = %(id)s AND lease = %(lease)s AND state = {STARTED} RETURNING 1""",
    Ending.RETRY: f"""
        UPDATE {TABLE} SET state = {PENDING}, lease = NULL, worker = NULL, started_at = NULL, alive_at = NULL,
            progress = NULL, {", ".join(f"{column} = %({column})s" for column in WRITTEN)},
            eta = {_ETA}, expires = {_EXPIRES}, error = %(error)s
        WHERE id = %(id)s AND lease = %(lease)s AND state = {STARTED} RETURNING 1""",
    Ending.RELEASED: f"""
        UPDATE {TABLE} SET state = {PENDING}, lease = NULL, worker = NULL, started_at = NULL, alive_at = NULL,
            progress = NULL, eta = statement_timestamp()
        WHERE id = %(id)s AND lease = %(lease)s AND state = {STARTED} RETURNING 1""",
    Ending.POSTPONED: f"""
        UPDATE {TABLE} SET state = {PENDING}, lease = NULL, worker = NULL, started_at = NULL, alive_at = NULL,
            attempt = attempt - 1, eta = statement_timestamp() + CAST(%(delay)s AS float8) * interval '1 second'
        WHERE id = %(id)s AND lease = %(lease)s AND state = {STARTED} RETURNING 1""",
}

# One queue after the other, and in each one priority after the other, each an equality on the index: an array of
# queues in one condition would sort, and future jobs of a higher priority would be walked through for each claim.
# All of it is lazy: what stands behind the first due job is never looked at.
_EACH_PRIORITY = f"""
    FROM {{source}} unnest(CAST(%(queues)s AS text[])) WITH ORDINALITY AS wanted (queue, place)
    CROSS JOIN LATERAL (
        WITH RECURSIVE step (priority) AS (
            (SELECT priority FROM {TABLE} WHERE state = {PENDING} AND queue = wanted.queue
                ORDER BY priority DESC LIMIT 1)
            UNION ALL
            SELECT (SELECT priority FROM {TABLE}
                    WHERE state = {PENDING} AND queue = wanted.queue AND priority < step.priority
                    ORDER BY priority DESC LIMIT 1)
            FROM step WHERE step.priority IS NOT NULL
        ) SELECT priority FROM step WHERE priority IS NOT NULL
    ) AS level"""

_CLAIM = f"""
next AS MATERIALIZED (
    SELECT due.id {_EACH_PRIORITY}
    CROSS JOIN LATERAL (
        SELECT id FROM {TABLE}
        WHERE state = {PENDING} AND queue = wanted.queue AND priority = level.priority
            AND eta <= statement_timestamp() AND protocol <= {NEWEST_PROTOCOL}
        ORDER BY eta, id LIMIT 1 FOR UPDATE SKIP LOCKED
    ) AS due
    LIMIT 1
), claimed AS (
    UPDATE {TABLE} AS job SET state = {STARTED}, lease = %(next)s, worker = %(worker)s, attempt = attempt + 1,
        started_at = statement_timestamp(), alive_at = statement_timestamp()
    FROM next WHERE job.id = next.id
    RETURNING job.id, {", ".join(f"job.{column}" for column in CLAIMED)},
        COALESCE(expires < statement_timestamp(), false) AS expired
)"""

# Evaluated only when nothing was claimed: how long an idle worker may sleep.
_DUE_IN = f"""
    CASE WHEN claimed.id IS NULL THEN (
        SELECT EXTRACT(EPOCH FROM min(first.eta) - statement_timestamp())::float8 {_EACH_PRIORITY.format(source="")}
        CROSS JOIN LATERAL (
            SELECT eta FROM {TABLE}
            WHERE state = {PENDING} AND queue = wanted.queue AND priority = level.priority
                AND protocol <= {NEWEST_PROTOCOL}
            ORDER BY eta, id LIMIT 1
        ) AS first
    ) END"""

_CLAIM_ONLY = f"""WITH {_CLAIM.format(source="")}
SELECT claimed.*, {_DUE_IN} FROM (SELECT 1) AS one LEFT JOIN claimed ON true"""

# The claim reads from ``finished``: a finish that hits no row, or was applied before, never claims.
_FINISH_AND_CLAIM = {
    ending: f"""WITH finished AS ({sql}), {_CLAIM.format(source="finished CROSS JOIN")}
SELECT (SELECT count(*) FROM finished), claimed.* FROM (SELECT 1) AS one LEFT JOIN claimed ON true"""
    for ending, sql in _FINISH.items()
}

_RELEASE = f"""
UPDATE {TABLE} SET state = {PENDING}, lease = NULL, worker = NULL, started_at = NULL, alive_at = NULL,
    attempt = attempt - 1
WHERE id = %(id)s AND lease = %(lease)s AND state = {STARTED}"""

_HEARTBEAT = f"""
UPDATE {TABLE} SET alive_at = statement_timestamp() WHERE id = %(id)s AND lease = %(lease)s AND state = {STARTED}"""

_REPORT = f"""
UPDATE {TABLE} SET progress = %(progress)s WHERE id = %(id)s AND lease = %(lease)s AND state = {STARTED}"""

# The age is checked again where the row is locked: a worker that came back and beat in between keeps it.
_RECOVER = f"""
WITH lost AS MATERIALIZED (
    SELECT id FROM {TABLE}
    WHERE lease = ANY(%(seen)s) AND state = {STARTED}
        AND alive_at < statement_timestamp() - CAST(%(dirty_after)s AS float8) * interval '1 second'
    -- In no order: it would take the primary key and walk through the whole table. SKIP LOCKED cannot deadlock.
    LIMIT 100 FOR UPDATE SKIP LOCKED
)
UPDATE {TABLE} AS job SET
    state = CASE WHEN redeliveries < %(most)s THEN {PENDING} ELSE {FAILED} END,
    redeliveries = CASE WHEN redeliveries < %(most)s THEN redeliveries + 1 ELSE redeliveries END,
    eta = CASE WHEN redeliveries < %(most)s THEN statement_timestamp() ELSE eta END,
    error = CASE WHEN redeliveries < %(most)s THEN error ELSE %(error)s END,
    failed_at = CASE WHEN redeliveries < %(most)s THEN NULL ELSE statement_timestamp() END,
    lease = NULL, started_at = NULL, alive_at = NULL, progress = NULL
FROM lost WHERE job.id = lost.id
RETURNING task_id, name, redeliveries, state = {FAILED}"""

_DIRTY = f"""
SELECT lease FROM {TABLE}
WHERE lease IS NOT NULL AND state = {STARTED} AND name = ANY(%(names)s)
    AND alive_at < statement_timestamp() - CAST(%(dirty_after)s AS float8) * interval '1 second'
LIMIT 100"""

# An UPDATE and not a SELECT: a retry by a person must not slip in between the look and the run.
_ADOPT = f"""
UPDATE {TABLE} SET alive_at = statement_timestamp() WHERE lease = %(lease)s AND state = {STARTED}
RETURNING id, {", ".join(CLAIMED)}, COALESCE(expires < statement_timestamp(), false)"""

# Harmless however late it runs: a lease in the list is never used again.
_SWEEP = f"""
UPDATE {TABLE} SET state = {PENDING}, lease = NULL, worker = NULL, started_at = NULL, alive_at = NULL,
    attempt = attempt - 1
WHERE state = {STARTED} AND lease = ANY(%(leases)s)"""

_SESSION = """
SET default_transaction_isolation = 'read committed';
SET default_transaction_read_only = off;
SET statement_timeout = '60s';
SET lock_timeout = '0';
SET idle_in_transaction_session_timeout = '0';
SET jit = off;
-- Plans are made once, perhaps while the table is small: without these they would scan and sort it for ever.
SET plan_cache_mode = force_generic_plan;
SET enable_seqscan = off;
SET enable_bitmapscan = off;
SET enable_sort = off;
-- Not off: a claim that a crash of the server takes back would be a task that runs twice.
SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off';
"""

# A network that swallows packets is noticed after about a minute, not after two hours.
_KEEPALIVE = {
    "keepalives": 1,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
    "connect_timeout": 10,
    "application_name": "celery_taskq worker",
}


_LISTEN = f"LISTEN {CHANNEL}"
_RAISE_FLAG = """
SELECT bool_and(pg_try_advisory_lock_shared(CAST(%(lock)s AS int4), key))
FROM unnest(CAST(%(keys)s AS int4[])) AS key"""
# The session holds no other advisory locks.
_LOWER_FLAG = "SELECT pg_advisory_unlock_all()"


def _int4(text: str) -> int:
    return (crc32(text.encode("utf-8", "surrogatepass")) & 0xFFFFFFFF) - 0x80000000


LOCK = _int4(TABLE)


@cache
def wake_key(queue: str) -> int:
    """The number that stands for a queue in advisory locks and notifications; a collision costs a needless wake-up."""
    return _int4(queue)


def is_pooled(alias: str) -> bool:
    """Whether the project says that a transaction pooler stands in front of the server, as Django has it said."""
    return bool(connections.settings[alias].get("DISABLE_SERVER_SIDE_CURSORS"))


class PostgreSQL:
    errors: tuple[type[Exception], ...] = (psycopg.Error,)

    def insert(self, connection: Any, message: TaskMessage, notify: bool) -> int:
        values = _values(message) | {"task_id": message.task_id}
        sql = _INSERT
        if notify:
            sql += ", " + _WAKE
            values |= {"lock": LOCK, "key": wake_key(message.queue), "channel": CHANNEL}
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            return int(cursor.fetchone()[0])

    def open(self, alias: str) -> psycopg.Connection[Any]:
        # A wrapper of its own is asked for the parameters, so that Django's connection of this thread stays unopened.
        django = connections.create_connection(alias)
        params = django.get_connection_params()
        for key in ("cursor_factory", "context"):
            params.pop(key, None)
        pooled = is_pooled(alias)
        params |= {"autocommit": True, "prepare_threshold": None if pooled else 0}
        connection: psycopg.Connection[Any] = psycopg.connect(**{**_KEEPALIVE, **params})
        try:
            role = django.settings_dict["OPTIONS"].get("assume_role")
            if role:
                connection.execute(psycopg.sql.SQL("SET ROLE {}").format(psycopg.sql.Identifier(role)), prepare=False)
            if not pooled:
                connection.execute(_SESSION, prepare=False)
        except psycopg.Error:
            connection.close()
            raise
        return connection

    def notifies(self, alias: str) -> bool:
        return not is_pooled(alias)

    def wake_keys(self, queues: Sequence[str]) -> set[str]:
        return {str(wake_key(queue)) for queue in queues}

    def listen(self, connection: psycopg.Connection[Any], on_key: Callable[[str], None]) -> None:
        connection.add_notify_handler(lambda notification: on_key(notification.payload))
        connection.execute(_LISTEN, prepare=False)

    def raise_flag(self, connection: psycopg.Connection[Any], queues: Sequence[str]) -> bool:
        keys = sorted({wake_key(queue) for queue in queues})
        [is_up] = _one(connection.execute(_RAISE_FLAG, {"lock": LOCK, "keys": keys}))
        if not is_up:
            self.lower_flag(connection)
        return bool(is_up)

    def lower_flag(self, connection: psycopg.Connection[Any]) -> None:
        connection.execute(_LOWER_FLAG)

    def receive(self, connection: psycopg.Connection[Any], on_key: Callable[[str], None]) -> None:
        # Not connection.notifies(): it would keep what arrives while nobody asks, without a limit.
        connection.pgconn.consume_input()
        while notification := connection.pgconn.notifies():
            on_key(notification.extra.decode(errors="replace"))

    def close(self, connection: psycopg.Connection[Any]) -> None:
        connection.close()

    def claim(
        self, connection: psycopg.Connection[Any], queues: Sequence[str], worker: str, lease: UUID
    ) -> tuple[Claim | None, float | None]:
        values = {"queues": list(queues), "worker": worker, "next": lease}
        *row, due_in = _one(connection.execute(_CLAIM_ONLY, values))
        return _claim(lease, row), due_in

    def finish(self, connection: psycopg.Connection[Any], id: int, lease: UUID, outcome: Outcome) -> bool:
        return connection.execute(_FINISH[outcome.ending], _finish_values(id, lease, outcome)).rowcount == 1

    def finish_and_claim(
        self,
        connection: psycopg.Connection[Any],
        id: int,
        lease: UUID,
        outcome: Outcome,
        queues: Sequence[str],
        worker: str,
        next: UUID,
    ) -> tuple[bool, Claim | None]:
        values = _finish_values(id, lease, outcome)
        values["queues"], values["worker"], values["next"] = list(queues), worker, next
        hits, *row = _one(connection.execute(_FINISH_AND_CLAIM[outcome.ending], values))
        return hits == 1, _claim(next, row)

    def release(self, connection: psycopg.Connection[Any], id: int, lease: UUID) -> bool:
        return connection.execute(_RELEASE, {"id": id, "lease": lease}).rowcount == 1

    def heartbeat(self, connection: psycopg.Connection[Any], id: int, lease: UUID) -> bool:
        return connection.execute(_HEARTBEAT, {"id": id, "lease": lease}).rowcount == 1

    def report(self, connection: psycopg.Connection[Any], id: int, lease: UUID, progress: str) -> bool:
        return connection.execute(_REPORT, {"id": id, "lease": lease, "progress": progress}).rowcount == 1

    def recover(
        self,
        connection: psycopg.Connection[Any],
        names: Sequence[str],
        dirty_after: float,
        most: int,
        seen: Sequence[UUID],
    ) -> tuple[list[Recovered], list[UUID]]:
        recovered = []
        if seen:
            values = {"seen": list(seen), "dirty_after": dirty_after, "most": most}
            values["error"] = WORKER_LOST.format(most=most)
            recovered = [Recovered(*row) for row in connection.execute(_RECOVER, values)]
        dirty = connection.execute(_DIRTY, {"names": list(names), "dirty_after": dirty_after})
        return recovered, [lease for (lease,) in dirty]

    def adopt(self, connection: psycopg.Connection[Any], lease: UUID) -> Claim | None:
        row = connection.execute(_ADOPT, {"lease": lease}).fetchone()
        return _claim(lease, row) if row else None

    def sweep(self, connection: psycopg.Connection[Any], leases: Sequence[UUID]) -> int:
        return connection.execute(_SWEEP, {"leases": list(leases)}).rowcount


def _values(message: TaskMessage) -> dict[str, Any]:
    values = {column: getattr(message, column) for column in WRITTEN}
    values["countdown"], values["eta"] = message.countdown, message.eta
    values["expires_in"], values["expires"] = message.expires_in, message.expires
    return values


def _finish_values(id: int, lease: UUID, outcome: Outcome) -> dict[str, Any]:
    values: dict[str, Any] = {"id": id, "lease": lease}
    if outcome.ending is Ending.FAILED:
        values["error"], values["traceback"] = outcome.error, outcome.traceback
    elif outcome.ending is Ending.RETRY:
        if outcome.message is None:
            raise ValueError(f"an outcome of {Ending.RETRY!r} has no message: it says what the job becomes")
        values |= _values(outcome.message)
        values["error"] = outcome.error
    elif outcome.ending is Ending.POSTPONED:
        values["delay"] = outcome.delay
    return values


def _one(cursor: psycopg.Cursor[Any]) -> Any:
    row = cursor.fetchone()
    if row is None:
        raise psycopg.DataError("a statement that always returns a row returned none")
    return row


def _claim(lease: UUID, row: Sequence[Any]) -> Claim | None:
    return None if row[0] is None else Claim(row[0], lease, *row[1:])
