"""In a Django project: tasks and transactions."""

from __future__ import annotations

import pytest
from django.db import transaction

from celery_taskq import Celery, _state, shared_task
from celery_taskq.contrib.django.task import DjangoTask
from celery_taskq.models import Job


@shared_task
def work(x: int) -> None: ...


@pytest.fixture
def project(live_db: None) -> Celery:
    """The app of a project that made none, on the real rows."""
    _state.default_app = _state._tls.current_app = None
    return _state.get_current_app()


def test_a_task_exists_if_and_only_if_the_transaction_commits(project: Celery) -> None:
    with transaction.atomic():
        work.delay(1)
    with pytest.raises(KeyError), transaction.atomic():
        work.delay(2)
        raise KeyError
    assert [job.payload for job in Job.objects.all()] == ["[[1], {}]"]


def test_a_refused_call_leaves_the_transaction_usable(project: Celery) -> None:
    with transaction.atomic():
        for bad in ({"queue": "a\0"}, {"task_id": "\ud800"}, {"args": [object()]}, {"eta": "never"}):
            with pytest.raises((ValueError, TypeError, Exception)):
                work.apply_async(**{"args": (1,), **bad})
        work.delay(3)
    assert [job.payload for job in Job.objects.all()] == ["[[3], {}]"]


def test_every_text_that_is_accepted_can_be_stored(project: Celery) -> None:
    work.apply_async(("a\0b\ud800",), queue="é 😀", task_id="Ω", argsrepr="\0\ud800", headers={"h": "\0\ud800"})
    job = Job.objects.get()
    assert (job.queue, job.task_id, job.payload) == ("é 😀", "Ω", '[["a\\u0000b\\ud800"], {}]')


def test_a_task_can_wait_for_the_commit(project: Celery) -> None:
    with transaction.atomic():
        work.delay_on_commit(1)
        work.apply_async_on_commit((2,), queue="q")
        assert Job.objects.count() == 0
    assert sorted(job.payload for job in Job.objects.all()) == ["[[1], {}]", "[[2], {}]"]


def test_the_base_class_is_djangos_unless_the_project_has_its_own(project: Celery) -> None:
    assert isinstance(work._get_current_object(), DjangoTask)
    assert issubclass(Celery("x", set_as_current=False).Task, DjangoTask)

    own = Celery("x", set_as_current=False, task_cls="tests.mirror.test_tasks:Special")
    assert not issubclass(own.Task, DjangoTask)


def test_a_revoked_task_is_gone_and_a_pending_one_says_so(project: Celery) -> None:
    result = work.delay(1)
    assert (result.state, result.ready()) == ("PENDING", False)
    result.revoke()
    assert (result.state, result.ready(), Job.objects.count()) == (None, True, 0)
