import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from celery_taskq.jobs import stats
from celery_taskq.models import Job
from tests.factories import STATES, ago, make_job

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("state", "fields", "word"),
    [
        ("pending", {}, "PENDING"),
        ("future", {}, "PENDING"),
        ("future", {"retries": 1}, "RETRY"),
        ("running", {"retries": 1}, "STARTED"),
        ("dirty", {}, "STARTED"),
        ("failed", {}, "FAILURE"),
    ],
)
def test_the_state_of_a_task_is_celerys_word(state, fields, word):
    make_job("failed", task_id="other")
    assert stats.find_state(make_job(state, **fields).task_id) == word


def test_a_task_without_a_row_has_no_state():
    make_job(task_id="A")
    assert [stats.find_state(task_id) for task_id in ("a", "a\0b", "\ud800", "x" * 10_000, "")] == [None] * 5


def test_of_several_jobs_of_one_task_id_the_last_is_told():
    make_job("failed", task_id="a"), make_job("future", task_id="a")
    assert stats.find_state("a") == "PENDING"


def test_every_job_is_exactly_one_of_the_five():
    made = {state: make_job(state) for state in STATES}
    assert {state: list(Job.objects.filter(condition)) for state, condition in Job.objects.conditions().items()} == {
        state: [job] for state, job in made.items()
    }
    assert [getattr(Job.objects, state)().get() for state in STATES] == list(made.values())


def test_the_summary_counts_by_queue_and_name_in_one_query():
    for state in STATES:
        make_job(state, queue="a", name="one")
    make_job("failed", queue="a", name="one"), make_job("failed", queue="b", name="two")
    with CaptureQueriesContext(connection) as queries:
        rows = Job.objects.stats()
    assert len(queries) == 1
    assert "payload" not in queries[0]["sql"]
    counted = [{key: value for key, value in row.items() if key != "oldest"} for row in rows]
    assert counted == [
        {"queue": "a", "name": "one", "pending": 1, "future": 1, "running": 1, "dirty": 1, "failed": 2},
        {"queue": "b", "name": "two", "pending": 0, "future": 0, "running": 0, "dirty": 0, "failed": 1},
    ]


def test_the_oldest_is_how_long_the_first_due_pending_job_has_waited():
    make_job("pending", name="one", eta=ago(500)), make_job("pending", name="one", eta=ago(100))
    make_job("future", name="two", eta=ago(-500))
    oldest = {row["name"]: row["oldest"] for row in Job.objects.stats()}
    assert 499 < oldest["one"] < 560
    assert oldest["two"] is None


def test_the_summary_is_of_the_jobs_it_is_asked_about():
    make_job("failed", queue="a"), make_job("pending", queue="a"), make_job("pending", queue="b")
    assert [(row["queue"], row["pending"], row["failed"]) for row in Job.objects.failed().stats()] == [("a", 0, 1)]
    assert Job.objects.none().stats() == []


def test_counts_stop_at_the_most_that_is_asked_for():
    for _ in range(3):
        make_job("failed")
    make_job("dirty")
    expected = {"pending": 0, "future": 0, "running": 0, "dirty": 1, "failed": 2}
    assert stats.counts(2) == expected
