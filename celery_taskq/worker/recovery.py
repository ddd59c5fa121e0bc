"""Crashed tasks that may run again by themselves, because their author said so, are made to.

``acks_late=True`` with ``reject_on_worker_lost=True`` says so. Every worker looks now and then; whoever looks first
does it. All other dirty tasks wait for a person.
"""

from __future__ import annotations

import logging
import time
from typing import Any
from uuid import UUID

from ..jobs.lease import LeaseSession

logger = logging.getLogger("celery.worker.recovery")

#: Seconds between two looks; what both find dirty is redelivered. A worker that knows no such task never looks.
EVERY = 5.0


class Recovery:
    """The look, to be called often; it uses the caller's session."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self._next_look = time.monotonic() + EVERY
        self._seen: list[UUID] = []

    def look(self, session: LeaseSession) -> None:
        """Redeliver what is dirty and may run again. Raises OutcomeUnknown, harmlessly: the next look does it."""
        if time.monotonic() < self._next_look:
            return
        self._next_look = time.monotonic() + EVERY
        names = [task.name for task in self._app.tasks.values() if task.acks_late and task.reject_on_worker_lost]
        if not names:
            return
        session.open()
        recovered, self._seen = session.recover(names, int(self._app.conf.taskq_max_redeliveries), self._seen)
        for job in recovered:
            if job.failed:
                logger.error(
                    "Task %s[%s] is failed: its worker died each time it ran, %d redeliveries included.",
                    job.name,
                    job.task_id,
                    job.redeliveries,
                )
            else:
                logger.warning(
                    "Task %s[%s] goes back to its queue: its worker died. Redelivery %d.",
                    job.name,
                    job.task_id,
                    job.redeliveries,
                )
