import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext

from celery_taskq.admin import base, verbs
from celery_taskq.jobs import batches
from celery_taskq.models import Job
from tests.factories import make_job

from .conftest import list_url, page_url, said, seen, verb_url

pytestmark = pytest.mark.django_db


def test_retry_on_the_page_of_a_failed_task_makes_it_pending(staff):
    client, job = staff("retry_task"), make_job("failed")
    response = client.post(verb_url("failed", job.pk, "retry"), {"seen": seen(job)}, follow=True)
    assert "1 task was retried." in said(response)
    assert Job.objects.pending().get().task_id == job.task_id


def test_retry_on_the_page_of_a_dirty_task_makes_it_pending(staff):
    client, job = staff("retry_task"), make_job("dirty")
    client.post(verb_url("dirty", job.pk, "retry"), {"seen": seen(job)})
    assert Job.objects.pending().get() == job


def test_the_page_carries_what_was_seen(boss):
    for state in ("failed", "dirty", "future"):
        job = make_job(state)
        for response in (boss.get(page_url(state, job.pk)), boss.get(list_url(state))):
            values = [value for value in response.text.split('value="') if value.startswith(f"{job.pk}:")]
            assert values
        if state == "dirty":
            assert str(job.lease) in response.text


@pytest.mark.parametrize(
    ("state", "verb"), [("failed", "discard"), ("dirty", "discard"), ("pending", "cancel"), ("future", "cancel")]
)
@pytest.mark.parametrize("way", ["page", "list"])
def test_what_deletes_asks_first(boss, state, verb, way):
    job, other = make_job(state, name="shop.wanted"), make_job(state, name="shop.other")
    if way == "page":
        url, posted = verb_url(state, job.pk, verb), {"seen": seen(job)}
    else:
        url, posted = list_url(state), {"action": verb, "index": "0", "_selected_action": seen(job)}
    asked = boss.post(url, posted)
    assert "cannot be undone" in asked.text
    assert "shop.wanted" in asked.text
    assert "shop.other" not in asked.text
    assert Job.objects.count() == 2
    posted = dict(asked.context["fields"]) | {"confirmed": "yes"}
    boss.post(url, posted)
    assert list(Job.objects.all()) == [other]


def test_run_now_makes_a_future_task_due(staff):
    client, job = staff("run_task"), make_job("future")
    client.post(verb_url("future", job.pk, "run-now"), {"seen": seen(job)})
    assert Job.objects.pending().get() == job


def test_selected_tasks_are_retried_and_no_others(boss):
    chosen, other = [make_job("failed") for _ in range(3)], make_job("failed")
    posted = {"action": "retry", "index": "0", "_selected_action": [seen(job) for job in chosen]}
    response = boss.post(list_url("failed"), posted, follow=True)
    assert "3 tasks were retried." in said(response)
    assert list(Job.objects.failed()) == [other]
    assert LogEntry.objects.count() == 3


def test_of_the_selected_those_that_changed_are_counted_apart(boss):
    same, changed = make_job("dirty"), make_job("dirty")
    posted = {"action": "retry", "index": "0", "_selected_action": [seen(same), seen(changed)]}
    Job.objects.filter(pk=changed.pk).update(lease="00000000-0000-0000-0000-000000000001")
    told = said(boss.post(list_url("dirty"), posted, follow=True))
    assert "1 task was retried." in told
    assert "1 task has changed meanwhile" in told


def test_all_that_match_are_retried_after_asking_and_no_others(boss):
    wanted = [make_job("failed", queue="mail", error="SMTP 451") for _ in range(120)]
    left = [make_job("failed", queue="mail"), make_job("failed", queue="other", error="SMTP 451"), make_job("dirty")]
    url = f"{list_url('failed')}?queue=mail&q=SMTP"
    posted = {"action": "retry", "select_across": "1", "_selected_action": "all"}
    assert "Retry all that match (120)" in boss.get(url).text
    asked = boss.post(url, posted)
    assert "<strong>120</strong> failed tasks" in asked.text
    assert Job.objects.failed().count() == 122
    told = said(boss.post(url, dict(asked.context["fields"]) | {"confirmed": "yes"}, follow=True))
    assert "120 tasks were retried." in told
    assert list(Job.objects.pending().order_by("pk")) == wanted
    assert list(Job.objects.exclude(state=0).order_by("pk")) == left
    assert LogEntry.objects.count() == 120


