"""What the layers hand to each other: a message to be stored, a claim that is held, an outcome of a run.

Plain data. app/amqp.py builds messages, jobs/ stores and claims them, app/trace.py says what a run came to.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

#: What the columns hold, in characters. Refused in Python when longer, before any SQL.
MAX_TASK_ID = MAX_NAME = MAX_QUEUE = 255
#: What people are shown of arguments and of an error, in characters; longer text is cut.
MAX_SHOWN = 1024
#: The stored protocol. A worker leaves rows of a newer one pending.
PROTOCOL = 1


@dataclass(slots=True)
class TaskMessage:
    """One task, checked and encoded, as jobs.enqueue() stores it and a retry writes it over its row.

    Attributes:
        payload: kombu's JSON of ``[args, kwargs]``, ASCII only.
        headers: a JSON object, or None when there is nothing to say.
        priority: -32768 to 32767, higher first.
        countdown: seconds from the database's now until the task is due; wins over ``eta``.
        eta: aware; None means now.
        expires_in: seconds from the database's now; wins over ``expires``.
        expires: aware; None means never.
    """

    task_id: str
    name: str
    queue: str
    payload: str
    headers: str | None = None
    priority: int = 0
    argsrepr: str = ""
    kwargsrepr: str = ""
    retries: int = 0
    countdown: float | None = None
    eta: datetime | None = None
    expires_in: float | None = None
    expires: datetime | None = None


@dataclass(slots=True)
class Claim:
    """A job that this process holds under ``lease``; every later write names both ``id`` and ``lease``.

    Attributes:
        attempt: how often the job was claimed, this time included.
        redeliveries: how often it went back to pending by itself, because its worker died.
        expired: the database's clock was past ``expires`` when it was claimed; it must not run.
    """

    id: int
    lease: UUID
    task_id: str
    queue: str
    name: str
    priority: int
    payload: str
    headers: str | None
    argsrepr: str
    kwargsrepr: str
    retries: int
    attempt: int
    redeliveries: int
    expired: bool


class Ending(StrEnum):
    """What becomes of the row after a run."""

    DONE = "done"  # deleted: it succeeded, expired, or asked to be ignored
    FAILED = "failed"  # kept in the dead letters
    RETRY = "retry"  # written over with ``message`` and pending again
    RELEASED = "released"  # pending again as it was, due now
    POSTPONED = "postponed"  # pending again as it was, due after ``delay``; it was not run


@dataclass(slots=True)
class Outcome:
    """What one run came to; decided by app/trace.py, written by jobs/lease.py.

    Attributes:
        message: what the row becomes; only for RETRY.
        error: one line for people; for FAILED and RETRY.
        traceback: for FAILED.
        delay: seconds; for POSTPONED.
    """

    ending: Ending
    message: TaskMessage | None = None
    error: str = ""
    traceback: str = ""
    delay: float = 0.0


DONE = Outcome(Ending.DONE)


@dataclass(slots=True)
class Recovered:
    """A dirty job that a worker took care of by itself.

    Attributes:
        failed: it had died too often and is a dead letter now; else it is pending again.
    """

    task_id: str
    name: str
    redeliveries: int
    failed: bool
