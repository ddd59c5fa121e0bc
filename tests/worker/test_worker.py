"""A real worker process: what it does with tasks that do whatever tasks do."""

from __future__ import annotations

import datetime as dt
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from celery_taskq import current_app
from celery_taskq.models import Job, State
from tests.project import tasks
from tests.project.models import Order
from tests.worker.processes import Witness, WorkerProcess, eventually

Start = Callable[..., WorkerProcess]


def gone(task_id: str) -> None:
    eventually(lambda: not Job.objects.filter(task_id=task_id).exists(), f"{task_id} is finished")


def failed(task_id: str) -> Job:
    return eventually(lambda: Job.objects.failed().filter(task_id=task_id).first(), f"{task_id} is a dead letter")


def test_a_task_that_was_sent_is_run_and_its_row_deleted(worker: WorkerProcess, witness: Witness) -> None:
    result = tasks.note.delay(1, two=[2, None])
    started = witness.saw("start", result.id)
    assert ([1], {"two": [2, None]}) == (started["args"], started["kwargs"])
    gone(result.id)
    assert 1 == witness.count("start", result.id)


def test_the_log_reads_as_celerys(worker: WorkerProcess) -> None:
    ok, bad, again = tasks.note.delay(), tasks.fail.delay("no good"), tasks.fail_twice.delay()
    worker.says(f"Task tests.project.tasks.note[{ok.id}] received")
    worker.says(f"Task tests.project.tasks.note[{ok.id}] succeeded in ")
    worker.says(f"Task tests.project.tasks.fail[{bad.id}] raised unexpected: ValueError('no good')")
    worker.says(f"Task tests.project.tasks.fail_twice[{again.id}] retry: Retry in 0.1s: ConnectionError('not yet')")


def test_a_task_that_fails_for_good_stays_with_error_and_traceback(worker: WorkerProcess) -> None:
    job = failed(tasks.fail.delay("no \0 good").id)
    assert job.error.startswith("ValueError")
    assert "Traceback (most recent call last)" in job.traceback
    assert "raise ValueError(text)" in job.traceback
    assert (None, 0) == (job.lease, job.retries)


def test_a_retry_is_the_same_task_with_a_higher_count(worker: WorkerProcess, witness: Witness) -> None:
    result = tasks.fail_twice.delay()
    witness.saw("end", result.id)
    gone(result.id)
    runs = [line["retries"] for line in witness.events() if line["event"] == "start"]
    assert [0, 1, 2] == runs


@pytest.mark.parametrize("name", ["no.such.task", "os.system", "tests.project.models.Order"])
def test_a_name_that_no_worker_knows_is_a_dead_letter_and_never_imported(worker: WorkerProcess, name: str) -> None:
    result = current_app.send_task(name, args=["true"])
    job = failed(result.id)
    assert "NotRegistered" in job.error
    assert name in job.error
    gone(tasks.note.delay().id)


@pytest.mark.parametrize("payload", ["", "not json", '[[{"__type__":"x","__value__":1}],{}]', "[1]", '{"a":1}', "7"])
def test_a_payload_that_cannot_be_decoded_is_a_dead_letter_with_the_payload_kept(
    worker: WorkerProcess, store: Callable[..., int], payload: str
) -> None:
    store(task_id="broken", name=tasks.note.name, payload=payload)
    job = failed("broken")
    assert payload == job.payload
    assert job.error
    gone(tasks.note.delay().id)


@pytest.mark.parametrize("name", ["SystemExit", "KeyboardInterrupt", "GeneratorExit"])
def test_a_task_that_raises_to_end_the_process_is_failed_and_the_worker_lives(
    worker: WorkerProcess, witness: Witness, name: str
) -> None:
    job = failed(tasks.raise_base.delay(name).id)
    assert job.error.startswith(name)
    after = tasks.note.delay()
    assert worker.pid == witness.saw("end", after.id)["pid"]


