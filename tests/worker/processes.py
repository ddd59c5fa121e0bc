"""Real worker processes, and what their tasks wrote down."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings

#: Seconds after which a condition that should have come about is given up.
PATIENCE = 30.0


def eventually(condition: Callable[[], Any], what: str) -> Any:
    """Wait until ``condition`` returns something true, and return that."""
    until = time.monotonic() + PATIENCE
    while not (answer := condition()):
        assert time.monotonic() < until, f"waited {PATIENCE} s in vain: {what}"
        time.sleep(0.01)
    return answer


def _nobody_reads() -> int:
    reader, writer = os.pipe()
    os.close(reader)
    return writer


class WorkerProcess:
    """``manage.py taskq`` on the test database."""

    def __init__(self, directory: Path, *args: str, closed_stderr: bool = False, **env: str) -> None:
        self.log_file = directory / f"worker-{len(list(directory.iterdir()))}.log"
        self._log = self.log_file.open("wb")
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "TASKQ_TEST_DATABASE": settings.DATABASE,
            "TASKQ_TEST_NAME": settings.DATABASES["default"]["TEST"]["NAME"]
            if settings.DATABASE != "sqlite"
            else Path(settings.DATABASES["default"]["TEST"]["NAME"]).stem,
            "TASKQ_WITNESS": str(directory / "witness"),
            "TASKQ_TEST_POLL_INTERVAL": "0.05",
            **env,
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "django", "taskq", "-l", "INFO", *args],
            cwd=settings.BASE_DIR.parent,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=_nobody_reads() if closed_stderr else self._log,
        )

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def log(self) -> str:
        return self.log_file.read_text()

    def ready(self, times: int = 1) -> WorkerProcess:
        """Wait until ``times`` processes of it said so."""
        eventually(lambda: self.log.count(" ready.") >= times or self._died(), f"the worker is ready:\n{self.log}")
        return self

    def says(self, text: str) -> None:
        """Wait for a line in its log."""
        eventually(lambda: text in self.log, f"{text!r} in\n{self.log}")

    def signal(self, signum: int) -> None:
        os.kill(self.pid, signum)

    def ended(self) -> int:
        """Wait for its end; its exit code."""
        return self.process.wait(PATIENCE)

    def stop(self) -> int:
        """Warm stop; the exit code."""
        self.signal(signal.SIGTERM)
        return self.ended()

    def kill(self) -> None:
        """Whatever state it is in, it ends."""
        if self.process.poll() is None:
            self.signal(signal.SIGCONT)
            self.process.kill()
            self.process.wait()
        self._log.close()

    def _died(self) -> bool:
        assert self.process.poll() is None, f"the worker ended with {self.process.returncode}:\n{self.log}"
        return False


class Witness:
    """What tasks wrote, in order."""

    def __init__(self, directory: Path) -> None:
        self._file = directory / "witness"

    def events(self) -> list[dict[str, Any]]:
        lines = self._file.read_text().splitlines() if self._file.exists() else []
        return [json.loads(line) for line in lines]

    def count(self, event: str, task_id: str) -> int:
        return sum(line["event"] == event and line["task_id"] == task_id for line in self.events())

    def saw(self, event: str, task_id: str, times: int = 1) -> dict[str, Any]:
        """Wait for an event of a task; its last line."""
        eventually(lambda: self.count(event, task_id) >= times, f"{event} of {task_id} in {self.events()}")
        return [line for line in self.events() if (line["event"], line["task_id"]) == (event, task_id)][-1]
