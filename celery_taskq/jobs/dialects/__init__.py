"""What each database does differently: one module for each, the same verbs in all; the only place for queue SQL.

``insert`` runs on Django's connection, in the caller's transaction. All others run on the private connection that
``open`` returns, each as one transaction of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Protocol
from uuid import UUID

from django.db import connections

from ...messages import Claim, Outcome, Recovered, TaskMessage


class Dialect(Protocol):
    """The seam. ``connection`` is what ``open`` returned, except for ``insert``, which gets Django's."""

    #: What the driver raises; after any of these the outcome of a verb is unknown.
    errors: tuple[type[Exception], ...]

    def insert(self, connection: Any, message: TaskMessage, notify: bool) -> int:
        """Store a pending job; its row id. With ``notify``, wake an idle worker when the caller commits."""

    def open(self, alias: str) -> Any:
        """Connect to the database that Django calls ``alias``, in autocommit, for the calling thread alone."""

    def close(self, connection: Any) -> None:
        """Close, whatever state the connection is in."""

    def notifies(self, alias: str) -> bool:
        """Whether an enqueue can wake an idle worker; only then this is a NotifyingDialect, too."""

    def claim(
        self, connection: Any, queues: Sequence[str], worker: str, lease: UUID
    ) -> tuple[Claim | None, float | None]:
        """Take the next due job under ``lease``.

        Returns:
            The claim and None; or None and the seconds until the next job is due, None when there is no such job.
        """

    def finish(self, connection: Any, id: int, lease: UUID, outcome: Outcome) -> bool:
        """Write ``outcome`` if ``lease`` still holds the job; whether it did."""

    def finish_and_claim(
        self, connection: Any, id: int, lease: UUID, outcome: Outcome, queues: Sequence[str], worker: str, next: UUID
    ) -> tuple[bool, Claim | None]:
        """finish(), and only if it hit its row claim() under ``next``; all of it or nothing."""

    def release(self, connection: Any, id: int, lease: UUID) -> bool:
        """Give a claim that was never run back, as if it had not been made; whether it was still held."""

    def heartbeat(self, connection: Any, id: int, lease: UUID) -> bool:
        """Renew the lease; False when it is lost."""

    def report(self, connection: Any, id: int, lease: UUID, progress: str) -> bool:
        """Store what the running task says of itself; False when the lease is lost."""

    def recover(
        self, connection: Any, names: Sequence[str], dirty_after: float, most: int, seen: Sequence[UUID]
    ) -> tuple[list[Recovered], list[UUID]]:
        """Put jobs with these names that are dirty under a lease in ``seen`` back to pending, or make them failed.

        Returns:
            What was done; and the leases of the other dirty ones, for the next time.
        """

    def adopt(self, connection: Any, lease: UUID) -> Claim | None:
        """The job that is held under ``lease``, renewed; None when the claim never was."""

    def sweep(self, connection: Any, leases: Sequence[UUID]) -> int:
        """Put what is held under leases that nobody will ever use back to pending; how many jobs."""


class NotifyingDialect(Dialect, Protocol):
    """A dialect whose enqueues wake idle workers."""

    def wake_keys(self, queues: Sequence[str]) -> set[str]:
        """What stands for these queues in notifications."""

    def listen(self, connection: Any, on_key: Callable[[str], None]) -> None:
        """Ask for notifications; ``on_key`` gets the key of each that is read on the way of another statement."""

    def receive(self, connection: Any, on_key: Callable[[str], None]) -> None:
        """Read the notifications that have arrived."""

    def raise_flag(self, connection: Any, queues: Sequence[str]) -> bool:
        """Say that a worker of these queues waits; enqueues notify only then. False: not now, try again later."""

    def lower_flag(self, connection: Any) -> None:
        """Say that this worker is busy."""


@cache
def dialect_of(alias: str) -> Dialect:
    """The dialect of the database that Django calls ``alias``."""
    vendor = connections[alias].vendor
    if vendor == "postgresql":
        from .postgresql import PostgreSQL

        return PostgreSQL()
    if vendor == "sqlite":
        from .sqlite import SQLite

        return SQLite()
    from .generic import Generic

    return Generic()
