"""What comes in by forms and URLs: INPUTS.md I133 to I142, I152 and I153."""

import uuid

import pytest
from django.contrib.admin.models import CHANGE, DELETION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext

from celery_taskq.models import Job
from tests.factories import STATES, make_job

from .conftest import list_url, page_url, said, seen, verb_url

pytestmark = pytest.mark.django_db

VERBS = [
    ("failed", "retry", "retry_task"),
    ("failed", "discard", "discard_task"),
    ("dirty", "retry", "retry_task"),
    ("dirty", "discard", "discard_task"),
    ("pending", "cancel", "revoke_task"),
    ("future", "cancel", "revoke_task"),
    ("future", "run-now", "run_task"),
]
HOSTILE = ["x" * 10_000, "%", "_", "\\", "a\0b", "\0", "' OR 1=1 --", '"', "%s", "%(a)s", "\ud7ff", "'; DROP TABLE x"]


def rows():
    return list(Job.objects.order_by("pk").values())


def selection(job, verb, **fields):
    return {"action": verb, "index": "0", "_selected_action": seen(job), **fields}


# I133


@pytest.mark.parametrize(("state", "verb", "permission"), VERBS)
def test_without_a_csrf_token_nothing_happens(staff, state, verb, permission):
    client, job = staff(permission, csrf=True), make_job(state)
    before = rows()
    posted = {"seen": seen(job), "confirmed": "yes"}
    assert client.post(verb_url(state, job.pk, verb), posted).status_code == 403
    assert client.post(list_url(state), selection(job, verb, confirmed="yes")).status_code == 403
    assert rows() == before


# I134


@pytest.mark.parametrize("method", ["get", "head", "options", "put", "delete"])
@pytest.mark.parametrize(("state", "verb", "permission"), VERBS)
def test_a_verb_is_only_posted(staff, state, verb, permission, method):
    client, job = staff(permission), make_job(state)
    before = rows()
    response = getattr(client, method)(verb_url(state, job.pk, verb), {"seen": seen(job), "confirmed": "yes"})
    assert response.status_code == 405
    assert rows() == before


# I135


@pytest.mark.parametrize(("state", "verb", "permission"), VERBS)
def test_a_verb_wants_its_own_permission(staff, state, verb, permission):
    others = {"retry_task", "discard_task", "revoke_task", "run_task", "view_payload"} - {permission}
    client, job = staff(*others), make_job(state)
    before = rows()
    posted = {"seen": seen(job), "confirmed": "yes"}
    assert client.post(verb_url(state, job.pk, verb), posted).status_code == 403
    client.post(list_url(state), selection(job, verb, confirmed="yes"))
    client.post(list_url(state), selection(job, verb, confirmed="yes", select_across="1"))
    assert rows() == before


@pytest.mark.parametrize(("state", "verb", "permission"), VERBS)
def test_a_verb_wants_the_permission_to_look_as_well(staff, state, verb, permission):
    client, job = staff(permission, view=False), make_job(state)
    before = rows()
    posted = {"seen": seen(job), "confirmed": "yes"}
    assert client.post(verb_url(state, job.pk, verb), posted).status_code == 403
    assert client.post(list_url(state), selection(job, verb, confirmed="yes")).status_code == 403
    assert client.get(page_url(state, job.pk)).status_code == 403
    assert rows() == before


@pytest.mark.parametrize("state", STATES)
def test_a_stranger_is_sent_to_the_login(client, state):
    job = make_job(state)
    for url in (list_url(state), page_url(state, job.pk)):
        assert client.get(url).headers["Location"].startswith("/admin/login/")


# I136