def test_dirty_tasks_are_never_changed_by_filter(boss):
    seen_job, other = make_job("dirty"), make_job("dirty")
    assert "Retry all" not in boss.get(list_url("dirty")).text
    posted = {"action": "retry", "index": "0", "select_across": "1", "_selected_action": seen(seen_job)}
    boss.post(list_url("dirty"), posted)
    assert list(Job.objects.dirty()) == [other]


def test_all_future_tasks_of_a_queue_can_be_run_now_or_cancelled(boss):
    for queue in ("a", "a", "b"):
        make_job("future", queue=queue)
    confirmed = {"select_across": "1", "_selected_action": "all", "confirmed": "yes"}
    boss.post(f"{list_url('future')}?queue=a", {"action": "run-now", **confirmed})
    assert Job.objects.pending().filter(queue="a").count() == 2
    boss.post(f"{list_url('future')}?queue=b", {"action": "cancel", **confirmed})
    assert not Job.objects.filter(queue="b").exists()


def test_beyond_1000_each_batch_has_one_log_entry(boss, monkeypatch):
    monkeypatch.setattr(batches, "BATCH", 5)
    for _ in range(13):
        make_job("failed")
    posted = {"action": "retry", "select_across": "1", "_selected_action": "all", "confirmed": "yes"}
    boss.post(list_url("failed"), posted)
    assert LogEntry.objects.filter(object_id__isnull=False).count() == 5
    summaries = LogEntry.objects.filter(object_id=None).order_by("pk").values_list("object_repr", flat=True)
    assert [text.split(" with")[0] for text in summaries] == ["5 tasks", "3 tasks"]
    assert boss.get("/admin/").status_code == 200


def test_one_request_changes_a_bounded_number_and_says_that_there_are_more(boss, monkeypatch):
    monkeypatch.setattr(verbs, "MOST", 2)
    monkeypatch.setattr(base, "MOST", 2)
    for _ in range(3):
        make_job("failed")
    posted = {"action": "retry", "select_across": "1", "_selected_action": "all", "confirmed": "yes"}
    assert "do it again for those that are left" in said(boss.post(list_url("failed"), posted, follow=True))
    assert Job.objects.failed().count() == 1


def test_running_tasks_have_no_verb(boss):
    job = make_job("running")
    for url in (list_url("running"), page_url("running", job.pk)):
        text = boss.get(url).text
        assert 'name="action"' not in text
        assert 'name="seen"' not in text
    assert boss.post(f"{list_url('running')}{job.pk}/retry/", {"seen": seen(job)}).status_code in (302, 404)
    assert Job.objects.running().get() == job


def test_a_task_that_has_moved_on_is_shown_in_its_new_list(boss):
    job = make_job("failed")
    response = boss.get(page_url("dirty", job.pk), follow=True)
    assert response.redirect_chain == [(page_url("failed", job.pk), 302)]
    assert "The task is failed now." in said(response)


def test_a_task_that_is_gone_leads_back_to_the_list(boss):
    response = boss.get(page_url("dirty", 4711), follow=True)
    assert response.redirect_chain == [(list_url("dirty"), 302)]
    assert "ran to its end, or was deleted" in said(response)


def test_a_site_wide_action_of_the_project_works_on_what_was_selected(boss):
    from django.contrib import admin

    chosen = []

    def export(model_admin, request, queryset):
        chosen.extend(queryset)

    admin.site.add_action(export)
    try:
        job = make_job("failed")
        make_job("failed")
        boss.post(list_url("failed"), {"action": "export", "index": "0", "_selected_action": seen(job)})
    finally:
        admin.site.disable_action("export")
        del admin.site._global_actions["export"]
    assert [one.pk for one in chosen] == [job.pk]


def test_the_verbs_read_no_payload(boss):
    jobs = [make_job("failed") for _ in range(2)]
    with CaptureQueriesContext(connection) as queries:
        boss.post(verb_url("failed", jobs[0].pk, "retry"), {"seen": seen(jobs[0])})
        boss.post(list_url("failed"), {"action": "discard", "index": "0", "_selected_action": seen(jobs[1])})
        boss.post(list_url("failed"), {"action": "discard", "_selected_action": seen(jobs[1]), "confirmed": "yes"})
    assert not [q["sql"] for q in queries if "payload" in q["sql"] and "celery_taskq_job" in q["sql"]]
