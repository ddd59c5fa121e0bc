"""Everything that leaves the started state, on every dialect: what it writes, and that a lost lease writes nothing."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from celery_taskq.jobs.clock import DatabaseNow
from celery_taskq.jobs.lease import LeaseSession
from celery_taskq.jobs.stats import find_state
from celery_taskq.messages import DONE, Claim, Ending, Outcome, Recovered, TaskMessage
from celery_taskq.models import Job, State

Store = Callable[..., int]
ClaimOne = Callable[..., Claim | None]

FAILED = Outcome(Ending.FAILED, error="ValueError: bad", traceback="Traceback …\nValueError: bad")
RELEASED = Outcome(Ending.RELEASED)
POSTPONED = Outcome(Ending.POSTPONED, delay=60)
RETRY = Outcome(
    Ending.RETRY,
    message=TaskMessage(
        task_id="unused",
        name="proj.other",
        queue="slow",
        payload="[[2],{}]",
        headers='{"a":1}',
        priority=5,
        argsrepr="(2,)",
        kwargsrepr="{}",
        retries=1,
        countdown=60,
        expires=dt.datetime(2040, 1, 1, tzinfo=dt.UTC),
    ),
    error="Retry in 60s",
)
OUTCOMES = pytest.mark.parametrize(
    "outcome", [DONE, FAILED, RETRY, RELEASED, POSTPONED], ids=lambda outcome: outcome.ending
)


def row() -> dict[str, Any]:
    return Job.objects.values().get()


def retried_by_a_person(claim: Claim) -> None:
    """What retrying a dirty job does to the row."""
    Job.objects.filter(id=claim.id).update(state=State.PENDING, lease=None, eta=DatabaseNow())


def test_a_job_that_is_done_is_deleted(store: Store, claim: ClaimOne, session: LeaseSession) -> None:
    store()
    assert session.finish(claim(), DONE) is True
    assert not Job.objects.exists()


def test_a_failed_job_stays_with_its_error(store: Store, claim: ClaimOne, session: LeaseSession) -> None:
    store()
    session.finish(claim(), FAILED)
    job = Job.objects.get()
    assert (State.FAILED, "ValueError: bad", FAILED.traceback) == (job.state, job.error, job.traceback)
    assert (None, "w", 1) == (job.lease, job.worker, job.attempt)
    assert job.failed_at >= job.started_at


def test_a_retry_is_written_over_the_row(store: Store, claim: ClaimOne, session: LeaseSession) -> None:
    id = store(task_id="t", name="proj.task")
    session.finish(claim(), RETRY)
    job = Job.objects.get()
    message = RETRY.message
    assert (id, "t", State.PENDING) == (job.id, job.task_id, job.state)
    for column in ("name", "queue", "payload", "headers", "priority", "argsrepr", "kwargsrepr", "retries", "expires"):
        assert getattr(message, column) == getattr(job, column)
    assert (None, None, None, None, "Retry in 60s") == (
        job.lease,
        job.worker,
        job.started_at,
        job.alive_at,
        job.error,
    )
    assert dt.timedelta(seconds=59) < job.eta - job.created_at < dt.timedelta(seconds=90)


def test_a_retry_without_a_message_is_refused_before_anything_is_written(
    store: Store, claim: ClaimOne, session: LeaseSession
) -> None:
    store()
    held = claim()
    with pytest.raises(ValueError, match="has no message"):
        session.finish(held, Outcome(Ending.RETRY))
    assert State.STARTED == row()["state"]
    assert session.finish(held, DONE) is True


def test_a_job_that_is_given_back_by_its_task_is_due_again(
    store: Store, claim: ClaimOne, session: LeaseSession
) -> None:
    id = store()
    session.finish(claim(), RELEASED)
    again = claim()
    assert (id, 2) == (again.id, again.attempt)


def test_a_job_that_is_postponed_is_as_if_it_had_not_been_claimed_but_due_later(
    store: Store, claim: ClaimOne, session: LeaseSession
) -> None:
    store()
    before = row()
    session.finish(claim(), POSTPONED)
    after = row()
    assert dt.timedelta(seconds=59) < after.pop("eta") - before.pop("eta") < dt.timedelta(seconds=90)
    assert before == after


@OUTCOMES
def test_a_finish_brings_the_next_job_in_the_same_step(
    store: Store, claim: ClaimOne, session: LeaseSession, outcome: Outcome
) -> None:
    store(priority=9)
    held = claim()
    following = store(queue="b")
    lease = uuid.uuid4()
    hit, next_claim = session.finish_and_claim(held, outcome, ["a", "b"], worker="w2", lease=lease)
    assert hit is True
    assert (following, lease) == (next_claim.id, next_claim.lease)
    assert "w2" == Job.objects.get(id=following).worker


@OUTCOMES
def test_a_finish_with_nothing_else_to_do_brings_nothing(
    store: Store, claim: ClaimOne, session: LeaseSession, outcome: Outcome
) -> None:
    store()
    assert (True, None) == session.finish_and_claim(claim(), outcome, ["b"], worker="w", lease=uuid.uuid4())


@OUTCOMES
@pytest.mark.parametrize("fused", [False, True], ids=["alone", "fused"])
def test_a_stale_worker_cannot_finish_a_job_that_was_retried(
    store: Store, claim: ClaimOne, session: LeaseSession, other_session: LeaseSession, outcome: Outcome, fused: bool
) -> None:
    store()
    stale = claim()
    retried_by_a_person(stale)
    current, _ = other_session.claim(["celery"], worker="other", lease=uuid.uuid4())
    store()
    before = list(Job.objects.values())
    if fused:
        assert (False, None) == session.finish_and_claim(stale, outcome, ["celery"], worker="w", lease=uuid.uuid4())
    else:
        assert session.finish(stale, outcome) is False
    assert before == list(Job.objects.values())
    assert other_session.finish(current, DONE) is True


@OUTCOMES
def test_a_finish_needs_the_row_and_the_lease(
    store: Store, claim: ClaimOne, session: LeaseSession, outcome: Outcome
) -> None:
    store()
    held = claim()
    before = row()
    for wrong in (dataclasses.replace(held, lease=uuid.uuid4()), dataclasses.replace(held, id=held.id + 1)):
        assert session.finish(wrong, outcome) is False
        assert (False, None) == session.finish_and_claim(wrong, outcome, ["celery"], worker="w", lease=uuid.uuid4())
    assert before == row()


@OUTCOMES
def test_a_late_copy_of_a_finish_changes_and_claims_nothing(
    store: Store, claim: ClaimOne, session: LeaseSession, outcome: Outcome
) -> None:
    store()
    held = claim()
    session.finish_and_claim(held, outcome, ["none"], worker="w", lease=uuid.uuid4())
    store()
    before = list(Job.objects.values())
    assert (False, None) == session.finish_and_claim(held, outcome, ["celery"], worker="w", lease=uuid.uuid4())
    assert before == list(Job.objects.values())


def test_a_heartbeat_renews_the_lease(store: Store, claim: ClaimOne, session: LeaseSession) -> None:
    store()
    held = claim()
    Job.objects.update(alive_at=DatabaseNow() - dt.timedelta(hours=1))
    assert 1 == Job.objects.dirty().count()
    assert session.heartbeat(held) is True
    assert (0, 1) == (Job.objects.dirty().count(), Job.objects.running().count())


def test_a_heartbeat_never_takes_a_lost_lease_back(store: Store, claim: ClaimOne, session: LeaseSession) -> None:
    store()
    held = claim()
    retried_by_a_person(held)
    before = row()
    assert session.heartbeat(held) is False
    assert before == row()


def test_a_heartbeat_of_a_finished_job_finds_nothing(store: Store, claim: ClaimOne, session: LeaseSession) -> None:
    store()
    held = claim()
    session.finish(held, DONE)
    assert session.heartbeat(held) is False


def test_a_released_claim_is_as_if_it_had_not_been_made(store: Store, claim: ClaimOne, session: LeaseSession) -> None:
    store()
    before = row()
    assert session.release(claim()) is True
    assert before == row()


def test_a_claim_whose_lease_is_lost_cannot_be_released(
    store: Store, claim: ClaimOne, session: LeaseSession, other_session: LeaseSession
) -> None:
    store()
    stale = claim()
    retried_by_a_person(stale)
    other_session.claim(["celery"], worker="other", lease=uuid.uuid4())
    before = row()
    assert session.release(stale) is False
    assert before == row()


def test_adopt_brings_what_a_lost_answer_would_have_brought(
    store: Store, claim: ClaimOne, session: LeaseSession, other_session: LeaseSession
) -> None:
    store(headers='{"a":1}', expires_in=60)
    held = claim()
    Job.objects.update(alive_at=DatabaseNow() - dt.timedelta(hours=1))
    assert held == other_session.adopt(held.lease)
    assert 0 == Job.objects.dirty().count()


def test_adopt_of_a_claim_that_was_never_made_finds_nothing(store: Store, session: LeaseSession) -> None:
    store()
    assert session.adopt(uuid.uuid4()) is None


def test_adopt_does_not_take_a_job_back_that_was_retried(store: Store, claim: ClaimOne, session: LeaseSession) -> None:
    store()
    held = claim()
    retried_by_a_person(held)
    assert session.adopt(held.lease) is None
    assert State.PENDING == row()["state"]


def test_the_sweep_gives_back_what_dead_leases_hold(store: Store, claim: ClaimOne, session: LeaseSession) -> None:
    store()
    before = row()
    dead = claim()
    kept = store()
    alive = claim()
    assert 1 == session.sweep([uuid.uuid4(), dead.lease])
    assert before == Job.objects.values().get(id=dead.id)
    assert alive.lease == Job.objects.get(id=kept).lease


def test_a_sweep_is_harmless_when_it_is_late(
    store: Store, claim: ClaimOne, session: LeaseSession, other_session: LeaseSession
) -> None:
    store()
    dead = claim()
    session.sweep([dead.lease])
    other_session.claim(["celery"], worker="other", lease=uuid.uuid4())
    before = row()
    assert 0 == session.sweep([dead.lease])
    assert before == row()


def test_what_a_running_task_says_of_itself_is_kept_until_the_run_ends(
    store: Store, claim: ClaimOne, session: LeaseSession
) -> None:
    store(task_id="t")
    held = claim()
    assert session.report(held, '{"state": "PROGRESS", "meta": {"done": 1}}') is True
    assert "PROGRESS" == find_state("t")
    session.finish(held, FAILED)
    assert (None, "FAILURE") == (row()["progress"], find_state("t"))


def test_a_run_that_lost_its_lease_says_nothing_any_more(store: Store, claim: ClaimOne, session: LeaseSession) -> None:
    store()
    held = claim()
    retried_by_a_person(held)
    before = row()
    assert session.report(held, '{"state": "PROGRESS", "meta": null}') is False
    assert before == row()


def has_not_beaten_for(seconds: float, **which: Any) -> None:
    Job.objects.filter(**which).update(alive_at=DatabaseNow() - dt.timedelta(seconds=seconds))


def test_a_dirty_job_that_may_run_again_goes_back_to_its_queue(
    store: Store, claim: ClaimOne, session: LeaseSession, other_session: LeaseSession
) -> None:
    store(task_id="t", name="proj.safe")
    stale = claim()
    has_not_beaten_for(31)
    assert ([], [stale.lease]) == other_session.recover(["other", "proj.safe"], 3, [])
    assert ([Recovered("t", "proj.safe", 1, failed=False)], []) == other_session.recover(
        ["other", "proj.safe"], 3, [stale.lease]
    )
    assert session.finish(stale, DONE) is False
    again = claim()
    assert (stale.id, 2, 1) == (again.id, again.attempt, again.redeliveries)


@pytest.mark.parametrize("seconds", [0, 29])
def test_a_job_that_beats_is_not_taken_from_its_worker(
    store: Store, claim: ClaimOne, session: LeaseSession, seconds: float
) -> None:
    store(name="proj.safe")
    held = claim()
    has_not_beaten_for(seconds)
    assert ([], []) == session.recover(["proj.safe"], 3, [held.lease])
    assert session.finish(held, DONE) is True


def test_a_dirty_job_whose_author_did_not_say_so_waits_for_a_person(
    store: Store, claim: ClaimOne, session: LeaseSession
) -> None:
    store(name="proj.careful")
    claim()
    has_not_beaten_for(31)
    before = row()
    assert ([], []) == session.recover(["proj.safe"], 3, [])
    assert before == row()


def test_a_job_that_kills_its_worker_each_time_becomes_a_dead_letter(
    store: Store, claim: ClaimOne, session: LeaseSession
) -> None:
    store(task_id="t", name="proj.safe")
    for redelivery, failed in ((1, False), (2, False), (2, True)):
        held = claim()
        has_not_beaten_for(31)
        recovered, _ = session.recover(["proj.safe"], 2, [held.lease])
        assert [Recovered("t", "proj.safe", redelivery, failed)] == recovered
    job = Job.objects.get()
    assert (State.FAILED, None, 3) == (job.state, job.lease, job.attempt)
    assert job.error.startswith("WorkerLostError")
    assert job.failed_at is not None
    assert claim() is None
