"""What rows hold that somebody else wrote, on the pages of the admin: INPUTS.md I144 to I151."""

import datetime as dt

import pytest
from django.db import DataError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from celery_taskq.models import Job
from tests.factories import STATES, make_job

from .conftest import list_url, page_url, seen, verb_url

pytestmark = pytest.mark.django_db


# I144


def test_of_a_large_payload_and_traceback_a_page_reads_the_beginning(boss):
    large = "x" * 1_000_000
    job = make_job("failed", payload=f"payload {large}", traceback=f"traceback {large}", headers=f"headers {large}")
    text = boss.get(page_url("failed", job.pk)).text
    for column in ("payload", "traceback", "headers"):
        assert f"{column} xxx" in text
    assert "more characters, which are not shown" in text
    assert 3 * 65536 < len(text) < 3 * 65536 + 50_000


# I145, I146, I147, I12

SCRIPT = "<script>alert(1)</script>"


@pytest.mark.parametrize("state", STATES)
def test_stored_markup_is_text_everywhere(boss, state):
    hostile = {"queue": "q" + SCRIPT, "name": "n" + SCRIPT, "argsrepr": SCRIPT, "kwargsrepr": SCRIPT, "error": SCRIPT}
    job = make_job(state, **hostile, task_id="t" + SCRIPT, traceback=f"</pre>{SCRIPT}", payload=SCRIPT, headers=SCRIPT)
    pages = [
        boss.get(list_url(state)),
        boss.get(page_url(state, job.pk)),
        boss.get(f"{list_url(state)}{job.pk}/history/"),
    ]
    pages.append(boss.get(list_url(state), {"queue": "q" + SCRIPT, "q": SCRIPT}))
    if state in ("failed", "dirty"):
        pages.append(boss.post(verb_url(state, job.pk, "discard"), {"seen": seen(job)}))
        boss.post(verb_url(state, job.pk, "retry"), {"seen": seen(job)})
        pages += [boss.get("/admin/"), boss.get(list_url("pending"))]
    for page in pages:
        assert page.status_code == 200
        assert "alert(1)" not in page.text or "&lt;script&gt;alert(1)" in page.text
        assert SCRIPT not in page.text
        assert "</pre><script" not in page.text


@pytest.mark.parametrize("state", STATES)
def test_stored_text_is_never_a_link_of_its_own(boss, state):
    job = make_job(state, queue="javascript:alert(1)", name="javascript:alert(1)")
    for page in (boss.get(list_url(state)), boss.get(page_url(state, job.pk))):
        assert 'href="javascript' not in page.text.lower()


@pytest.mark.parametrize("state", STATES)
def test_what_cannot_be_seen_is_written_out(boss, state):
    hidden = "a\x1b[31m\u202egnp.exe\u2066\x07"
    job = make_job(state, queue=hidden, name=hidden, task_id=hidden, argsrepr=hidden, error=hidden, worker=hidden)
    Job.objects.filter(pk=job.pk).update(traceback=hidden + "\nnext line", kwargsrepr=hidden)
    for page in (
        boss.get(list_url(state)),
        boss.get(page_url(state, job.pk)),
        boss.get(f"{list_url(state)}{job.pk}/history/"),
    ):
        assert "\\x1b[31m\\u202egnp.exe\\u2066\\x07" in page.text or "history" in page.request["PATH_INFO"]
        for character in "\x1b\u202e\u2066\x07":
            assert character not in page.text
    assert "\nnext line" in boss.get(page_url(state, job.pk)).text


# I148


@pytest.mark.parametrize(
    "payload", ["garbage", "", "\\ud800", '{"__type__": "x", "__value__": 1}', "[" * 10_000, "gASVAA=="]
)
@pytest.mark.parametrize("state", STATES)
def test_a_payload_that_does_not_decode_is_shown_as_it_is(boss, state, payload):
    job = make_job(state, payload=payload, headers=payload, traceback=None)
    assert escape(payload) in boss.get(page_url(state, job.pk)).text
    assert boss.get(list_url(state)).status_code == 200


def test_a_payload_is_for_those_who_may_see_it(staff):
    job = make_job("failed", payload='["password"]', headers='{"authorization": "token"}')
    with CaptureQueriesContext(connection) as queries:
        text = staff().get(page_url("failed", job.pk)).text
    assert "password" not in text
    assert "authorization" not in text
    assert not [query["sql"] for query in queries if "payload" in query["sql"] and "celery_taskq_job" in query["sql"]]
    assert "password" in staff("view_payload").get(page_url("failed", job.pk)).text


# I149


@pytest.mark.parametrize("eta", [dt.datetime(1969, 12, 31, tzinfo=dt.UTC), dt.datetime(9999, 12, 31, tzinfo=dt.UTC)])
def test_an_eta_that_somebody_could_not_read_cannot_be_stored(db, eta):
    with pytest.raises((IntegrityError, DataError)), transaction.atomic():
        make_job("pending", eta=eta)


@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Kiritimati", "UTC"])
@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize(
    "eta", [dt.datetime(1970, 1, 1, tzinfo=dt.UTC), dt.datetime(9999, 12, 30, 23, tzinfo=dt.UTC)], ids=["first", "last"]
)
def test_the_first_and_the_last_instant_are_no_error(boss, settings, zone, state, eta):
    settings.TIME_ZONE = zone
    job = make_job("pending")
    Job.objects.filter(pk=job.pk).update(eta=eta, created_at=eta, expires=eta)
    word = "pending" if eta.year == 1970 else "future"
    if state == word:
        assert boss.get(list_url(word)).status_code == boss.get(page_url(word, job.pk)).status_code == 200
    elif state not in ("pending", "future"):
        other = make_job(state)
        columns = {"created_at": eta, "eta": eta, "started_at": eta}
        Job.objects.filter(pk=other.pk).update(**columns)
        assert boss.get(list_url(state)).status_code == boss.get(page_url(state, other.pk)).status_code == 200


# I150, I151


@pytest.mark.parametrize("state", STATES)
def test_a_page_has_no_field_to_edit(boss, state):
    job = make_job(state)
    text = boss.get(page_url(state, job.pk)).text
    assert "<textarea" not in text
    assert 'type="text"' not in text
