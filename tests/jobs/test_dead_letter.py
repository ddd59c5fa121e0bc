import datetime as dt
import threading
import uuid
from collections import Counter

import pytest
from django.db import OperationalError, connection, transaction
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from celery_taskq.jobs import batches, dead_letter
from celery_taskq.jobs.lease import OutcomeUnknown
from celery_taskq.messages import DONE
from celery_taskq.models import Job
from tests.factories import ago, make_job

pytestmark = pytest.mark.django_db


def column_values(job):
    """Every column as it is stored now."""
    return Job.objects.filter(pk=job.pk).values().get()


def assert_as_if_just_sent(job):
    row = Job.objects.pending().get(pk=job.pk)
    assert (row.task_id, row.payload, row.argsrepr) == (job.task_id, job.payload, job.argsrepr)
    assert (row.lease, row.worker, row.started_at, row.alive_at) == (None, None, None, None)
    assert (row.attempt, row.retries, row.error, row.traceback, row.failed_at) == (0, 0, "", None, None)


def test_a_failed_job_that_is_retried_is_as_if_just_sent():
    job = make_job("failed")
    assert dead_letter.retry_failed(job.pk, job.failed_at) == 1
    assert_as_if_just_sent(job)


def test_a_dirty_job_that_is_retried_is_as_if_just_sent():
    job = make_job("dirty", retries=2)
    assert dead_letter.retry_dirty(job.pk, job.lease) == 1
    assert_as_if_just_sent(job)


def test_a_failed_job_that_is_discarded_is_gone():
    job, other = make_job("failed"), make_job("failed")
    assert dead_letter.discard_failed(job.pk, job.failed_at) == 1
    assert list(Job.objects.all()) == [other]


def test_a_dirty_job_that_is_discarded_is_gone():
    job, other = make_job("dirty"), make_job("dirty")
    assert dead_letter.discard_dirty(job.pk, job.lease) == 1
    assert list(Job.objects.all()) == [other]


@pytest.mark.parametrize("verb", [dead_letter.retry_failed, dead_letter.discard_failed])
@pytest.mark.parametrize("state", ["pending", "future", "running", "dirty"])
def test_a_job_that_is_no_longer_failed_is_left_alone(verb, state):
    job = make_job(state)
    before = column_values(job)
    assert verb(job.pk, job.failed_at) == 0
    assert column_values(job) == before


@pytest.mark.parametrize("verb", [dead_letter.retry_dirty, dead_letter.discard_dirty])
@pytest.mark.parametrize("state", ["pending", "future", "running", "failed"])
def test_a_job_that_is_no_longer_dirty_is_left_alone(verb, state):
    job = make_job(state)
    before = column_values(job)
    assert verb(job.pk, job.lease) == 0
    assert column_values(job) == before


@pytest.mark.parametrize("verb", [dead_letter.retry_failed, dead_letter.discard_failed])
def test_a_job_that_failed_anew_is_left_alone(verb):
    job = make_job("failed")
    Job.objects.filter(pk=job.pk).update(failed_at=F("failed_at") + dt.timedelta(microseconds=1000))
    before = column_values(job)
    assert verb(job.pk, job.failed_at) == 0
    assert column_values(job) == before


@pytest.mark.parametrize("verb", [dead_letter.retry_dirty, dead_letter.discard_dirty])
def test_a_dirty_job_under_another_lease_is_left_alone(verb):
    job = make_job("dirty")
    before = column_values(job)
    assert verb(job.pk, uuid.uuid4()) == 0
    assert column_values(job) == before


@pytest.mark.parametrize("verb", [dead_letter.retry_dirty, dead_letter.discard_dirty])
def test_a_dirty_job_that_beats_again_is_left_alone(verb):
    job = make_job("dirty")
    Job.objects.filter(pk=job.pk).update(alive_at=ago(0))
    before = column_values(job)
    assert verb(job.pk, job.lease) == 0
    assert column_values(job) == before


def test_the_second_of_two_retries_changes_nothing():
    job = make_job("failed")
    assert [dead_letter.retry_failed(job.pk, job.failed_at) for _ in range(2)] == [1, 0]


@pytest.mark.parametrize("job_id", [0, -1, 10**30, 2**63, 999_999_999])
def test_an_id_that_no_row_has_changes_nothing(job_id):
    assert dead_letter.retry_failed(job_id, None) == 0
    assert dead_letter.discard_dirty(job_id, uuid.uuid4()) == 0


def test_a_retry_drops_an_expiry_that_has_passed_and_keeps_one_to_come():
    past, coming = make_job("failed", expires=ago(10)), make_job("failed", expires=ago(-1000))
    dead_letter.retry_all(Job.objects.all())
    assert column_values(past)["expires"] is None
    assert column_values(coming)["expires"] == coming.expires


def test_retry_all_retries_the_failed_jobs_that_match_and_no_others():
    wanted = [make_job("failed", queue="mail") for _ in range(3)]
    left = [make_job("failed", queue="other"), make_job("dirty", queue="mail"), make_job("running", queue="mail")]
    before = [column_values(job) for job in left]
    assert dead_letter.retry_all(Job.objects.filter(queue="mail")) == 3
    for job in wanted:
        assert_as_if_just_sent(job)
    assert [column_values(job) for job in left] == before


def test_discard_all_deletes_the_failed_jobs_that_match_and_no_others():
    for _ in range(3):
        make_job("failed", queue="mail")
    left = [make_job("failed", queue="other"), make_job("dirty", queue="mail"), make_job("pending", queue="mail")]
    assert dead_letter.discard_all(Job.objects.filter(queue="mail")) == 3
    assert list(Job.objects.order_by("pk")) == left