@pytest.mark.parametrize(("state", "verb", "permission"), VERBS)
def test_who_may_only_look_is_offered_no_verb_and_has_none(staff, state, verb, permission):
    client, job = staff(), make_job(state)
    before = rows()
    label = verb.replace("-", " ").capitalize()
    for url in (list_url(state), page_url(state, job.pk)):
        text = client.get(url).text
        assert f'value="{verb}"' not in text
        assert f'value="{label}' not in text
        assert "select_across" not in text
    client.post(list_url(state), selection(job, verb))
    assert rows() == before


@pytest.mark.parametrize("state", STATES)
def test_nobody_adds_edits_or_deletes_by_djangos_own_pages(boss, state):
    job = make_job(state)
    before = rows()
    base = list_url(state)
    assert boss.get(f"{base}add/").status_code == 403
    assert boss.post(f"{base}add/", {"name": "x"}).status_code == 403
    assert boss.post(page_url(state, job.pk), {"eta_0": "2020-01-01", "name": "x"}).status_code == 403
    assert boss.post(f"{base}{job.pk}/delete/", {"post": "yes"}).status_code == 403
    boss.post(base, selection(job, "delete_selected", post="yes"))
    assert rows() == before


# I137


@pytest.mark.parametrize("job_id", ["abc", 10**30, -1, "0", "1e3", "1.0", "٣", 2**63, "5/5", "' OR 1=1 --", "1" * 5000])
@pytest.mark.parametrize(("state", "verb", "permission"), VERBS)
def test_an_id_that_no_row_can_have_is_not_found(boss, state, verb, permission, job_id):
    make_job(state)
    before = rows()
    assert boss.post(verb_url(state, job_id, verb), {"seen": f"{job_id}:", "confirmed": "yes"}).status_code == 404
    assert boss.get(page_url(state, job_id)).status_code == 404
    assert rows() == before


def test_no_id_at_all_is_no_error(boss):
    make_job("failed")
    before = rows()
    response = boss.post(f"{list_url('failed')}/retry/", {"confirmed": "yes"}, follow=True)
    assert response.status_code in (200, 404)
    assert rows() == before


# I138


CHANGES = [
    (state, verb, now)
    for state, verb, _ in VERBS
    for now in (*STATES, "gone")
    if now != state and not (verb == "cancel" and now in ("pending", "future"))
]


@pytest.mark.parametrize(("state", "verb", "now"), CHANGES)
@pytest.mark.parametrize("way", ["page", "list"])
def test_a_job_that_changed_meanwhile_is_left_alone_and_the_person_is_told(boss, state, verb, now, way):
    job = make_job(state)
    shown = seen(job)
    Job.objects.filter(pk=job.pk).delete()
    if now != "gone":
        make_job(now, pk=job.pk)
    make_job(now if now != "gone" else state)
    before = rows()
    if way == "page":
        url, posted = verb_url(state, job.pk, verb), {"seen": shown}
    else:
        url, posted = list_url(state), {"action": verb, "index": "0", "_selected_action": shown}
    for confirmed in ({}, {"confirmed": "yes"}):
        response = boss.post(url, posted | confirmed, follow=True)
        assert response.status_code == 200
        assert "changed meanwhile" in said(response)
        assert rows() == before
    assert not LogEntry.objects.exists()


@pytest.mark.parametrize("verb", ["retry", "discard"])
@pytest.mark.parametrize("way", ["page", "list"])
def test_a_dirty_job_that_was_claimed_anew_is_left_alone(boss, verb, way):
    job = make_job("dirty")
    shown = seen(job)
    Job.objects.filter(pk=job.pk).update(lease=uuid.uuid4())
    before = rows()
    if way == "page":
        url, posted = verb_url("dirty", job.pk, verb), {"seen": shown}
    else:
        url, posted = list_url("dirty"), {"action": verb, "_selected_action": shown}
    assert "changed meanwhile" in said(boss.post(url, posted | {"confirmed": "yes"}, follow=True))
    assert rows() == before


