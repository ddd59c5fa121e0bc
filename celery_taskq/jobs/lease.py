"""The life of a claim: claim, heartbeat, finish; and what repairs it when a connection broke. Calls no user code.

Every write names the row and the lease. A lease is chosen before it is sent and sent once: who holds the
lease holds the job, and who lost it changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, cast
from uuid import UUID

from ..messages import Claim, Outcome, Recovered
from . import config
from .dialects import NotifyingDialect, dialect_of


class OutcomeUnknown(Exception):
    """The database did not answer: the statement was applied, or will be, or not at all. adopt() tells which."""


class LeaseSession:
    """A private connection of one thread, on which claims are made, renewed and finished.

    Never Django's own: a task can leave that one in a transaction, aborted, closed or without autocommit.
    """

    def __init__(self, alias: str | None = None) -> None:
        self.alias = alias or config.database()
        self._dialect = dialect_of(self.alias)
        #: The driver's connection, or None while there is none.
        self.connection: Any = None

    def open(self) -> None:
        """Connect, if there is no connection. Raises OutcomeUnknown when the database cannot be reached."""
        if self.connection is None:
            with self._answered():
                self.connection = self._dialect.open(self.alias)

    def close(self) -> None:
        """Drop the connection; the next open() makes a new one."""
        connection, self.connection = self.connection, None
        if connection is not None:
            with self._answered():
                self._dialect.close(connection)

    def claim(self, queues: Sequence[str], *, worker: str, lease: UUID) -> tuple[Claim | None, float | None]:
        """Take the next due job, highest priority first, and hold it under ``lease``.

        Arguments:
            queues: names, at least one; tried in this order.
            lease: fresh for every call; never sent twice for a claim.
        Returns:
            The claim; or None, and the seconds until the next job of these queues is due (None: there is none).
        Raises:
            OutcomeUnknown: adopt(lease) tells what happened.
        """
        with self._answered():
            return self._dialect.claim(self.connection, queues, worker, lease)

    def finish(self, claim: Claim, outcome: Outcome) -> bool:
        """Write what the run came to; False when the lease is lost and nothing was written."""
        with self._answered():
            return self._dialect.finish(self.connection, claim.id, claim.lease, outcome)

    def finish_and_claim(
        self, claim: Claim, outcome: Outcome, queues: Sequence[str], *, worker: str, lease: UUID
    ) -> tuple[bool, Claim | None]:
        """finish() and claim() in one: one round trip, one commit. Nothing is claimed when the finish hit no row."""
        with self._answered():
            return self._dialect.finish_and_claim(
                self.connection, claim.id, claim.lease, outcome, queues, worker, lease
            )

    def release(self, claim: Claim) -> bool:
        """Give back a claim whose task was not begun; False when the lease is lost."""
        with self._answered():
            return self._dialect.release(self.connection, claim.id, claim.lease)

    def heartbeat(self, claim: Claim) -> bool:
        """Renew the lease; False when somebody else decided about the job."""
        with self._answered():
            return self._dialect.heartbeat(self.connection, claim.id, claim.lease)

    def report(self, claim: Claim, progress: str) -> bool:
        """Store what the running task says of itself; False when the lease is lost."""
        with self._answered():
            return self._dialect.report(self.connection, claim.id, claim.lease, progress)

    def recover(self, names: Sequence[str], most: int, seen: Sequence[UUID]) -> tuple[list[Recovered], list[UUID]]:
        """Redeliver dirty jobs whose authors said that they may run again.

        Arguments:
            names: of tasks that say so.
            most: how often a job is redelivered; after that it becomes a dead letter.
            seen: the leases that the look before found dirty; only those are taken, so that a worker that could not
                beat because the database was away, or it was stopped, has had the time to do so.
        Returns:
            What was done; and the leases that are dirty now, up to 100, for the next look.
        """
        with self._answered():
            return self._dialect.recover(self.connection, names, config.dirty_after(), most, seen)

    def adopt(self, lease: UUID) -> Claim | None:
        """After OutcomeUnknown: the job that the lost answer would have brought, or None if it claimed nothing."""
        with self._answered():
            return self._dialect.adopt(self.connection, lease)

    def sweep(self, dead: Sequence[UUID]) -> int:
        """Put jobs back to pending that a late statement claimed under a lease that nobody uses any more."""
        with self._answered():
            return self._dialect.sweep(self.connection, dead)

    def notifies(self) -> bool:
        """Whether an idle worker can be woken by an enqueue; the next five are for those that can."""
        return self._dialect.notifies(self.alias)

    @property
    def _notifying(self) -> NotifyingDialect:
        return cast(NotifyingDialect, self._dialect)

    def wake_keys(self, queues: Sequence[str]) -> set[str]:
        """What stands for these queues in notifications."""
        return self._notifying.wake_keys(queues)

    def listen(self, on_key: Callable[[str], None]) -> None:
        """Ask for notifications; ``on_key`` gets the key of each that another statement happens to read."""
        with self._answered():
            self._notifying.listen(self.connection, on_key)

    def receive(self, on_key: Callable[[str], None]) -> None:
        """Read the notifications that have arrived."""
        with self._answered():
            self._notifying.receive(self.connection, on_key)

    def raise_flag(self, queues: Sequence[str]) -> bool:
        """Say that a worker of these queues waits; False: not now, try again later."""
        with self._answered():
            return self._notifying.raise_flag(self.connection, queues)

    def lower_flag(self) -> None:
        """Say that this worker is busy."""
        with self._answered():
            self._notifying.lower_flag(self.connection)

    @contextmanager
    def _answered(self) -> Iterator[None]:
        try:
            yield
        except self._dialect.errors as exc:
            raise OutcomeUnknown(f"{type(exc).__name__}: {exc}") from exc