def test_many_are_changed_in_batches_in_the_order_of_their_ids(monkeypatch):
    monkeypatch.setattr(batches, "BATCH", 3)
    jobs = [make_job("failed") for _ in range(8)]
    recorded = []
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert dead_letter.retry_all(Job.objects.order_by("-pk"), record=recorded.append) == 8
    assert [[job.pk for job in batch] for batch in recorded] == [
        [job.pk for job in jobs[0:3]],
        [job.pk for job in jobs[3:6]],
        [job.pk for job in jobs[6:8]],
    ]
    assert len([query for query in queries if "state" in query["sql"] and query["sql"].startswith("UPDATE")]) == 3


def test_those_a_person_saw_are_changed_1000_to_a_statement(django_assert_max_num_queries):
    job = make_job("failed")
    seen = dict.fromkeys(range(job.pk + 1, job.pk + 2500)) | {job.pk: job.failed_at}
    with django_assert_max_num_queries(3 * 5):
        assert dead_letter.retry_failed_seen(seen) == 1


def test_of_several_seen_only_those_that_did_not_change_are_changed():
    same, other, gone = (make_job("dirty") for _ in range(3))
    seen = {same.pk: same.lease, other.pk: uuid.uuid4(), gone.pk: gone.lease}
    gone.delete()
    assert dead_letter.retry_dirty_seen(seen) == 1
    assert list(Job.objects.dirty()) == [other]


def test_a_limit_stops_after_so_many():
    jobs = [make_job("failed") for _ in range(5)]
    assert dead_letter.discard_all(Job.objects.all(), limit=2) == 2
    assert list(Job.objects.order_by("pk")) == jobs[2:]
    assert dead_letter.retry_all(Job.objects.all(), limit=0) == 0


def test_what_recording_raises_undoes_the_change():
    job = make_job("failed")

    def refuse(jobs):
        raise PermissionError("the log is full")

    with pytest.raises(PermissionError):
        dead_letter.retry_failed(job.pk, job.failed_at, record=refuse)
    assert Job.objects.failed().count() == 1


def test_forget_deletes_the_failed_jobs_with_that_task_id_only():
    make_job("failed", task_id="x"), make_job("failed", task_id="x")
    left = [make_job("failed", task_id="X"), make_job("pending", task_id="x"), make_job("failed", task_id="xy")]
    assert dead_letter.forget("x") == 2
    assert list(Job.objects.order_by("pk")) == left


@pytest.mark.parametrize("task_id", ["", "a\0b", "\ud800", "x" * 10_000, "' OR 1=1 --", "%"])
def test_a_task_id_that_no_row_has_is_no_error(task_id):
    make_job("failed")
    assert dead_letter.forget(task_id) == 0
    assert Job.objects.count() == 1


def test_no_payload_is_read():
    job = make_job("failed", payload='["secret"]')
    with CaptureQueriesContext(connection) as queries:
        dead_letter.retry_all(Job.objects.all())
        dead_letter.discard_failed(job.pk, job.failed_at)
    assert not [query["sql"] for query in queries if "payload" in query["sql"]]


class InAnotherConnection(threading.Thread):
    """Runs ``work`` on a connection of its own; result() is what it returned, or raises what it raised."""

    def __init__(self, work):
        super().__init__(daemon=True)
        self.work, self.outcome, self.error = work, None, None
        self.start()

    def run(self):
        try:
            self.outcome = self.work()
        except OperationalError as exc:
            if exc.args[:1] != (batches.MYSQL_DEADLOCK,):
                self.error = exc
            self.outcome = 0  # undone: the other one won
        except Exception as exc:  # noqa: BLE001 - result() raises it
            self.error = exc
        finally:
            connection.close()

    def result(self):
        self.join(30)
        assert not self.is_alive(), "blocked"
        if self.error:
            raise self.error
        return self.outcome


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite locks the database, not rows")
def test_a_row_that_somebody_else_holds_is_skipped_and_not_waited_for():
    held, free = make_job("failed"), make_job("failed")
    with transaction.atomic():
        Job.objects.select_for_update().get(pk=held.pk)
        bulk = InAnotherConnection(lambda: dead_letter.retry_all(Job.objects.all()))
        assert bulk.result() == 1
        single = InAnotherConnection(lambda: dead_letter.retry_failed(held.pk, held.failed_at))
        assert single.result() == 0
    assert list(Job.objects.failed()) == [held]
    assert list(Job.objects.pending()) == [free]


@pytest.mark.django_db(transaction=True)
def test_of_people_who_retry_the_same_rows_at_once_each_row_has_one():
    jobs = [make_job("failed") for _ in range(40)]
    go = threading.Barrier(3)

    def retry(ordered):
        go.wait(30)
        return sum(dead_letter.retry_failed(job.pk, job.failed_at) for job in ordered)

    people = [InAnotherConnection(lambda order=order: retry(order)) for order in (jobs, jobs[::-1])]
    go.wait(30)
    assert sum(person.result() for person in people) == 40
    assert Job.objects.pending().count() == 40


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("verb", [dead_letter.retry_dirty, dead_letter.discard_dirty])
def test_a_person_and_a_worker_that_comes_back_never_both_win(verb, session, store, claim):
    ends = Counter()
    for _ in range(50):
        store()
        held = claim()
        Job.objects.filter(pk=held.id).update(alive_at=ago(500))
        go = threading.Barrier(2)

        def decide(held=held, go=go):
            go.wait(30)
            return verb(held.id, held.lease)

        person = InAnotherConnection(decide)
        go.wait(30)
        try:
            finished = session.finish(held, DONE)
        except OutcomeUnknown:  # MariaDB: a deadlock, and the person won
            finished = False
        ends[finished, person.result()] += 1
        Job.objects.all()._raw_delete(Job.objects.db)
    assert set(ends) <= {(True, 0), (False, 1)}, ends
