"""Runs programs on both sides, several at a time, and hands out what each side recorded."""

from __future__ import annotations

import json
import os
import queue
import socket
import subprocess
import sys
import tempfile
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

HERE = Path(__file__).resolve().parent
PROGRAMS = HERE / "programs"
BOTH = ("celery", "celery_taskq")
SIDES = tuple(os.environ["COMPAT_SIDES"].split()) if "COMPAT_SIDES" in os.environ else BOTH


def programs() -> list[Path]:
    """Every program, by name."""
    return sorted(path for path in PROGRAMS.glob("*.py") if path.name != "__init__.py")


@dataclass
class Record:
    """What one side recorded of one program: its events as written, and an error when it did not come to its end.

    Attributes:
        remains: the names of the tasks that are in the dead letters afterwards.
    """

    side: str
    producer: list[dict[str, Any]] = field(default_factory=list)
    worker: list[dict[str, Any]] = field(default_factory=list)
    error: str = ""
    remains: list[str] = field(default_factory=list)


class Harness:
    """Two warm processes and a few slots; a context manager.

    Arguments:
        slots: how many programs run at the same time. Most of a program's time is waiting.
        sides: what is compared; the same side twice shows whether programs record the same each time.
    """

    def __init__(self, slots: int = 4, sides: tuple[str, ...] = SIDES) -> None:
        self._slots: queue.SimpleQueue[int] = queue.SimpleQueue()
        for slot in range(slots):
            self._slots.put(slot)
        self._count, self._sides = slots, sides
        self._pool = ThreadPoolExecutor(max_workers=slots)
        self._started: dict[str, Future[subprocess.Popen[str]]] = {}

    def __enter__(self) -> Harness:
        self._folder = tempfile.TemporaryDirectory(prefix="compat")
        for side in dict.fromkeys(self._sides):
            self._started[side] = self._pool.submit(self._start, side)
        return self

    def __exit__(self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None) -> None:
        self._pool.shutdown(cancel_futures=True)
        for process in self._started.values():
            if not process.cancelled() and process.exception() is None:
                with process.result() as side:
                    side.terminate()
        self._folder.cleanup()

    def submit(self, program: Path) -> Future[list[Record]]:
        """Run the program on every side; the records in the order of the sides."""
        return self._pool.submit(self._run, program)

    def _start(self, side: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "compat_tests.side", side, self._address(side), str(self._count)]
        errors = Path(self._folder.name) / f"{side}.err"
        with errors.open("w") as log:
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, cwd=HERE.parent)
        assert process.stdout is not None
        if process.stdout.readline() != "ready\n":
            with process:
                raise RuntimeError(f"{side} did not start:\n" + errors.read_text()[-4000:])
        return process

    def _address(self, side: str) -> str:
        return str(Path(self._folder.name) / f"{side}.socket")

    def _run(self, program: Path) -> list[Record]:
        slot = self._slots.get()
        try:
            return [self._run_on(side, program, slot) for side in self._sides]
        finally:
            self._slots.put(slot)

    def _run_on(self, side: str, program: Path, slot: int) -> Record:
        self._started[side].result()
        folder = Path(tempfile.mkdtemp(prefix=program.stem, dir=self._folder.name))
        order = {"program": str(program), "folder": str(folder), "slot": slot}
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(300)
            line.connect(self._address(side))
            line.sendall(json.dumps(order).encode() + b"\n")
            answer = json.loads(line.makefile().readline() or '{"error": "the side ended", "remains": []}')
        events = {role: _read(folder / f"{role}.jsonl") for role in ("producer", "worker")}
        return Record(side, **events, error=answer["error"], remains=answer["remains"])


def _read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
