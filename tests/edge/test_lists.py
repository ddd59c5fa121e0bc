import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from celery_taskq.admin import changelist
from celery_taskq.models import Job
from tests.factories import STATES, ago, make_job

from .conftest import list_url

pytestmark = pytest.mark.django_db


def shown_ids(response):
    return [job.pk for job in response.context["cl"].result_list]


@pytest.mark.parametrize("state", STATES)
def test_each_list_shows_the_jobs_of_its_state_and_no_others(boss, state):
    made = {other: make_job(other, name=f"shop.{other}") for other in STATES}
    response = boss.get(list_url(state))
    assert shown_ids(response) == [made[state].pk]
    assert f"shop.<wbr>{state}" in response.text


def test_the_index_of_the_admin_names_the_five_lists(boss):
    text = boss.get("/admin/").text
    assert "Task queue" in text
    for state in STATES:
        assert f"{state.capitalize()} tasks" in text


@pytest.mark.parametrize("state", STATES)
def test_a_list_shows_queue_name_arguments_and_age(boss, state):
    make_job(state, queue="mail", name="shop.pay", argsrepr="(1, 'x')", kwargsrepr="{'a': 3}", error="Boom: no")
    text = boss.get(list_url(state)).text
    for shown in ("mail", "shop.<wbr>pay", "(1, &#x27;x&#x27;), {&#x27;a&#x27;: 3}"):
        assert shown in text
    assert ("Boom: no" in text) == (state in ("failed", "future"))


def test_the_dirty_list_says_what_dirty_means_and_what_retry_does(boss):
    text = boss.get(list_url("dirty")).text
    assert "has not renewed its lease for 30 seconds" in text
    assert "Retry runs it again from its beginning" in text


@pytest.mark.parametrize("state", STATES)
def test_no_list_reads_a_payload_a_traceback_or_headers(boss, state):
    for _ in range(3):
        make_job(state, payload='["sesame"]', headers='{"x": "sesame"}', argsrepr="('shown',)")
    with CaptureQueriesContext(connection) as queries:
        text = boss.get(list_url(state), {"q": "shown", "queue": "celery", "name": "shop.tasks.pay"}).text
    assert "sesame" not in text
    of_jobs = [query["sql"] for query in queries if "celery_taskq_job" in query["sql"]]
    assert of_jobs
    for column in ("payload", "traceback", "headers"):
        assert not [sql for sql in of_jobs if column in sql]


@pytest.mark.parametrize("state", STATES)
def test_the_number_of_queries_does_not_depend_on_the_number_of_rows(boss, state):
    def count():
        with CaptureQueriesContext(connection) as queries:
            boss.get(list_url(state))
        return len(queries)

    make_job(state, queue="a", name="one")
    few = count()
    for number in range(20):
        make_job(state, queue=f"queue{number}", name=f"name{number}")
    assert count() == few <= 12


@pytest.mark.parametrize("state", STATES)
def test_nothing_counts_or_sorts_all_rows(boss, state):
    make_job(state)
    with CaptureQueriesContext(connection) as queries:
        boss.get(list_url(state))
    of_jobs = [query["sql"] for query in queries if "celery_taskq_job" in query["sql"]]
    assert all("LIMIT" in sql or " IN (" in sql for sql in of_jobs), of_jobs
    assert not [sql for sql in of_jobs if "DISTINCT" in sql]


def test_a_long_list_is_counted_to_a_bound_and_paged_to_it(boss, monkeypatch):
    monkeypatch.setattr(changelist, "COUNTED", 200)
    Job.objects.bulk_create(Job(task_id=str(n), queue="a", name="n", payload="[]") for n in range(250))
    Job.objects.update(eta=ago(10))
    first = boss.get(list_url("pending"))
    assert "200+" in first.text
    assert len(shown_ids(first)) == 100
    second = boss.get(list_url("pending"), {"p": 2})
    assert sorted(shown_ids(first) + shown_ids(second)) == sorted(
        Job.objects.order_by("id").values_list("pk", flat=True)[:200]
    )
    assert boss.get(list_url("pending"), {"p": 3}).headers["Location"].endswith("?e=1")


def test_the_pending_list_is_in_the_order_of_claims_queue_by_queue(boss):
    late = make_job(queue="a", eta=ago(10))
    early = make_job(queue="a", eta=ago(100))
    first = make_job(queue="a", eta=ago(1), priority=5)
    other = make_job(queue="b", eta=ago(1000))
    assert shown_ids(boss.get(list_url("pending"))) == [first.pk, early.pk, late.pk, other.pk]


def test_the_failed_list_has_the_last_failure_first(boss):
    old, new = make_job("failed", failed_at=ago(500)), make_job("failed", failed_at=ago(5))
    assert shown_ids(boss.get(list_url("failed"))) == [new.pk, old.pk]