@pytest.mark.parametrize("sent", ["", "x", "5", "5:", "5:garbage", ":", "99999:", "\0", "x" * 5000])
@pytest.mark.parametrize("state", ["failed", "dirty"])
def test_a_form_that_does_not_say_what_was_seen_changes_nothing(boss, state, sent):
    job = make_job(state)
    before = rows()
    for value in (sent, f"{job.pk}:{sent}"):
        response = boss.post(verb_url(state, job.pk, "retry"), {"seen": value}, follow=True)
        assert "changed meanwhile" in said(response)
        response = boss.post(list_url(state), {"action": "retry", "index": "0", "_selected_action": value}, follow=True)
        assert response.status_code == 200
    assert rows() == before


def test_a_form_for_one_job_cannot_name_another(boss):
    job, other = make_job("failed"), make_job("failed")
    boss.post(verb_url("failed", job.pk, "retry"), {"seen": seen(other)})
    assert Job.objects.failed().count() == 2


# I139


def test_100_000_selected_ids_are_changed_in_batches(boss, settings):
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = None
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = None
    jobs = [make_job("failed") for _ in range(3)]
    chosen = [seen(job) for job in jobs]
    chosen += [f"{number}:{jobs[0].failed_at.isoformat()}" for number in range(10**6, 10**6 + 100_000)]
    with CaptureQueriesContext(connection) as queries:
        response = boss.post(list_url("failed"), {"action": "retry", "index": "0", "_selected_action": chosen})
    assert response.status_code == 302
    assert Job.objects.pending().count() == 3
    assert len([query for query in queries if " SET " in query["sql"] and "failed_at" in query["sql"]]) == 1
    assert len(queries) < 101 * 4 + 20


def test_more_fields_than_django_takes_are_refused_by_django(boss):
    job = make_job("failed")
    posted = {"action": "retry", "index": "0", "_selected_action": [seen(job)] * 2000}
    assert boss.post(list_url("failed"), posted).status_code == 400


# I140


@pytest.mark.parametrize(("state", "verb", "permission"), VERBS)
def test_the_second_of_two_clicks_changes_nothing(boss, state, verb, permission):
    job = make_job(state)
    posted = {"seen": seen(job), "confirmed": "yes"}
    first = boss.post(verb_url(state, job.pk, verb), posted, follow=True)
    after = rows()
    second = boss.post(verb_url(state, job.pk, verb), posted, follow=True)
    assert "1 task was" in said(first)
    assert "changed meanwhile" in said(second)
    assert rows() == after
    assert LogEntry.objects.count() == 1


# I141


@pytest.mark.parametrize("query", HOSTILE)
@pytest.mark.parametrize("state", STATES)
def test_no_search_is_an_error(boss, state, query):
    make_job(state)
    response = boss.get(list_url(state), {"q": query})
    assert response.status_code == 200
    assert len(response.context["cl"].result_list) == 0


def test_a_search_that_is_refused_matches_nothing_for_the_verbs_either(boss):
    make_job("failed")
    posted = {"action": "discard", "select_across": "1", "_selected_action": "all", "confirmed": "yes"}
    response = boss.post(f"{list_url('failed')}?q=%00", posted, follow=True)
    assert Job.objects.failed().count() == 1
    assert "nothing was done" in said(response)


# I142


@pytest.mark.parametrize(
    "query",
    [
        {"eta__gte": "garbage"},
        {"payload__contains": "secret"},
        {"traceback__regex": "(a+)+$"},
        {"lease": "x"},
        {"id__in": "1,2"},
        {"nonsense": "1"},
    ],
)
@pytest.mark.parametrize("state", STATES)
def test_a_parameter_that_is_no_filter_leads_back_to_the_list(boss, state, query):
    make_job(state, payload="secret")
    response = boss.get(list_url(state), query)
    assert (response.status_code, response.headers["Location"]) == (302, f"{list_url(state)}?e=1")
    assert boss.get(response.headers["Location"]).status_code == 200


