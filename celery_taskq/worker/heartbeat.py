"""The thread that says, once a second, that the running task's worker is alive; on a connection of its own.

It also does what must not wait for a task to end: it looks for crashed tasks, and for the supervisor.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
from collections.abc import Callable

from ..jobs.lease import LeaseSession, OutcomeUnknown
from ..messages import Claim
from ..signals import heartbeat_sent

logger = logging.getLogger("celery.worker.heartbeat")

#: Seconds between two heartbeats. A task that is shorter causes none, and opens no second connection.
INTERVAL = 1.0


class Heartbeat(threading.Thread):
    """Renews the lease of the claim that the loop puts into ``claim``; the loop sets it to None before it finishes.

    Arguments:
        look: called after each heartbeat, with this thread's session.
        parent: the supervisor's process id. When it is gone, the worker is told to stop: nobody would restart it.
    """

    def __init__(
        self,
        alias: str,
        look: Callable[[LeaseSession], None],
        parent: int | None = None,
        interval: float = INTERVAL,
    ) -> None:
        super().__init__(name="taskq-heartbeat", daemon=True)
        self.claim: Claim | None = None
        #: The last claim whose lease was found to be lost.
        self.lost: Claim | None = None
        self._session = LeaseSession(alias)
        self._look, self._parent, self._interval = look, parent, interval
        self._ended = threading.Event()
        self._away = False

    def stop(self) -> None:
        """End the thread and its connection; one that a statement holds up ends with the process."""
        self._ended.set()
        self.join(5.0)

    def run(self) -> None:
        before: Claim | None = None
        while not self._ended.wait(self._interval):
            claim = self.claim
            self._try(claim if claim is before and claim is not self.lost else None)
            before = claim
            if self._parent is not None and os.getppid() != self._parent:
                logger.error("The supervisor (process %d) is gone: this worker stops.", self._parent)
                self._parent = None
                os.kill(os.getpid(), signal.SIGTERM)
        self._close()

    def _try(self, claim: Claim | None) -> None:
        try:
            if claim is not None:
                self._beat(claim)
            self._look(self._session)
            heartbeat_sent.send(sender=self)
        except OutcomeUnknown as exc:
            if not self._away:
                logger.warning("A heartbeat did not get through, trying again every second: %s", exc)
            self._away = True
            self._close()
        except Exception:
            # Whatever it is: without this thread every long task would look crashed.
            logger.exception("The heartbeat failed; trying again.")
            self._close()
        else:
            self._away = False

    def _beat(self, claim: Claim) -> None:
        self._session.open()
        held = self._session.heartbeat(claim)
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
