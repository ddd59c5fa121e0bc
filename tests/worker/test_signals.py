"""The worker signals: which, in which order, with Celery's keyword arguments."""

from __future__ import annotations

import signal
from collections.abc import Callable
from typing import Any

import pytest

from tests.worker.processes import Witness, WorkerProcess

Start = Callable[..., WorkerProcess]


def told(witness: Witness) -> list[tuple[str, str, list[str]]]:
    events = [(line["event"], line["sender"], line["keys"]) for line in witness.events()]
    return [event for event in events if event[0] != "heartbeat_sent"]


def test_a_worker_sends_celerys_worker_signals_in_order(start_worker: Start, witness: Witness) -> None:
    worker = start_worker("-n", "w1@here", TASKQ_TEST_SIGNALS="1").ready()
    witness.saw("worker_ready", "signals")
    worker.stop()
    assert [
        ("import_modules", "Celery", []),
        ("celeryd_init", "w1@here", ["conf", "instance", "options"]),
        ("worker_init", "WorkerOptions", []),
        ("celeryd_after_setup", "w1@here", ["conf", "instance"]),
        ("worker_process_init", "w1@here", []),
        ("worker_ready", "WorkerOptions", []),
        ("worker_shutting_down", "w1@here", ["exitcode", "how", "sig"]),
        ("worker_process_shutdown", "NoneType", ["exitcode", "pid"]),
        ("worker_shutdown", "WorkerOptions", []),
    ] == told(witness)


@pytest.mark.parametrize(("signum", "how", "exitcode"), [(signal.SIGINT, "Warm", 0), (signal.SIGQUIT, "Cold", 1)])
def test_a_stop_is_told_when_it_is_asked_for(
    start_worker: Start, witness: Witness, signum: int, how: str, exitcode: int
) -> None:
    worker = start_worker(TASKQ_TEST_SIGNALS="1").ready()
    worker.signal(signum)
    expected = {"sig": signal.Signals(signum).name, "how": how, "exitcode": exitcode}
    assert expected == witness.saw("worker_shutting_down", "signals")["told"]
    assert exitcode == worker.ended()


def test_of_several_processes_each_sends_its_own_and_the_supervisor_the_rest(
    start_worker: Start, witness: Witness
) -> None:
    worker = start_worker("-c", "2", TASKQ_TEST_SIGNALS="1").ready(2)
    assert 2 == witness.saw("celeryd_init", "signals")["told"]["concurrency"]
    worker.stop()
    counts: dict[str, Any] = {}
    for event, _, _ in told(witness):
        counts[event] = counts.get(event, 0) + 1
    of_each = {"worker_before_create_process", "worker_process_init", "worker_process_shutdown"}
    assert all(count == (2 if event in of_each else 1) for event, count in counts.items()), counts
    assert {"worker_ready", "worker_shutting_down", "worker_shutdown"} < set(counts)


def test_a_living_worker_sends_heartbeats(start_worker: Start, witness: Witness) -> None:
    start_worker(TASKQ_TEST_SIGNALS="1").ready()
    assert "Heartbeat" == witness.saw("heartbeat_sent", "signals", times=2)["sender"]
