"""The table and its columns, as the SQL of PostgreSQL and SQLite names them. Workers name columns, never ``*``."""

from __future__ import annotations

from ...messages import PROTOCOL
from ...models import Job, State

TABLE = Job._meta.db_table
PENDING, STARTED, FAILED = State.values
NEWEST_PROTOCOL = PROTOCOL

#: What a claim brings back after ``id`` and before ``expired``, in the order of Claim's fields after ``lease``.
CLAIMED = (
    "task_id",
    "queue",
    "name",
    "priority",
    "payload",
    "headers",
    "argsrepr",
    "kwargsrepr",
    "retries",
    "attempt",
    "redeliveries",
)
#: What a message gives to a row as it is.
WRITTEN = ("name", "queue", "priority", "payload", "headers", "argsrepr", "kwargsrepr", "retries")

#: The error of a job whose worker died too often.
WORKER_LOST = "WorkerLostError: the worker died each time this task ran, {most} redeliveries included"
