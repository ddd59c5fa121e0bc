"""The demo's main part: sign up everybody, let two workers deliver, kill one of them on the way, wait for the end."""

from __future__ import annotations

import os
import signal
import time
from datetime import timedelta
from io import StringIO
from pathlib import Path

from celery_taskq.models import Job, State
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from mailing.signup import sign_up

from .expected import SUBSCRIBERS, Expected
from .processes import DemoFailed, ManageCommand
from .progress import Progress
from .smtp_server import MailServer
from .speed import Drain

WORKER = ("taskq", "-Q", "default,mail,reminders", "-l", "INFO", "-c", "2")
CHANGED_THEIR_MIND = [f"undecided-{number}@mailbox.example" for number in range(1, 6)]
TIME_LIMIT = 40.0


class ChangedTheirMind(Exception):
    """Raised to roll a transaction back."""


def sign_everybody_up() -> str:
    """Import the CSV file, and five more people whose transaction is rolled back; what was done, in words."""
    started = time.monotonic()
    call_command("import_subscribers", SUBSCRIBERS, stdout=StringIO())
    seconds = time.monotonic() - started
    for address in CHANGED_THEIR_MIND:
        try:
            with transaction.atomic():
                sign_up(name="Undecided", email=address, language="en", plan="trial")
                raise ChangedTheirMind(address)
        except ChangedTheirMind:
            pass  # which is the point: neither the subscriber nor the e-mail may exist now
    return f"{Job.objects.count()} tasks enqueued, each in its subscriber's transaction, in {seconds:.1f} s"


def deliver(server: MailServer, expected: Expected, log: Path) -> Drain:
    """Run the workers until nothing is due any more and nothing runs; how fast the waiting e-mails were drained."""
    drain = Drain()
    progress = Progress(total=len(expected.letters))
    killed: int | None = None
    with ManageCommand(*WORKER, log=log, smtp_port=server.port) as workers:
        while _is_unfinished():
            workers.must_run()
            if killed is None and server.stuck_process is not None:
                killed = server.stuck_process
                _kill(killed, progress)
            if not drain.seconds and server.first_answer_at and not Job.objects.pending().exists():
                drain.tasks, drain.seconds = server.answers.total(), time.monotonic() - server.first_answer_at
                progress.say("nothing is due right now; retries and reminders wait for their time")
            progress.show(server, running=Job.objects.running().count())
            if progress.seconds > TIME_LIMIT:
                progress.say(f"not finished after {TIME_LIMIT:.0f} s: stopped; the table shows what is missing")
                break
            time.sleep(0.1)
        progress.show(server, running=0, at_once=True)
        progress.end()
    return drain


def _is_unfinished() -> bool:
    soon = timezone.now() + timedelta(days=1)
    waiting = Job.objects.filter(state=State.PENDING, eta__lt=soon)
    # One query: between two of them a task could change from the one state to the other and be in neither.
    return (waiting | Job.objects.running()).exists()


def _kill(process: int, progress: Progress) -> None:
    if process == os.getpid():
        raise DemoFailed("an e-mail was sent by the demo itself and not by a worker: are tasks set to run eagerly?")
    os.kill(process, signal.SIGKILL)
    progress.say(f"worker process {process} killed (SIGKILL) in the middle of an e-mail")