@pytest.mark.parametrize("value", ["nowhere", "", *HOSTILE])
@pytest.mark.parametrize("parameter", ["queue", "name"])
def test_a_filter_for_what_is_not_there_gives_an_empty_list(boss, parameter, value):
    for state in STATES:
        make_job(state)
        response = boss.get(list_url(state), {parameter: value})
        assert response.status_code == 200
        assert len(response.context["cl"].result_list) == 0


@pytest.mark.parametrize(
    "query",
    [{"o": "999"}, {"o": "2"}, {"o": "-1.x.."}, {"e": "1"}, {"p": "999999"}, {"p": "-5"}, {"p": "x"}, {"all": ""}],
)
@pytest.mark.parametrize("state", STATES)
def test_odd_orders_and_pages_are_no_error(boss, state, query):
    make_job(state)
    assert boss.get(list_url(state), query).status_code == 200


@pytest.mark.parametrize("page", ["999999", "-5", "0", "9" * 5000])
def test_a_page_that_a_long_list_does_not_have_leads_back(boss, page):
    Job.objects.bulk_create(Job(task_id=str(n), queue="a", name="n", payload="[]", state=2) for n in range(150))
    response = boss.get(list_url("failed"), {"p": page})
    assert response.status_code == 200 if len(page) > 4300 else response.headers["Location"].endswith("?e=1")


# I152


@pytest.mark.parametrize(("state", "verb", "permission"), VERBS)
def test_after_a_verb_comes_the_list_whatever_the_referer_says(boss, state, verb, permission):
    for query in ("", "?next=https://evil.example/", "?_changelist_filters=//evil.example"):
        job = make_job(state)
        posted = {"seen": seen(job), "confirmed": "yes", "next": "https://evil.example/"}
        response = boss.post(
            verb_url(state, job.pk, verb) + query, posted, headers={"referer": "https://evil.example/x"}
        )
        assert response.status_code == 302
        assert response.headers["Location"].split("?")[0] == list_url(state)


def test_after_a_verb_the_list_is_filtered_as_before(boss):
    job = make_job("failed", queue="mail")
    text = boss.get(page_url("failed", job.pk), {"_changelist_filters": "queue=mail"}).text
    url = f"{verb_url('failed', job.pk, 'retry')}?_changelist_filters=queue%3Dmail"
    assert url in text
    assert boss.post(url, {"seen": seen(job)}).headers["Location"] == f"{list_url('failed')}?queue=mail"


# I153


# Dirty tasks are not changed by filter.
WAYS = [(*one, way) for one in VERBS for way in ("page", "list", "all") if (one[0], way) != ("dirty", "all")]


@pytest.mark.parametrize(("state", "verb", "permission", "way"), WAYS)
def test_every_change_is_logged_with_its_user(staff, state, verb, permission, way):
    client, job = staff(permission), make_job(state)
    if way == "page":
        client.post(verb_url(state, job.pk, verb), {"seen": seen(job), "confirmed": "yes"})
    else:
        across = {"select_across": "1"} if way == "all" else {}
        client.post(list_url(state), selection(job, verb, confirmed="yes", **across))
    entry = LogEntry.objects.get()
    assert entry.user.pk == int(client.session["_auth_user_id"])
    assert (entry.object_id, entry.object_repr) == (str(job.pk), f"{job.name}[{job.task_id}]")
    assert entry.content_type == ContentType.objects.get_for_model(Job)
    assert entry.action_flag == (DELETION if verb in ("discard", "cancel") else CHANGE)
    assert "in the admin" in entry.change_message


def test_the_history_of_a_job_goes_with_it_from_list_to_list(boss):
    job = make_job("dirty")
    boss.post(verb_url("dirty", job.pk, "retry"), {"seen": seen(job)})
    text = boss.get(f"{list_url('pending')}{job.pk}/history/").text
    assert "Retried in the admin" in text
    assert "boss" in text
    assert boss.get("/admin/").status_code == 200
