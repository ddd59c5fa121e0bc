"""What every test may ask for: the queue's table with committed rows, sessions that claim, workers in processes."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection, connections
from django.test.utils import setup_databases, teardown_databases

from celery_taskq.jobs.enqueue import enqueue
from celery_taskq.jobs.lease import LeaseSession
from celery_taskq.messages import Claim, TaskMessage


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: Any) -> Iterator[None]:
    """The test database, for every test: pytest-django would make it only for those that it marks itself."""
    with django_db_blocker.unblock():
        before = setup_databases(verbosity=0, interactive=False)
    yield
    with django_db_blocker.unblock():
        connections.close_all()
        teardown_databases(before, verbosity=0)


@pytest.fixture
def live_db(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The test database without a transaction around the test: other connections and processes see what is written."""
    from celery_taskq.models import Job
    from tests.project.models import Order

    with django_db_blocker.unblock():
        yield
        for alias in connections:
            if connections[alias].in_atomic_block:
                connections[alias].close()
        Job.objects.all()._raw_delete("default")
        Order.objects.all()._raw_delete("default")


@pytest.fixture
def session(live_db: None) -> Iterator[LeaseSession]:
    """A worker's private connection."""
    with _opened() as session:
        yield session


@pytest.fixture
def other_session(live_db: None) -> Iterator[LeaseSession]:
    """Another worker's private connection."""
    with _opened() as session:
        yield session


@pytest.fixture
def store(live_db: None) -> Callable[..., int]:
    """Enqueue a message; every field has a default."""

    def store(**fields: Any) -> int:
        message = {"task_id": str(uuid.uuid4()), "name": "proj.task", "queue": "celery", "payload": "[[],{}]"}
        return enqueue(TaskMessage(**{**message, **fields}))

    return store


@pytest.fixture
def claim(session: LeaseSession) -> Callable[..., Claim | None]:
    """Claim the next job of some queues for worker "w"."""

    def claim(*queues: str) -> Claim | None:
        return session.claim(queues or ("celery",), worker="w", lease=uuid.uuid4())[0]

    return claim


class _opened:
    def __init__(self) -> None:
        self.session = LeaseSession()

    def __enter__(self) -> LeaseSession:
        self.session.open()
        return self.session

    def __exit__(self, *exc_info: Any) -> None:
        self.session.close()


@pytest.fixture
def vendor() -> str:
    """The database that this run is on."""
    return str(connection.vendor)
