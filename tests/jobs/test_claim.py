"""Claims, on every dialect: what is taken, in which order, and what is left."""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from collections.abc import Callable
from functools import partial

import pytest
from django.db import connection, transaction
from django.db.models.signals import post_save, pre_save

from celery_taskq.jobs.lease import LeaseSession
from celery_taskq.messages import DONE, Claim
from celery_taskq.models import Job, State

Store = Callable[..., int]
ClaimOne = Callable[..., Claim | None]

LONG_AGO = dt.datetime(2001, 2, 3, tzinfo=dt.UTC)


def test_a_claim_brings_back_what_was_enqueued(store: Store, session: LeaseSession) -> None:
    id = store(
        task_id="an id",
        name="proj.add",
        payload='[["\\u0000\\ud800"],{"a":NaN}]',
        headers='{"x":1}',
        priority=3,
        argsrepr="(2, 2)",
        kwargsrepr="{}",
        retries=2,
    )
    lease = uuid.uuid4()
    expected = Claim(
        id=id,
        lease=lease,
        task_id="an id",
        queue="celery",
        name="proj.add",
        priority=3,
        payload='[["\\u0000\\ud800"],{"a":NaN}]',
        headers='{"x":1}',
        argsrepr="(2, 2)",
        kwargsrepr="{}",
        retries=2,
        attempt=1,
        redeliveries=0,
        expired=False,
    )
    assert (expected, None) == session.claim(["celery"], worker="w", lease=lease)


def test_a_claimed_row_is_started_and_names_its_worker_and_lease(store: Store, claim: ClaimOne) -> None:
    store()
    held = claim()
    job = Job.objects.get()
    assert (State.STARTED, held.lease, "w", 1) == (job.state, job.lease, job.worker, job.attempt)
    assert job.started_at == job.alive_at
    assert job.started_at >= job.created_at


def test_nothing_is_claimed_from_an_empty_table(session: LeaseSession) -> None:
    assert (None, None) == session.claim(["celery"], worker="w", lease=uuid.uuid4())


def test_a_higher_priority_goes_first(store: Store, claim: ClaimOne) -> None:
    low, high, middle = store(priority=-1), store(priority=9), store(priority=0)
    assert [high, middle, low] == [claim().id for _ in range(3)]


def test_within_a_priority_the_oldest_eta_goes_first_then_the_oldest_row(store: Store, claim: ClaimOne) -> None:
    second, third = store(eta=LONG_AGO + dt.timedelta(1)), store(eta=LONG_AGO + dt.timedelta(1))
    first = store(eta=LONG_AGO)
    assert [first, second, third] == [claim().id for _ in range(3)]


def test_a_future_job_is_not_claimed_even_with_a_higher_priority(store: Store, claim: ClaimOne) -> None:
    store(countdown=3600, priority=9)
    store(countdown=3600, priority=5)
    due = store(priority=0)
    assert due == claim().id
    assert claim() is None


def test_an_idle_claim_says_when_the_next_job_is_due(store: Store, session: LeaseSession) -> None:
    store(countdown=100, priority=0)
    store(countdown=50, priority=-3)
    store(countdown=10, queue="other")
    claim, due_in = session.claim(["celery", "third"], worker="w", lease=uuid.uuid4())
    assert claim is None
    assert due_in == pytest.approx(50, abs=5)


def test_queues_are_tried_in_the_order_given(store: Store, claim: ClaimOne) -> None:
    store(queue="a", priority=9)
    second = store(queue="b")
    assert second == claim("b", "a").id


def test_a_queue_that_was_not_asked_for_is_left_alone(store: Store, claim: ClaimOne) -> None:
    store(queue="a")
    assert claim("b", "A", "a ") is None


@pytest.mark.parametrize("queue", ["'; DROP TABLE celery_taskq_job; --", "%s", "%(queue)s", "\\", ":queue", "ü✓😀"])
def test_a_queue_name_is_only_ever_a_value(store: Store, claim: ClaimOne, queue: str) -> None:
    id = store(queue=queue)
    assert id == claim("x", queue).id


def test_a_row_of_a_newer_protocol_is_left_for_newer_workers(store: Store, session: LeaseSession) -> None:
    Job.objects.filter(id=store()).update(protocol=2)
    assert (None, None) == session.claim(["celery"], worker="w", lease=uuid.uuid4())


def test_countdown_and_expiry_count_from_the_databases_clock(store: Store) -> None:
    store(countdown=60, expires_in=-5)
    job = Job.objects.get()
    assert job.eta - job.created_at == pytest.approx(dt.timedelta(seconds=60), abs=dt.timedelta(milliseconds=5))
    assert job.expires - job.created_at == pytest.approx(dt.timedelta(seconds=-5), abs=dt.timedelta(milliseconds=5))