def test_an_expired_task_is_dropped_without_running_and_without_a_pause(start_worker: Start, witness: Witness) -> None:
    expired = [tasks.note.apply_async(expires=-1) for _ in range(100)]
    last = tasks.note.delay()
    # A poll interval that would be noticed if each expired task cost one.
    worker = start_worker(TASKQ_TEST_POLL_INTERVAL="5")
    witness.saw("end", last.id)
    gone(last.id)
    assert not Job.objects.exists()
    assert not any(witness.count("start", result.id) for result in expired)
    assert 100 == worker.log.count("Discarding revoked task: tests.project.tasks.note[")


def test_an_eta_is_kept_however_long_the_poll_interval_is(start_worker: Start, witness: Witness) -> None:
    later = tasks.note.apply_async(countdown=3)
    sooner = tasks.note.apply_async(countdown=2, priority=-5)
    start_worker(TASKQ_TEST_POLL_INTERVAL="3600").ready()
    assert later.id != witness.saw("end", sooner.id)["task_id"]
    assert 0 == witness.count("start", later.id)
    witness.saw("end", later.id)


def test_an_idle_worker_is_woken_by_an_enqueue(start_worker: Start, witness: Witness, vendor: str) -> None:
    if vendor != "postgresql":
        pytest.skip("LISTEN and NOTIFY are PostgreSQL's")
    start_worker("-Q", "a,celery", TASKQ_TEST_POLL_INTERVAL="3600").ready()
    for _ in range(5):
        witness.saw("end", tasks.note.delay().id)
        witness.saw("end", tasks.note.apply_async(queue="a", countdown=0.2).id)


def test_a_worker_consumes_the_queues_that_it_was_given(start_worker: Start, witness: Witness) -> None:
    start_worker("-Q", "b, a").ready()
    other = tasks.note.delay()
    for queue in "aabba":
        witness.saw("end", tasks.note.apply_async(queue=queue).id)
    assert State.PENDING == Job.objects.get(task_id=other.id).state


def test_a_long_task_is_seen_to_be_alive(worker: WorkerProcess, witness: Witness, tmp_path: Path) -> None:
    result = tasks.wait_for.delay(str(tmp_path / "go"))
    witness.saw("start", result.id)
    eventually(
        lambda: (job := Job.objects.get(task_id=result.id)).alive_at > job.started_at + dt.timedelta(seconds=0.5),
        "a heartbeat",
    )
    assert 1 == Job.objects.running().count()
    (tmp_path / "go").touch()
    gone(result.id)


@pytest.mark.parametrize("how", ["atomic", "autocommit", "begin", "close", "close raw"])
def test_what_a_task_does_to_its_connection_neither_undoes_its_finish_nor_reaches_the_next(
    worker: WorkerProcess, witness: Witness, how: str, vendor: str
) -> None:
    if (how, vendor) == ("begin", "mysql"):
        pytest.skip("MySQL's driver does not tell that a transaction is open; it ends with the connection")
    bad = tasks.misuse_connection.delay(how)
    gone(bad.id)
    good = tasks.make_order.delay("next")
    gone(good.id)
    assert {how, "next"} == set(Order.objects.values_list("number", flat=True))
    assert (how in ("atomic", "autocommit", "begin")) == ("left a transaction open" in worker.log)


def test_what_a_task_tells_with_update_state_can_be_read_while_it_runs_and_is_gone_with_it(
    worker: WorkerProcess, witness: Witness, tmp_path: Path
) -> None:
    result = tasks.tell.delay(str(tmp_path / "go"))
    witness.saw("told", result.id)
    assert ("PROGRESS", {"done": 1, "of": 2}) == (result.state, result.info)
    (tmp_path / "go").touch()
    gone(result.id)
    assert result.state is None


