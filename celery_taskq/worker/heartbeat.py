"""The thread that says, once a second, that the running task's worker is alive; on a connection of its own."""

from __future__ import annotations

import logging
import os
import signal
import threading

from ..jobs.lease import LeaseSession, OutcomeUnknown
from ..messages import Claim

logger = logging.getLogger("celery.worker.heartbeat")

#: Seconds between two heartbeats. A task that is shorter causes none, and opens no second connection.
INTERVAL = 1.0


class Heartbeat(threading.Thread):
    """Renews the lease of the claim that the loop puts into ``claim``; the loop sets it to None before it finishes.

    Arguments:
        parent: the supervisor's process id. When it is gone, the worker is told to stop: nobody would restart it.
    """

    def __init__(self, alias: str, parent: int | None = None, interval: float = INTERVAL) -> None:
        super().__init__(name="taskq-heartbeat", daemon=True)
        self.claim: Claim | None = None
        #: The last claim whose lease was found to be lost.
        self.lost: Claim | None = None
        self._session = LeaseSession(alias)
        self._parent, self._interval = parent, interval
        self._ended = threading.Event()
        self._away = False

    def stop(self) -> None:
        """End the thread and its connection; returns when both are gone."""
        self._ended.set()
        self.join()

    def run(self) -> None:
        before: Claim | None = None
        while not self._ended.wait(self._interval):
            claim = self.claim
            if claim is not None and claim is before and claim is not self.lost:
                self._beat(claim)
            before = claim
            if self._parent is not None and os.getppid() != self._parent:
                logger.error("The supervisor (process %d) is gone: this worker stops.", self._parent)
                self._parent = None
                os.kill(os.getpid(), signal.SIGTERM)
        self._close()

    def _beat(self, claim: Claim) -> None:
        try:
            self._session.open()
            held = self._session.heartbeat(claim)
        except OutcomeUnknown as exc:
            if not self._away:
                logger.warning("The heartbeat of task %s[%s] did not get through: %s", claim.name, claim.task_id, exc)
            self._away = True
            self._close()
            return
        except Exception:
            logger.exception("The heartbeat of task %s[%s] failed; trying again.", claim.name, claim.task_id)
            self._close()
            return
        self._away = False
        # The loop clears ``claim`` before it finishes: no row, and still the same claim, means that the lease is lost.
        if not held and self.claim is claim:
            self.lost = claim
            logger.error(
                "Task %s[%s] still runs, but its lease is lost: somebody retried or discarded it meanwhile. "
                "What it comes to will not be written.",
                claim.name,
                claim.task_id,
            )

    def _close(self) -> None:
        try:
            self._session.close()
        except OutcomeUnknown as exc:
            logger.debug("Closing the heartbeat's connection: %s", exc)
