from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.worker.processes import Witness, WorkerProcess


@pytest.fixture
def start_worker(live_db: None, tmp_path: Path) -> Iterator[Callable[..., WorkerProcess]]:
    """Start workers on the test database; they are ended with the test."""
    started: list[WorkerProcess] = []

    def start(*args: str, **env: str) -> WorkerProcess:
        started.append(WorkerProcess(tmp_path, *args, **env))
        return started[-1]

    yield start
    for worker in started:
        worker.kill()


@pytest.fixture
def worker(start_worker: Callable[..., WorkerProcess]) -> WorkerProcess:
    """One worker of the default queue, ready."""
    return start_worker().ready()


@pytest.fixture
def witness(tmp_path: Path) -> Witness:
    return Witness(tmp_path)
