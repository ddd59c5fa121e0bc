"""How many tasks a second: for the e-mails, and for tasks that do nothing, which is what the queue itself costs."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from celery_taskq.models import Job
from django.db import transaction

from .processes import DemoFailed, ManageCommand
from .tasks import no_op

NO_OP_TASKS = 2000
#: Enough to measure by. A slow disk takes longer for all of them, and the person waits.
LONGEST = 8.0
START_LIMIT = 15.0


@dataclass
class Drain:
    """So many tasks were run in so many seconds, from the first of them to the last."""

    tasks: int = 0
    seconds: float = 0.0

    def __str__(self) -> str:
        if not self.tasks or not self.seconds:
            return "not measured: they were not finished"
        return f"{self.tasks / self.seconds:,.0f} tasks per second ({self.tasks:,} in {self.seconds:.1f} s)"


def drain_no_op(log: Path) -> Drain:
    """Let one worker run NO_OP_TASKS tasks, or as many as it can in LONGEST seconds; the rest is revoked."""
    with transaction.atomic():
        sent = [no_op.delay() for _ in range(NO_OP_TASKS)]
    with ManageCommand("taskq", "-Q", "measure", "-l", "INFO", log=log, smtp_port=0) as worker:
        drain = _watch(worker)
    with transaction.atomic():
        for result in sent:
            result.revoke()
    return drain


def _watch(worker: ManageCommand) -> Drain:
    waiting = Job.objects.filter(queue="measure")
    given_up = time.monotonic() + START_LIMIT
    while (first_left := waiting.count()) == NO_OP_TASKS:
        worker.must_run()
        if time.monotonic() > given_up:
            raise DemoFailed(f"a worker for the queue 'measure' ran nothing in {START_LIMIT:.0f} s; see {worker.log}")
        time.sleep(0.01)
    started = time.monotonic()
    while left := waiting.count():
        worker.must_run()
        if time.monotonic() - started > LONGEST:
            break
        time.sleep(0.01)
    return Drain(first_left - left, time.monotonic() - started)
