import threading
import uuid
from collections import Counter

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from celery_taskq.jobs import pending
from celery_taskq.jobs.lease import OutcomeUnknown
from celery_taskq.jobs.stats import find_state
from celery_taskq.models import Job
from tests.factories import ago, make_job

from .test_dead_letter import InAnotherConnection

pytestmark = pytest.mark.django_db


def test_revoke_deletes_pending_jobs_due_or_not():
    make_job("pending", task_id="a"), make_job("future", task_id="b")
    left = make_job("pending", task_id="c")
    assert pending.revoke(["a", "b"]) == 2
    assert list(Job.objects.all()) == [left]


def test_revoke_deletes_all_pending_jobs_of_one_task_id():
    make_job("pending", task_id="a"), make_job("future", task_id="a")
    assert pending.revoke(["a"]) == 2


@pytest.mark.parametrize("state", ["running", "dirty", "failed"])
def test_revoke_leaves_alone_what_was_claimed(state):
    job = make_job(state)
    assert pending.revoke([job.task_id]) == 0
    assert Job.objects.count() == 1


def test_revoke_finds_exactly_the_task_id_it_is_given():
    left = [make_job("pending", task_id="A"), make_job("pending", task_id="ab"), make_job("pending", task_id="b")]
    assert pending.revoke(["a", "a ", "%", "_", ""]) == 0
    assert list(Job.objects.order_by("pk")) == left


@pytest.mark.parametrize("task_id", ["a\0b", "\ud800", "x" * 10_000, "' OR 1=1 --", "\\"])
def test_revoke_of_an_id_that_no_row_can_have_is_no_error(task_id):
    make_job("pending")
    with transaction.atomic():
        assert pending.revoke([task_id]) == 0
        assert Job.objects.count() == 1


def test_revoke_takes_nothing_and_many():
    make_job("pending", task_id="7")
    assert pending.revoke([]) == 0
    assert pending.revoke(str(number) for number in range(2500)) == 1


def test_a_revoke_that_is_rolled_back_did_not_happen():
    make_job("pending", task_id="a")
    with transaction.atomic():
        assert pending.revoke(["a"]) == 1
        transaction.set_rollback(True)
    assert Job.objects.count() == 1


def test_cancel_deletes_pending_jobs_and_no_others():
    jobs = {state: make_job(state) for state in ("pending", "future", "running", "dirty", "failed")}
    assert pending.cancel(job.pk for job in jobs.values()) == 2
    assert list(Job.objects.order_by("pk")) == [jobs["running"], jobs["dirty"], jobs["failed"]]


def test_run_now_makes_a_future_job_due():
    job = make_job("future", retries=2)
    assert pending.run_now([job.pk]) == 1
    assert Job.objects.pending().get() == job
    assert Job.objects.get().retries == 2


@pytest.mark.parametrize("state", ["pending", "running", "dirty", "failed"])
def test_run_now_changes_only_what_waits_for_its_eta(state):
    job = make_job(state)
    assert pending.run_now([job.pk]) == 0
    assert Job.objects.get().eta == job.eta


def test_run_now_drops_an_expiry_that_has_passed_and_keeps_one_to_come():
    past, coming = make_job("future", expires=ago(5)), make_job("future", expires=ago(-1000))
    assert pending.run_all_now(Job.objects.all()) == 2
    assert Job.objects.get(pk=past.pk).expires is None
    assert Job.objects.get(pk=coming.pk).expires == coming.expires


def test_the_bulk_forms_change_what_matches():
    make_job("future", queue="mail"), make_job("future", queue="mail")
    make_job("future", queue="other"), make_job("pending", queue="other")
    assert pending.run_all_now(Job.objects.filter(queue="mail")) == 2
    assert Job.objects.pending().filter(queue="mail").count() == 2
    assert pending.cancel_all(Job.objects.filter(queue="other")) == 2
    assert not Job.objects.filter(queue="other").exists()


@pytest.mark.parametrize("ids", [[], [0], [-5], [10**30], [2**63]])
def test_ids_that_no_row_has_change_nothing(ids):
    make_job("future")
    assert pending.cancel(ids) == pending.run_now(ids) == 0


def test_what_was_changed_is_recorded():
    job = make_job("future")
    recorded = []
    pending.run_now([job.pk], record=recorded.extend)
    pending.cancel([job.pk], record=recorded.extend)
    assert [row.name for row in recorded] == [job.name, job.name]


def test_no_payload_is_read():
    job = make_job("future")
    with CaptureQueriesContext(connection) as queries:
        pending.run_now([job.pk])
        pending.revoke([job.task_id])
    assert not [query["sql"] for query in queries if "payload" in query["sql"]]


@pytest.mark.django_db(transaction=True)
def test_a_revoke_and_a_claim_never_both_win(session, store):
    ends = Counter()
    for _ in range(50):
        store(task_id="wanted")
        go = threading.Barrier(2)

        def take_back(go=go):
            go.wait(30)
            return pending.revoke(["wanted"])

        person = InAnotherConnection(take_back)
        go.wait(30)
        try:
            claimed = session.claim(["celery"], worker="w", lease=uuid.uuid4())[0] is not None
        except OutcomeUnknown:  # MariaDB: a deadlock, and the revoke won
            claimed = False
        ends[claimed, person.result()] += 1
        Job.objects.all()._raw_delete(Job.objects.db)
    # The claim may find nothing because the revoke holds the row, and the revoke may find it claimed.
    assert set(ends) <= {(True, 0), (False, 1)}, ends


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite locks the database, not rows")
def test_revoke_waits_for_a_claim_that_is_not_committed_and_then_tells_how_it_ended():
    job = make_job("pending")
    with transaction.atomic():
        Job.objects.select_for_update().get(pk=job.pk)
        asked = InAnotherConnection(lambda: pending.revoke([job.task_id]))
        transaction.set_rollback(True)
    assert asked.result() == 1


@pytest.mark.parametrize("state", ["pending", "future", "running", "dirty"])
def test_a_task_that_is_asked_to_abort_sees_it_and_keeps_its_row(state):
    job = make_job(state, task_id="t")
    assert 1 == pending.request_abort("t")
    assert "ABORTED" == find_state("t")
    assert (job.state, job.lease) == (Job.objects.get().state, Job.objects.get().lease)


def test_a_failed_task_is_not_asked_to_abort():
    make_job("failed", task_id="t")
    assert 0 == pending.request_abort("t")
    assert "FAILURE" == find_state("t")
