"""The worker: claim a job, run its task, finish it and claim the next; one at a time, in one thread."""

from __future__ import annotations

import logging
import os
from collections import deque
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from ..app.trace import run_claim
from ..exceptions import WorkerTerminate
from ..messages import Claim, Ending, Outcome
from .connection import DatabaseAway, QueueConnection
from .heartbeat import Heartbeat
from .hygiene import close_obsolete, leave_as_after_a_request
from .limits import RateLimits
from .recovery import Recovery
from .stop import Stop
from .wakeup import wakeup_for

logger = logging.getLogger("celery.worker")

#: Seconds until the next look when a job is due that could not be claimed: somebody holds its row locked.
WHILE_LOCKED = 0.05


class Worker:
    """One worker process.

    Arguments:
        queues: names; each is served in turn when several have due jobs.
        hostname: Celery's node name, for people; the process has an identity of its own.
        parent: the supervisor's process id, if there is one.
    """

    def __init__(
        self, app: Any, queues: Sequence[str], *, hostname: str, stop: Stop, parent: int | None = None
    ) -> None:
        self.app, self.hostname, self.stop = app, hostname, stop
        self.identity = f"{hostname}:{os.getpid()}:{uuid4()}"[-255:]
        self.connection = QueueConnection(self.identity, stop)
        self.heartbeat = Heartbeat(self.connection.session.alias, Recovery(app).look, parent)
        self.limits = RateLimits(app)
        self.wakeup = wakeup_for(self.connection.session, queues, stop)
        self._queues = deque(queues)
        self._pid = os.getpid()

    def run(self) -> int:
        """Work until told to stop; the process's exit code."""
        self.heartbeat.start()
        try:
            while not self.stop.requested:
                claim, due_in = self.connection.claim(self._in_turn())
                if claim is None:
                    self._idle(due_in)
                    continue
                self.wakeup.disarm()
                close_obsolete()
                while claim is not None:
                    claim = self._work(claim)
        except DatabaseAway as exc:
            logger.error("%s", exc)
            return 1
        finally:
            self.heartbeat.stop()
            self.connection.close()
        return 1 if self.stop.cold else 0

    def _work(self, claim: Claim) -> Claim | None:
        """Run what is held and write what it came to; the next claim, if there is one."""
        if self.stop.requested:
            self.connection.release(claim)
            return None
        wait = self.limits.wait_for(claim)
        outcome = self._run(claim) if not wait else Outcome(Ending.POSTPONED, delay=wait)
        if self.stop.requested:
            self.connection.finish(claim, outcome)
            return None
        return self.connection.finish_and_claim(claim, outcome, self._in_turn())

    def _run(self, claim: Claim) -> Outcome:
        self.heartbeat.claim = claim
        try:
            self.stop.in_task = True
            outcome = run_claim(self.app, claim, hostname=self.hostname, report=self.connection.report)
            self.stop.in_task = False
        except WorkerTerminate:  # It came between the guard in run_claim and here.
            outcome = Outcome(Ending.FAILED, error="WorkerTerminate: the worker was stopped while the task ran")
        finally:
            self.stop.in_task = False
            self.heartbeat.claim = None
        if os.getpid() != self._pid:
            # A process that the task forked, and that came back from it: the job is its parent's.
            os._exit(0)
        self.stop.reinstall()
        leave_as_after_a_request(claim)
        return outcome

    def _idle(self, due_in: float | None) -> None:
        if self.wakeup.arm():
            return  # What was enqueued before the flag was up did not notify: look once more.
        longest = float(self.app.conf.taskq_poll_interval)
        if due_in is None:
            due_in = longest
        elif due_in <= 0:
            due_in = WHILE_LOCKED
        self.wakeup.wait(min(longest, due_in))

    def _in_turn(self) -> list[str]:
        """The queues, each time from another one on, so that a full queue does not starve the others."""
        self._queues.rotate(-1)
        return list(self._queues)
