"""An app whose rows are a list, and nothing of one test left for the next."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest

# Before the first test, so that its shared tasks are not taken for what a test left behind.
import tests.project.tasks  # noqa: F401
from celery_taskq import Celery, _state, signals
from celery_taskq.app.trace import run_claim
from celery_taskq.messages import Claim, Outcome, TaskMessage
from celery_taskq.utils.dispatch import Signal


class Jobs:
    """What ``app.jobs`` is asked for, in memory."""

    def __init__(self) -> None:
        self.messages: list[TaskMessage] = []
        self.states: dict[str, str] = {}
        self.revoked: list[str] = []
        self.forgotten: list[str] = []
        self.aborted: list[str] = []

    def enqueue(self, message: TaskMessage) -> int:
        self.messages.append(message)
        return len(self.messages)

    def find_state(self, task_id: str) -> str | None:
        return self.states.get(task_id)

    def find_progress(self, task_id: str) -> str | None:
        return None

    def revoke(self, task_ids: Any) -> int:
        self.revoked += task_ids
        return len(list(task_ids))

    def request_abort(self, task_id: str) -> int:
        self.aborted.append(task_id)
        return 1

    def forget(self, task_id: str) -> int:
        self.forgotten.append(task_id)
        return 1

    @property
    def last(self) -> TaskMessage:
        return self.messages[-1]


@pytest.fixture(autouse=True)
def nothing_is_left_behind() -> Iterator[None]:
    all_signals = [value for value in vars(signals).values() if isinstance(value, Signal)]
    receivers = [list(signal.receivers) for signal in all_signals]
    finalizers = dict(_state._on_app_finalizers)
    apps = _state.default_app, _state._default_is_implicit, _state._tls.current_app
    yield
    for signal, before in zip(all_signals, receivers, strict=True):
        signal.receivers[:] = before
    _state._on_app_finalizers.clear()
    _state._on_app_finalizers.update(finalizers)
    _state.default_app, _state._default_is_implicit, _state._tls.current_app = apps
    assert not _state._task_stack.stack


@pytest.fixture
def jobs() -> Jobs:
    return Jobs()


@pytest.fixture
def app(jobs: Jobs) -> Celery:
    """The current app."""
    app = Celery("proj")
    app.jobs = jobs
    return app


def as_claim(message: TaskMessage, **fields: Any) -> Claim:
    """The claim that a worker would hold on this message."""
    held = {
        "id": 1,
        "lease": uuid.uuid4(),
        "task_id": message.task_id,
        "queue": message.queue,
        "name": message.name,
        "priority": message.priority,
        "payload": message.payload,
        "headers": message.headers,
        "argsrepr": message.argsrepr,
        "kwargsrepr": message.kwargsrepr,
        "retries": message.retries,
        "attempt": 1,
        "redeliveries": 0,
        "expired": False,
    }
    return Claim(**{**held, **fields})


@pytest.fixture
def work(app: Celery, jobs: Jobs) -> Callable[..., Outcome]:
    """Run the message that was sent last, as a worker does."""

    def work(message: TaskMessage | None = None, **fields: Any) -> Outcome:
        return run_claim(app, as_claim(message or jobs.last, **fields), hostname="w1@host")

    return work


@pytest.fixture
def events() -> Callable[..., list[tuple[str, dict[str, Any]]]]:
    """Record signals by their names, in the order in which they are sent."""
    seen: list[tuple[str, dict[str, Any]]] = []

    def record(*names: str) -> list[tuple[str, dict[str, Any]]]:
        for name in names:

            def receive(signal: Any, _name: str = name, **kwargs: Any) -> None:
                seen.append((_name, kwargs))

            getattr(signals, name).connect(receive, weak=False)
        return seen

    return record
