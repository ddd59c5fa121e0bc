"""The four promises, under kill -9 and SIGSTOP of real worker processes, with a witness outside the database."""

from __future__ import annotations

import os
import random
import signal
from collections import Counter
from collections.abc import Callable

import pytest
from django.db import transaction

from celery_taskq.jobs import dead_letter
from celery_taskq.models import Job, State
from tests.project import tasks
from tests.project.models import Order
from tests.worker.processes import Witness, WorkerProcess, eventually

Start = Callable[..., WorkerProcess]
KILLS = 12


@pytest.fixture
def quickly_dirty(settings) -> None:
    """A job is dirty after a second and a half without a heartbeat."""
    settings.CELERY_TASKQ_DIRTY_AFTER = 1.5


def test_enqueue_a_task_exists_if_and_only_if_its_transaction_commits(worker: WorkerProcess, witness: Witness) -> None:
    committed = []
    for number in range(60):
        try:
            with transaction.atomic():
                Order.objects.create(number=str(number))
                result = tasks.note.delay(number)
                if number % 3 == 0:
                    raise ZeroDivisionError
        except ZeroDivisionError:
            continue
        committed.append(result.id)
    eventually(lambda: not Job.objects.exists(), "all are run")
    assert Counter(committed) == Counter(line["task_id"] for line in witness.events() if line["event"] == "end")
    assert 40 == Order.objects.count()


def test_start_and_never_lost_under_a_storm_of_kill_9(start_worker: Start, witness: Witness) -> None:
    workers = [start_worker().ready() for _ in range(2)]
    sent: set[str] = set()
    chance = random.Random(5)
    for _ in range(KILLS):
        victim = chance.randrange(2)
        done_before = len(witness.events())
        sent |= {tasks.note.delay().id for _ in range(25)}
        eventually(lambda seen=done_before: len(witness.events()) > seen, "work goes on")
        workers[victim].signal(signal.SIGKILL)
        workers[victim].ended()
        workers[victim] = start_worker().ready()
    eventually(lambda: not Job.objects.filter(state=State.PENDING).exists(), "the rest is run")
    for worker in workers:
        assert 0 == worker.stop()

    events = witness.events()
    starts, ends = (Counter(line["task_id"] for line in events if line["event"] == event) for event in ("start", "end"))
    rows = dict(Job.objects.values_list("task_id", "state"))
    assert {State.STARTED} >= set(rows.values()), "only what was killed on the way is left"
    assert len(rows) <= KILLS
    assert sent == set(ends) | set(rows), "nothing is lost"
    assert not {task_id: count for task_id, count in starts.items() if count > 1}, "nothing is started twice"
    assert sent - set(rows) == {task_id for task_id in ends if task_id not in rows}


def test_a_killed_task_is_dirty_and_runs_again_only_when_a_person_says_so(
    start_worker: Start, witness: Witness, quickly_dirty: None
) -> None:
    worker = start_worker().ready()
    result = tasks.kill_worker.delay()
    witness.saw("start", result.id)
    assert -signal.SIGKILL == worker.ended()
    second = start_worker().ready()
    job = eventually(lambda: Job.objects.dirty().first(), "it becomes dirty")
    other = tasks.note.delay()
    witness.saw("end", other.id)
    assert 1 == witness.count("start", result.id)
    assert 0 == dead_letter.retry_dirty(job.id, os.urandom(16).hex())
    assert 1 == dead_letter.retry_dirty(job.id, job.lease)
    witness.saw("start", result.id, times=2)
    assert -signal.SIGKILL == second.ended()


def test_finish_a_worker_that_was_thought_dead_changes_nothing_when_it_comes_back(
    start_worker: Start, witness: Witness, quickly_dirty: None, tmp_path
) -> None:
    stale = start_worker().ready()
    result = tasks.wait_for.delay(str(tmp_path / "go"))
    witness.saw("start", result.id)
    stale.signal(signal.SIGSTOP)
    job = eventually(lambda: Job.objects.dirty().first(), "it becomes dirty")
    assert 1 == dead_letter.retry_dirty(job.id, job.lease)
    current = start_worker().ready()
    witness.saw("start", result.id, times=2)
    before = Job.objects.values("id", "lease", "state", "attempt").get()
    stale.signal(signal.SIGCONT)
    stale.says("still runs, but its lease is lost")
    # The stale worker ends its run first, while the current one is held up.
    current.signal(signal.SIGSTOP)
    (tmp_path / "go").touch()
    stale.says("has run, but its lease is lost")
    assert before == Job.objects.values("id", "lease", "state", "attempt").get()
    current.signal(signal.SIGCONT)
    eventually(lambda: not Job.objects.exists(), "the current worker finishes it")
    assert 2 == witness.count("end", result.id)