def test_absolute_times_are_kept_to_the_microsecond(store: Store) -> None:
    eta = dt.datetime(2030, 10, 27, 3, 30, 0, 123456, tzinfo=dt.timezone(dt.timedelta(hours=3)))
    store(eta=eta, expires=eta + dt.timedelta(1))
    job = Job.objects.get()
    assert (eta, eta + dt.timedelta(1)) == (job.eta, job.expires)


def test_a_claim_says_that_its_job_has_expired(store: Store, claim: ClaimOne) -> None:
    store(expires_in=-1)
    store(expires_in=3600)
    assert [True, False] == [claim().expired for _ in range(2)]


def test_a_row_that_somebody_holds_locked_is_passed_over(store: Store, claim: ClaimOne, vendor: str) -> None:
    if vendor == "sqlite":
        pytest.skip("SQLite locks the whole database, and only for a moment")
    locked, free = store(), store()
    with transaction.atomic():
        list(Job.objects.select_for_update().filter(id=locked))
        assert free == claim().id
    assert locked == claim().id


def test_an_enqueue_that_is_rolled_back_leaves_nothing(store: Store, claim: ClaimOne) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        store()
        1 / 0  # noqa: B018
    with transaction.atomic():
        kept = store()
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            store()
            1 / 0  # noqa: B018
    assert kept == claim().id
    assert claim() is None


def test_an_enqueue_is_invisible_until_its_transaction_commits(store: Store, claim: ClaimOne, vendor: str) -> None:
    with transaction.atomic():
        id = store()
        if vendor != "sqlite":  # whose claims wait for the writer
            assert claim() is None
    assert id == claim().id


def test_an_enqueue_in_a_broken_transaction_reaches_the_caller(store: Store) -> None:
    with transaction.atomic():
        transaction.set_rollback(True)
        with pytest.raises(transaction.TransactionManagementError):
            store()


def test_each_job_is_claimed_once_however_many_claim_at_once(store: Store, live_db: None) -> None:
    ids = {store() for _ in range(60)}
    taken: list[int] = []

    def work() -> None:
        session = LeaseSession()
        session.open()
        claim, _ = session.claim(["celery"], worker="w", lease=uuid.uuid4())
        while claim:
            taken.append(claim.id)
            _, claim = session.finish_and_claim(claim, DONE, ["celery"], worker="w", lease=uuid.uuid4())
        session.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ids) == sorted(taken)
    assert not Job.objects.exists()


@pytest.mark.parametrize(
    ("statement", "index"),
    [
        ("claim", "taskq_claim"),
        ("finish", "taskq_claim"),
        ("recover", "taskq_lease"),
        ("dirty", "taskq_lease"),
        ("adopt", "taskq_lease"),
        ("sweep", "taskq_lease"),
    ],
)
def test_a_workers_statements_walk_indexes_and_never_sort(
    store: Store, session: LeaseSession, vendor: str, statement: str, index: str
) -> None:
    if vendor != "postgresql":
        pytest.skip("plans are PostgreSQL's")
    from celery_taskq.jobs.dialects import postgresql

    statements = {
        "claim": postgresql._CLAIM_ONLY,
        "finish": postgresql._FINISH_AND_CLAIM["done"],
        "recover": postgresql._RECOVER,
        "dirty": postgresql._DIRTY,
        "adopt": postgresql._ADOPT,
        "sweep": postgresql._SWEEP,
    }
    uuids = f"'{{{uuid.uuid4()}}}'::uuid[]"
    values = {"id": "1", "queues": "'{a,b}'", "worker": "'w'", "names": "'{a}'", "most": "3", "dirty_after": "30"}
    values |= dict.fromkeys(("lease", "next"), f"'{uuid.uuid4()}'") | dict.fromkeys(("seen", "leases"), uuids)
    sql = statements[statement] % {**values, "error": "''"}
    plan = "\n".join(row[0] for row in session.connection.execute("EXPLAIN " + sql, prepare=False))
    assert index in plan
    assert "Sort" not in plan
    assert "Seq Scan" not in plan
    assert "celery_taskq_job_pkey" not in plan or "id = " in plan


def test_no_dialect_tells_a_projects_model_signals_of_a_row(store: Store) -> None:
    told = []
    receive = partial(lambda told, **kwargs: told.append(kwargs["instance"]), told)
    for model_signal in (pre_save, post_save):
        model_signal.connect(receive)
    try:
        store()
    finally:
        for model_signal in (pre_save, post_save):
            model_signal.disconnect(receive)
    assert [] == told
    assert 1 == Job.objects.count()


def test_the_table_has_the_indexes_that_the_claim_needs(live_db: None) -> None:
    with connection.cursor() as cursor:
        constraints = connection.introspection.get_constraints(cursor, Job._meta.db_table)
    assert {"taskq_claim", "taskq_lease", "taskq_failed", "taskq_task_id"} <= set(constraints)
    assert constraints["taskq_lease"]["unique"]
