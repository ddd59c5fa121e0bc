"""The protocol for unknown outcomes, on every dialect: whatever breaks, nothing is lost or claimed twice."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

from celery_taskq.jobs.lease import LeaseSession, OutcomeUnknown
from celery_taskq.messages import DONE, Claim, Ending, Outcome
from celery_taskq.models import Job, State
from celery_taskq.worker import connection as connection_module
from celery_taskq.worker.connection import DatabaseAway, QueueConnection
from celery_taskq.worker.stop import Stop

Store = Callable[..., int]
FAILED = Outcome(Ending.FAILED, error="bad", traceback="bad")


class FaultySession(LeaseSession):
    """Loses answers: ``faults`` holds, for each verb sent, "before", "after", "late" or None.

    before: the statement never arrived. after: it was applied, the answer was lost. late: it is applied when
    ``deliver()`` is called, as from a network that held it back.
    """

    def __init__(self, *faults: str | None) -> None:
        super().__init__()
        self.faults = list(faults)
        self.sent: list[str] = []
        self._held_back: list[Callable[[], Any]] = []

    def deliver(self) -> None:
        """What was held back arrives, on the backend that it was sent to."""
        with_connection = LeaseSession()
        with_connection.open()
        for statement in self._held_back:
            statement(with_connection)
        with_connection.close()

    def _send(self, verb: str, *args: Any, **kwargs: Any) -> Any:
        self.sent.append(verb)
        fault = self.faults.pop(0) if self.faults else None
        if fault == "before":
            raise OutcomeUnknown("lost before")
        if fault == "late":
            self._held_back.append(lambda session: getattr(session, verb)(*args, **kwargs))
            raise OutcomeUnknown("lost, and on its way")
        answer = getattr(super(), verb)(*args, **kwargs)
        if fault == "after":
            raise OutcomeUnknown("lost after")
        return answer

    def claim(self, *args: Any, **kwargs: Any) -> Any:
        return self._send("claim", *args, **kwargs)

    def finish(self, *args: Any, **kwargs: Any) -> Any:
        return self._send("finish", *args, **kwargs)

    def finish_and_claim(self, *args: Any, **kwargs: Any) -> Any:
        return self._send("finish_and_claim", *args, **kwargs)

    def release(self, *args: Any, **kwargs: Any) -> Any:
        return self._send("release", *args, **kwargs)

    def adopt(self, *args: Any, **kwargs: Any) -> Any:
        return self._send("adopt", *args, **kwargs)

    def sweep(self, *args: Any, **kwargs: Any) -> Any:
        return self._send("sweep", *args, **kwargs)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """No pauses between reconnects, and a sweep each time."""
    monkeypatch.setattr(connection_module, "FIRST_PAUSE", 0.0)
    monkeypatch.setattr(connection_module, "SWEEP_EVERY", 0.0)


@pytest.fixture
def connect(live_db: None) -> Iterator[Callable[..., QueueConnection]]:
    opened: list[QueueConnection] = []

    def connect(*faults: str | None) -> QueueConnection:
        opened.append(QueueConnection("w", Stop(), FaultySession(*faults)))
        return opened[-1]

    yield connect
    for connection in opened:
        connection.close()


def claimed(connection: QueueConnection) -> Claim:
    claim, _ = connection.claim(["celery"])
    assert claim is not None
    return claim


def attempts() -> dict[int, tuple[int, int]]:
    return {job.id: (job.state, job.attempt) for job in Job.objects.all()}


def test_a_claim_whose_answer_was_lost_is_adopted(store: Store, connect: Callable[..., QueueConnection]) -> None:
    id = store()
    connection = connect("after")
    claim, _ = connection.claim(["celery"])
    assert (id, 1) == (claim.id, claim.attempt)
    assert ["claim", "adopt"] == connection.session.sent
    connection.finish(claim, DONE)
    assert not Job.objects.exists()


def test_a_claim_that_never_arrived_is_looked_for_and_then_made_anew(
    store: Store, connect: Callable[..., QueueConnection]
) -> None:
    id = store()
    connection = connect("before")
    assert (None, 0.0) == connection.claim(["celery"])
    assert (id, 1) == (claimed(connection).id, Job.objects.get().attempt)


@pytest.mark.parametrize("fault", ["before", "after"])
def test_the_look_after_a_lost_answer_can_break_too(
    store: Store, connect: Callable[..., QueueConnection], fault: str
) -> None:
    id = store()
    connection = connect("after", fault, fault)
    claim, _ = connection.claim(["celery"])
    assert id == claim.id


def test_a_claim_that_arrives_late_is_given_back(store: Store, connect: Callable[..., QueueConnection]) -> None:
    late_one = store()
    connection = connect("late")
    assert (None, 0.0) == connection.claim(["celery"])
    connection.session.deliver()
    assert {late_one: (State.STARTED, 1)} == attempts()
    assert late_one == claimed(connection).id
    assert {late_one: (State.STARTED, 1)} == attempts()


@pytest.mark.parametrize("outcome", [DONE, FAILED], ids=["done", "failed"])
@pytest.mark.parametrize("fault", ["before", "after"])
def test_a_finish_whose_answer_was_lost_is_written_once_and_the_next_job_claimed_once(
    store: Store, connect: Callable[..., QueueConnection], outcome: Outcome, fault: str
) -> None:
    first, second = store(), store()
    connection = connect(None, fault)
    held = claimed(connection)
    following = connection.finish_and_claim(held, outcome, ["celery"])
    assert second == following.id
    expected = {second: (State.STARTED, 1)} | ({first: (State.FAILED, 1)} if outcome is FAILED else {})
    assert expected == attempts()


def test_a_finish_that_arrives_late_writes_nothing_and_claims_nothing(
    store: Store, connect: Callable[..., QueueConnection]
) -> None:
    first, second, third = store(), store(), store()
    connection = connect(None, "late")
    held = claimed(connection)
    following = connection.finish_and_claim(held, DONE, ["celery"])
    before = attempts()
    connection.session.deliver()
    assert first == held.id
    assert {second: (State.STARTED, 1), third: (State.PENDING, 0)} == before == attempts()
    assert second == following.id


def test_a_finish_that_was_applied_before_nothing_else_was_due_is_not_an_error(
    store: Store, connect: Callable[..., QueueConnection], caplog: pytest.LogCaptureFixture
) -> None:
    store()
    connection = connect(None, "after")
    held = claimed(connection)
    with caplog.at_level(logging.INFO, "celery.worker.connection"):
        assert connection.finish_and_claim(held, DONE, ["celery"]) is None
    assert not Job.objects.exists()
    assert "its end was written before the connection broke, or its lease was lost" in caplog.text
    assert "has run, but its lease is lost" not in caplog.text


@pytest.mark.parametrize("fault", ["before", "after"])
@pytest.mark.parametrize("verb", ["finish", "release"])
def test_a_finish_or_release_alone_is_sent_until_it_is_answered(
    store: Store, connect: Callable[..., QueueConnection], fault: str, verb: str
) -> None:
    id = store()
    connection = connect(None, fault, fault)
    held = claimed(connection)
    if verb == "finish":
        connection.finish(held, DONE)
        assert {} == attempts()
    else:
        connection.release(held)
        assert {id: (State.PENDING, 0)} == attempts()


def test_a_lost_lease_is_reported_and_nothing_is_written(
    store: Store, connect: Callable[..., QueueConnection], caplog: pytest.LogCaptureFixture
) -> None:
    id = store(name="proj.slow", task_id="t1")
    connection = connect()
    held = claimed(connection)
    Job.objects.filter(id=id).update(state=State.PENDING, lease=None)
    assert connection.finish_and_claim(held, DONE, ["celery"]) is None
    assert {id: (State.PENDING, 1)} == attempts()
    assert "Task proj.slow[t1] has run, but its lease is lost" in caplog.text


def test_an_outage_is_reported_once_and_its_end_once(
    store: Store,
    connect: Callable[..., QueueConnection],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store()
    connection = connect("before")
    real_open = LeaseSession.open
    refusals = iter(range(5))

    def open(self: LeaseSession) -> None:
        if self is connection.session and self.connection is None and next(refusals, None) is not None:
            raise OutcomeUnknown("connection refused")
        real_open(self)

    connection.session.open()
    monkeypatch.setattr(LeaseSession, "open", open)
    assert (None, 0.0) == connection.claim(["celery"])
    assert connection.claim(["celery"])[0] is not None
    reports = [record.getMessage() for record in caplog.records if record.name == "celery.worker.connection"]
    assert 2 == len(reports)
    assert "Trying again until it does" in reports[0]
    assert "answers again, after" in reports[1]


def test_a_database_that_takes_connections_and_refuses_statements_is_one_outage_with_growing_pauses(
    store: Store,
    connect: Callable[..., QueueConnection],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store()
    # Each claim and each look for what it did is refused, and connecting works each time.
    connection = connect(*["before"] * 12)
    pauses: list[float] = []
    monkeypatch.setattr(connection_module, "FIRST_PAUSE", 0.001)
    monkeypatch.setattr(connection._stop, "wait", lambda seconds: pauses.append(seconds))
    while connection.claim(["celery"])[0] is None:
        pass
    reports = [record.getMessage() for record in caplog.records if record.name == "celery.worker.connection"]
    assert 2 == len(reports)
    assert 12 == len(pauses)
    assert pauses[-1] > 100 * pauses[0]


def test_a_worker_that_stops_does_not_wait_for_ever_for_its_database(
    store: Store, connect: Callable[..., QueueConnection], monkeypatch: pytest.MonkeyPatch
) -> None:
    store()
    connection = connect(None, "before")
    held = claimed(connection)
    monkeypatch.setattr(connection_module, "PATIENCE_WARM", -1.0)
    connection._stop.request()
    with pytest.raises(DatabaseAway, match="If this worker held a task, that becomes dirty"):
        connection.finish(held, DONE)


def test_a_cold_stop_still_tries_to_write_what_it_holds(store: Store, connect: Callable[..., QueueConnection]) -> None:
    store()
    connection = connect(None, "before")
    held = claimed(connection)
    connection._stop.request()
    connection._stop.request()
    connection.finish(held, DONE)
    assert {} == attempts()


@pytest.mark.parametrize(
    ("text", "hinted"),
    [
        ('UndefinedTable: relation "celery_taskq_job" does not exist', True),
        ("OperationalError: no such table: celery_taskq_job", True),
        ('QueryCanceled: CONTEXT: while deleting tuple in relation "celery_taskq_job"', False),
        ("InsufficientPrivilege: permission denied for table celery_taskq_job", False),
    ],
)
def test_a_missing_table_is_named_with_the_command_that_makes_it(text: str, hinted: bool) -> None:
    report = connection_module._explain(OutcomeUnknown(text))
    assert text in report
    assert hinted == ("manage.py migrate celery_taskq" in report)


def test_everything_in_every_order_of_faults_leaves_each_job_done_once(
    store: Store, connect: Callable[..., QueueConnection]
) -> None:
    faults = [None, "before", "after", "late"]
    runs: dict[int, int] = {}
    for first in faults:
        for second in faults:
            for third in faults:
                ids = {store() for _ in range(3)}
                connection = connect(first, second, third)
                work = partial(_drain, connection, runs)
                work()
                connection.session.deliver()
                work()
                assert {} == attempts(), (first, second, third)
                assert dict.fromkeys(ids, 1) == {id: runs[id] for id in ids}, (first, second, third)
                connection.close()


def _drain(connection: QueueConnection, runs: dict[int, int]) -> None:
    claim, due_in = connection.claim(["celery"])
    while claim or due_in == 0.0:
        while claim:
            runs[claim.id] = runs.get(claim.id, 0) + 1
            claim = connection.finish_and_claim(claim, DONE, ["celery"])
        claim, due_in = connection.claim(["celery"])