@pytest.mark.parametrize("state", STATES)
def test_filters_by_queue_and_name(boss, state):
    wanted = make_job(state, queue="mail", name="one")
    make_job(state, queue="mail", name="two"), make_job(state, queue="other", name="one")
    assert shown_ids(boss.get(list_url(state), {"queue": "mail", "name": "one"})) == [wanted.pk]


@pytest.mark.parametrize("query", [{"queue": "celery"}, {"name": "shop.tasks.pay"}, {"q": "shop"}])
def test_what_is_filtered_or_found_is_in_the_order_of_the_list(boss, query):
    jobs = [make_job(queue="celery", eta=ago(seconds), priority=seconds % 2) for seconds in (10, 41, 30, 21)]
    assert shown_ids(boss.get(list_url("pending"), query)) == [jobs[number].pk for number in (1, 3, 2, 0)]
    jobs = [make_job("failed", failed_at=ago(seconds)) for seconds in (10, 40, 30)]
    assert shown_ids(boss.get(list_url("failed"), query)) == [jobs[number].pk for number in (0, 2, 1)]


@pytest.mark.parametrize("state", STATES)
def test_the_filters_offer_what_is_there(boss, state):
    for queue, name in (("mail", "one"), ("mail", "two"), ("other", "three")):
        make_job(state, queue=queue, name=name)
    make_job("pending" if state == "failed" else "failed", queue="elsewhere", name="four")
    text = boss.get(list_url(state)).text
    for value in ("?queue=mail", "?queue=other", "?name=one", "?name=two", "?name=three"):
        assert value in text
    assert "elsewhere" not in text
    narrowed = boss.get(list_url(state), {"queue": "mail"}).text
    assert "name=one" in narrowed
    assert "name=three" not in narrowed


def test_the_filters_of_a_long_list_offer_the_queues_behind_the_first(boss, monkeypatch):
    monkeypatch.setattr(changelist, "SAMPLE", 3)
    for queue in "abcd":
        for _ in range(5):
            make_job(queue=queue, name=f"name-{queue}")
    text = boss.get(list_url("pending")).text
    for queue in "abcd":
        assert f"?queue={queue}" in text
        assert f"?name=name-{queue}" in text


def test_the_tabs_lead_to_the_other_lists_and_say_how_many_are_there(boss):
    make_job("dirty"), make_job("dirty")
    text = boss.get(list_url("failed")).text
    assert f'href="{list_url("dirty")}">Dirty <span>2</span>' in text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("shop.pay", "name"),
        ("pay", "name"),
        ("Alice", "args"),
        ("'a': 7", "kwargs"),
        ("id-4", "task_id"),
        ("id-4711", "task_id"),
        ("SMTPServerDisconnected", "error"),
        ("100%", "percent"),
        ("a_b", "underscore"),
        ("C:\\new", "backslash"),
        ("  shop.pay ", "name"),
        ("nowhere", None),
        ("%", "percent"),
        ("payload", None),
    ],
)
def test_search(boss, query, found):
    blank = {"name": "n", "argsrepr": "()", "kwargsrepr": "{}", "error": "", "payload": "payload"}
    made = {
        "name": make_job("failed", **{**blank, "name": "shop.pay"}),
        "args": make_job("failed", **{**blank, "argsrepr": "('Alice',)"}),
        "kwargs": make_job("failed", **{**blank, "kwargsrepr": "{'a': 7}"}),
        "task_id": make_job("failed", task_id="id-4711", **blank),
        "error": make_job("failed", **{**blank, "error": "SMTPServerDisconnected: bye"}),
        "percent": make_job("failed", **{**blank, "argsrepr": "('100%',)"}),
        "underscore": make_job("failed", **{**blank, "argsrepr": "('a_b',)"}),
        "backslash": make_job("failed", **{**blank, "argsrepr": "('C:\\new',)"}),
    }
    assert shown_ids(boss.get(list_url("failed"), {"q": query})) == ([made[found].pk] if found else [])


def test_the_task_id_itself_finds_that_task_only(boss):
    job = make_job("failed", task_id="abc")
    make_job("failed", task_id="abcd"), make_job("failed", argsrepr="('abc',)")
    assert shown_ids(boss.get(list_url("failed"), {"q": "abc"})) == [job.pk]


def test_a_search_is_counted_to_a_bound(boss, monkeypatch):
    monkeypatch.setattr(changelist, "COUNTED", 2)
    for _ in range(3):
        make_job("failed")
    response = boss.get(list_url("failed"), {"q": "shop"})
    assert "2+ found" in response.text
    assert len(shown_ids(response)) == 2


def test_dates_are_in_the_local_zone_and_format(boss, settings):
    settings.LANGUAGE_CODE = "de"
    make_job("pending", eta=dt.datetime(2024, 1, 31, 22, 30, tzinfo=dt.UTC))
    assert "1. Februar 2024 00:30" in boss.get(list_url("pending")).text