def test_a_rate_limit_gives_tasks_a_later_eta_and_holds_up_no_other(worker: WorkerProcess, witness: Witness) -> None:
    results = [tasks.limited.delay() for _ in range(6)]
    other = tasks.note.delay()
    witness.saw("end", other.id)
    assert Job.objects.exists()
    times = sorted(witness.saw("end", result.id)["at"] for result in results)
    gone(results[-1].id)
    # Four a second: a run that came late may be followed sooner by the next, but no third run is early.
    assert all(third - first > 0.2 for first, third in zip(times, times[2:], strict=False)), times
    assert 1.0 < times[-1] - times[0] < 4.0


def test_a_task_that_may_run_again_does_so_when_its_worker_was_killed(
    start_worker: Start, witness: Witness, settings: Any
) -> None:
    killed = start_worker(TASKQ_TEST_DIRTY_AFTER="2").ready()
    result = tasks.kill_worker_once.delay()
    assert -signal.SIGKILL == killed.ended()
    second = start_worker(TASKQ_TEST_DIRTY_AFTER="2").ready()
    witness.saw("end", result.id)
    gone(result.id)
    assert [False, True] == [line["redelivered"] for line in witness.events() if line["event"] == "start"]
    second.says(f"kill_worker_once[{result.id}] goes back to its queue: its worker died. Redelivery 1.")


def test_a_cold_stop_gives_a_task_that_may_run_again_back(
    worker: WorkerProcess, witness: Witness, tmp_path: Path
) -> None:
    running = tasks.wait_safely_for.delay(str(tmp_path / "never"))
    witness.saw("start", running.id)
    worker.signal(signal.SIGQUIT)
    assert 1 == worker.ended()
    assert State.PENDING == Job.objects.get(task_id=running.id).state


def test_a_warm_stop_lets_the_running_task_end_and_claims_nothing_more(
    worker: WorkerProcess, witness: Witness, tmp_path: Path
) -> None:
    running, waiting = tasks.wait_for.delay(str(tmp_path / "go")), tasks.note.delay()
    witness.saw("start", running.id)
    worker.signal(signal.SIGTERM)
    worker.says("worker: Warm shutdown")
    (tmp_path / "go").touch()
    assert 0 == worker.ended()
    assert 1 == witness.count("end", running.id)
    assert [(waiting.id, State.PENDING, 0)] == list(Job.objects.values_list("task_id", "state", "attempt"))


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT])
def test_an_idle_worker_stops_at_once(start_worker: Start, signum: int) -> None:
    worker = start_worker(TASKQ_TEST_POLL_INTERVAL="3600").ready()
    worker.signal(signum)
    assert 0 == worker.ended()


def test_a_cold_stop_interrupts_the_task_and_leaves_it_in_the_dead_letters(
    worker: WorkerProcess, witness: Witness, tmp_path: Path
) -> None:
    running = tasks.wait_for.delay(str(tmp_path / "never"))
    witness.saw("start", running.id)
    worker.signal(signal.SIGTERM)
    worker.says("worker: Warm shutdown")
    worker.signal(signal.SIGTERM)
    assert 1 == worker.ended()
    assert "WorkerTerminate" in failed(running.id).error
    assert "worker: Cold shutdown" in worker.log


def test_a_process_that_a_task_forks_is_no_second_worker(worker: WorkerProcess, witness: Witness) -> None:
    forked = tasks.fork.delay()
    witness.saw("child", forked.id)
    gone(forked.id)
    after = [tasks.note.delay() for _ in range(10)]
    assert {worker.pid} == {witness.saw("end", result.id)["pid"] for result in after}
    gone(after[-1].id)
    assert not Job.objects.exists()


def test_a_process_that_a_task_forks_and_that_exits_does_not_end_the_task(
    worker: WorkerProcess, witness: Witness
) -> None:
    result = tasks.fork_and_exit.delay()
    witness.saw("end", result.id)
    gone(result.id)
    assert not Job.objects.failed().exists()


