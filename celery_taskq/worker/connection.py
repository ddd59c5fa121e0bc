"""Claims and finishes for the loop, through broken connections: it finds out what happened and goes on.

After a lost answer nobody knows whether the statement was applied. So: reconnect, adopt() what the lost answer would
have brought; if there is nothing, that lease is dead for ever and the finish is sent again under a fresh one. A late
copy of the lost statement can still claim under a dead lease: the sweep gives such a job back.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Sequence
from uuid import UUID, uuid4

from ..jobs.lease import LeaseSession, OutcomeUnknown
from ..messages import Claim, Outcome
from .stop import Stop

logger = logging.getLogger("celery.worker.connection")

#: Seconds between attempts to reconnect: the first, and the longest. Jitter keeps workers from coming back all at once.
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0
#: Seconds for which a lost statement may still arrive and claim; then its lease is forgotten.
DEAD_FOR = 15 * 60.0
#: Seconds between two looks for jobs under dead leases.
SWEEP_EVERY = 1.0
#: Seconds for which a stopping worker waits for a database that is away: after a warm stop, and after a cold one.
PATIENCE_WARM, PATIENCE_COLD = 10.0, 2.0


class DatabaseAway(Exception):
    """The worker was told to stop and could not reach its database to write what it holds."""


class QueueConnection:
    """The loop's way to the queue. Every method returns when the database has answered, however long that takes."""

    def __init__(self, worker: str, stop: Stop, session: LeaseSession | None = None) -> None:
        self.session = session or LeaseSession()
        self._worker, self._stop = worker, stop
        self._dead: dict[UUID, float] = {}
        self._next_sweep = 0.0
        # Of an outage, which lasts until a statement is answered: to connect is not enough.
        self._outage_began: float | None = None
        self._pause = FIRST_PAUSE
        self._stopping_since: float | None = None

    def claim(self, queues: Sequence[str]) -> tuple[Claim | None, float | None]:
        """The next due job; or None and the seconds until there is one."""
        lease = uuid4()
        try:
            self.session.open()
            self._sweep()
            answer = self.session.claim(queues, worker=self._worker, lease=lease)
        except OutcomeUnknown as exc:
            return self._adopt_after(exc, lease), 0.0
        self._answered()
        return answer

    def finish_and_claim(self, claim: Claim, outcome: Outcome, queues: Sequence[str]) -> Claim | None:
        """Write what the run came to and take the next job; None when there is none, or when the lease is lost."""
        resent = False
        while True:
            lease = uuid4()
            try:
                self._sweep()
                hit, following = self.session.finish_and_claim(claim, outcome, queues, worker=self._worker, lease=lease)
            except OutcomeUnknown as exc:
                adopted = self._adopt_after(exc, lease)
                if adopted:
                    return adopted  # One statement did both: the finish was applied too.
                resent = True
                continue
            self._answered()
            if not hit:
                self._log_not_held(claim, resent)
            return following

    def finish(self, claim: Claim, outcome: Outcome) -> None:
        """Write what the run came to, and claim nothing."""
        resent = False
        while True:
            try:
                if not self.session.finish(claim, outcome):
                    self._log_not_held(claim, resent)
                self._answered()
                return
            except OutcomeUnknown as exc:
                self._reconnect_after(exc)
                resent = True

    def release(self, claim: Claim) -> None:
        """Give back a claim whose task was not begun."""
        while True:
            try:
                self.session.release(claim)
                self._answered()
                return
            except OutcomeUnknown as exc:
                self._reconnect_after(exc)

    def report(self, claim: Claim, progress: str) -> None:
        """Store what the running task says of itself. Not tried again: the task goes on, and may say more."""
        try:
            if not self.session.report(claim, progress):
                logger.error("Task %s[%s]: its state was not stored, its lease is lost.", claim.name, claim.task_id)
        except OutcomeUnknown as exc:
            logger.warning("Task %s[%s]: its state was not stored: %s", claim.name, claim.task_id, exc)

    def close(self) -> None:
        try:
            self.session.close()
        except OutcomeUnknown as exc:
            logger.debug("Closing the queue connection: %s", exc)

    def _adopt_after(self, exc: OutcomeUnknown, lease: UUID) -> Claim | None:
        while True:
            self._reconnect_after(exc)
            try:
                claim = self.session.adopt(lease)
            except OutcomeUnknown as again:
                exc = again
                continue
            if claim is None:
                self._dead[lease] = time.monotonic() + DEAD_FOR
            else:
                self._answered()
            return claim

    def _reconnect_after(self, exc: OutcomeUnknown) -> None:
        """Wait until the database takes a connection; one log line for an outage, however often this is called."""
        if self._outage_began is None:
            self._outage_began, self._pause = time.monotonic(), FIRST_PAUSE
            logger.error("%s", _explain(exc))
        while True:
            self._stop.wait(random.uniform(self._pause / 2, self._pause))
            self._pause = min(self._pause * 2, LONGEST_PAUSE)
            self._check_patience(exc)
            try:
                self.session.close()
                self.session.open()
                return
            except OutcomeUnknown as again:
                exc = again

    def _answered(self) -> None:
        if self._outage_began is not None:
            away = time.monotonic() - self._outage_began
            logger.warning("Database %r answers again, after %.1f s.", self.session.alias, away)
            self._outage_began = None

    def _check_patience(self, exc: OutcomeUnknown) -> None:
        if not self._stop.requested:
            return
        now = time.monotonic()
        if self._stopping_since is None:
            self._stopping_since = now
        if now - self._stopping_since > (PATIENCE_COLD if self._stop.cold else PATIENCE_WARM):
            raise DatabaseAway(
                f"database {self.session.alias!r} did not answer while the worker was stopping: {exc}. "
                f"If this worker held a task, that becomes dirty."
            )

    def _sweep(self) -> None:
        now = time.monotonic()
        if not self._dead or now < self._next_sweep:
            return
        self._next_sweep = now + SWEEP_EVERY
        try:
            given_back = self.session.sweep(list(self._dead))
        except OutcomeUnknown as exc:
            # Nothing depends on it: the statement that follows meets the same trouble, and knows what to do about it.
            logger.debug("Looking for jobs under dead leases: %s", exc)
            return
        if given_back:
            logger.info("Gave back %d job(s) that a lost statement had claimed.", given_back)
        self._dead = {lease: until for lease, until in self._dead.items() if until > now}

    def _log_not_held(self, claim: Claim, resent: bool) -> None:
        if resent:
            logger.warning(
                "Task %s[%s] has run, and its row is not ours any more: its end was written before the connection "
                "broke, or its lease was lost meanwhile.",
                claim.name,
                claim.task_id,
            )
        else:
            logger.error(
                "Task %s[%s] has run, but its lease is lost: somebody retried or discarded it meanwhile. "
                "Nothing was written.",
                claim.name,
                claim.task_id,
            )


#: What drivers say when the table or a column of it does not exist.
_NOT_MIGRATED = ("UndefinedTable", "UndefinedColumn", "no such table", "no such column", "(1146,", "(1054,")


def _explain(exc: OutcomeUnknown) -> str:
    text = " ".join(str(exc).split())
    not_migrated = any(sign in text for sign in _NOT_MIGRATED)
    hint = " Has `manage.py migrate celery_taskq` been run?" if not_migrated else ""
    return f"The queue's database does not do what it should: {text}.{hint} Trying again until it does."