def test_a_process_that_a_task_forks_can_be_terminated(worker: WorkerProcess, witness: Witness) -> None:
    assert signal.SIGTERM == witness.saw("end", tasks.terminate_child.delay().id)["status"]
    assert 0 == worker.stop()


def test_the_time_zone_and_language_of_a_task_are_not_those_of_the_next(
    worker: WorkerProcess, witness: Witness
) -> None:
    first, second = tasks.settle_abroad.delay(), tasks.settle_abroad.delay()
    facts = [witness.saw("end", result.id) for result in (first, second)]
    assert [("Europe/Riga", "en-us")] * 2 == [(fact["zone"], fact["language"]) for fact in facts]


def test_a_connection_that_died_while_the_worker_was_idle_fails_no_task(
    start_worker: Start, witness: Witness, vendor: str
) -> None:
    if vendor != "postgresql":
        pytest.skip("cut with pg_terminate_backend")
    start_worker(TASKQ_TEST_CONN_MAX_AGE="1").ready()
    assert 0 == witness.saw("end", tasks.ask_database.delay().id)["orders"]
    eventually(lambda: not Job.objects.exists(), "it is idle")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() "
            "AND application_name <> 'celery_taskq worker' AND pid <> pg_backend_pid()"
        )
        assert 1 == cursor.fetchone()[0]
    time.sleep(1.1)  # CONN_MAX_AGE is a time: only an older connection is looked at.
    again = tasks.ask_database.delay()
    witness.saw("end", again.id)
    gone(again.id)


def test_a_warm_stop_needs_nobody_who_reads_the_log(start_worker: Start, witness: Witness, tmp_path: Path) -> None:
    worker = start_worker("-l", "CRITICAL", closed_stderr=True)
    running = tasks.wait_for.delay(str(tmp_path / "go"))
    witness.saw("start", running.id)
    worker.signal(signal.SIGTERM)
    (tmp_path / "go").touch()
    assert 0 == worker.ended()
    assert not Job.objects.exists()


def test_a_rate_limit_that_is_none_is_refused_when_the_worker_starts(start_worker: Start) -> None:
    worker = start_worker(TASKQ_TEST_RATE_LIMIT="10/min")
    assert 1 == worker.ended()
    assert "rate_limit '10/min' of task tests.project.tasks.limited is not a rate" in worker.log


def test_a_poll_interval_that_would_never_rest_is_refused(start_worker: Start) -> None:
    worker = start_worker(TASKQ_TEST_POLL_INTERVAL="0")
    assert 1 == worker.ended()
    assert "taskq_poll_interval is 0.0" in worker.log


def test_a_task_that_ignores_signals_does_not_make_the_worker_deaf(worker: WorkerProcess) -> None:
    gone(tasks.ignore_signals.delay().id)
    assert 0 == worker.stop()


def test_a_thread_that_a_task_left_does_not_keep_the_worker_from_ending(worker: WorkerProcess) -> None:
    gone(tasks.leave_thread.delay().id)
    assert 0 == worker.stop()
    assert "left-behind" in worker.log


def test_a_worker_reconnects_when_its_connection_is_cut(worker: WorkerProcess, vendor: str) -> None:
    if vendor != "postgresql":
        pytest.skip("cut with pg_terminate_backend")
    gone(tasks.note.delay().id)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
            "WHERE application_name = 'celery_taskq worker' AND datname = current_database()"
        )
        assert 1 == cursor.fetchone()[0]
    gone(tasks.note.delay().id)
    worker.says("Database 'default' answers again")
    assert 1 == worker.log.count("The queue's database does not do what it should")


def test_an_idle_worker_needs_less_than_60_mb(start_worker: Start) -> None:
    worker = start_worker(TASKQ_TEST_LEAN="1").ready()
    gone(tasks.note.delay().id)
    status = Path(f"/proc/{worker.pid}/status")
    if not status.exists():
        pytest.skip("memory is read from /proc")
    [kilobytes] = [int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmRSS")]
    assert kilobytes < 60 * 1024


def test_wrong_arguments_are_refused_with_what_to_do(start_worker: Start) -> None:
    for args, message in (
        (["-c", "0"], "'0' is no number of processes. Give 1 or more"),
        (["-Q", ","], "names no queue. Give names, separated by commas"),
        (["-l", "LOUD"], "'LOUD' is no log level"),
    ):
        worker = start_worker(*args)
        assert 2 == worker.ended()
        assert message in worker.log


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


needs_proc = pytest.mark.skipif(not Path(f"/proc/{os.getpid()}/task").exists(), reason="children are read from /proc")


@needs_proc
def test_a_worker_process_that_dies_is_replaced(start_worker: Start, witness: Witness) -> None:
    supervisor = start_worker("-c", "2").ready(2)
    before = children_of(supervisor.pid)
    killed = tasks.kill_worker.delay()
    pid = witness.saw("start", killed.id)["pid"]
    supervisor.ready(3)
    after = children_of(supervisor.pid)
    assert 2 == len(after)
    assert set(before) - {pid} < set(after)
    assert f"Worker process {pid} was killed by signal 9" in supervisor.log
    gone(tasks.note.delay().id)
    assert State.STARTED == Job.objects.get(task_id=killed.id).state
    assert 0 == supervisor.stop()
    assert not any(is_alive(child) for child in after)


@needs_proc
def test_a_supervisor_passes_a_warm_stop_on(start_worker: Start, witness: Witness, tmp_path: Path) -> None:
    supervisor = start_worker("-c", "2").ready(2)
    running = tasks.wait_for.delay(str(tmp_path / "go"))
    witness.saw("start", running.id)
    supervisor.signal(signal.SIGINT)
    eventually(lambda: supervisor.log.count("Warm shutdown") == 3, "all three say so")
    (tmp_path / "go").touch()
    assert 0 == supervisor.ended()
    assert 1 == witness.count("end", running.id)
    assert not Job.objects.exists()


@needs_proc
def test_worker_processes_stop_when_their_supervisor_is_killed(start_worker: Start) -> None:
    supervisor = start_worker("-c", "2").ready(2)
    children = children_of(supervisor.pid)
    supervisor.signal(signal.SIGKILL)
    supervisor.ended()
    eventually(lambda: not any(is_alive(child) for child in children), "the processes stopped")


@needs_proc
def test_a_signal_to_the_whole_group_is_a_warm_stop(start_worker: Start, witness: Witness, tmp_path: Path) -> None:
    supervisor = start_worker("-c", "2").ready(2)
    running = tasks.wait_for.delay(str(tmp_path / "go"))
    witness.saw("start", running.id)
    # As systemd does; the supervisor passes its own on, too.
    for pid in (*children_of(supervisor.pid), supervisor.pid):
        os.kill(pid, signal.SIGTERM)
    eventually(lambda: supervisor.log.count("Warm shutdown") == 3, "all three say so")
    (tmp_path / "go").touch()
    assert 0 == supervisor.ended()
    assert 1 == witness.count("end", running.id)
    assert "Cold shutdown" not in supervisor.log


@needs_proc
def test_a_second_signal_to_the_supervisor_is_a_cold_stop_of_all(
    start_worker: Start, witness: Witness, tmp_path: Path
) -> None:
    supervisor = start_worker("-c", "2").ready(2)
    running = tasks.wait_for.delay(str(tmp_path / "never"))
    witness.saw("start", running.id)
    supervisor.signal(signal.SIGTERM)
    eventually(lambda: supervisor.log.count("Warm shutdown") == 3, "all three say so")
    supervisor.signal(signal.SIGTERM)
    assert 1 == supervisor.ended()
    assert "WorkerTerminate" in failed(running.id).error
