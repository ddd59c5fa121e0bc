"""A warm process for one side that runs each program in processes forked from it: a producer, then a worker.

Started as ``python -m compat_tests.side celery|celery_taskq SOCKET SLOTS``. For each program, in this order: the
producer loads it and calls ``drive(record)``; a worker loads it and runs until nothing is left to do; the producer
calls ``after(record)`` where the program has one. Tasks wait while the producer drives, so their order is the same
each time.
"""

from __future__ import annotations

import json
import os
import signal
import socketserver
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from . import imports
from .observe import observe
from .recorder import record

#: Seconds after which a program whose tasks do not come to an end is given up.
PATIENCE = float(os.environ.get("COMPAT_PATIENCE", "40"))


class Side(Protocol):
    """What differs between Celery and celery_taskq."""

    package: str

    def prepare_slot(self, slot: int) -> None:
        """Make room for one program at a time under this number; called once, in the warm process."""

    def clear_away(self, slot: int) -> None:
        """Undo prepare_slot()."""

    def enter_slot(self, slot: int, folder: Path) -> None:
        """Point this process at its slot, empty from the last program; called in each forked process."""

    def run_worker(self, queues: list[str]) -> None:
        """Run the worker in this process until SIGTERM."""

    def wait_until_idle(self, queues: list[str], folder: Path, alive: Callable[[], bool]) -> str:
        """Return when nothing is left for the worker; the reason when that does not come about."""

    def stop(self, worker: int) -> None:
        """End the worker, whose work is recorded."""

    def remains(self) -> list[str]:
        """What is left for people to look at: the dead letters, by task name. Empty where there are none."""


def run(side: Side, program: Path, folder: Path, slot: int) -> dict[str, Any]:
    """Run one program; its events are in folder/producer.jsonl and folder/worker.jsonl."""
    os.environ["COMPAT_PACKAGE"] = side.package
    settings = imports.options(program)
    if settings.get("DJANGO"):
        os.environ["DJANGO_SETTINGS_MODULE"] = "compat_tests.settings"
    side.enter_slot(slot, folder)
    queues = list(settings.get("QUEUES", ["celery"]))  # type: ignore[call-overload]
    to_producer, from_producer = os.pipe(), os.pipe()
    producer = _fork(lambda: _produce(side, program, to_producer[0], from_producer[1]), folder, "producer")
    os.close(from_producer[1])
    if os.read(from_producer[0], 6) != b"driven":
        return _failed(folder, "the producer did not come through drive()", producer)
    worker = _fork(lambda: _work(side, program, queues), folder, "worker")
    reason = side.wait_until_idle(queues, folder, lambda: os.waitpid(worker, os.WNOHANG)[0] == 0)
    if reason:
        os.kill(producer, signal.SIGKILL)
        if "worker ended" not in reason:
            os.kill(worker, signal.SIGKILL)
        return _failed(folder, reason, producer)
    remains = side.remains()
    os.write(to_producer[1], b"after")
    # The producer first: after(record) may look at rows, and a stopping worker must not be in its way.
    _, status = os.waitpid(producer, 0)
    side.stop(worker)
    if status:
        return _failed(folder, "the producer did not come through after()", 0)
    return {"error": "", "remains": remains}


def _produce(side: Side, program: Path, inbox: int, outbox: int) -> None:
    module = imports.load(program, side.package)
    module.drive(record)
    os.write(outbox, b"driven")
    os.read(inbox, 5)
    if hasattr(module, "after"):
        module.after(record)
    _only_own_package(side)


def _work(side: Side, program: Path, queues: list[str]) -> None:
    imports.load(program, side.package)
    _only_own_package(side)
    side.run_worker(queues)


def _only_own_package(side: Side) -> None:
    if side.package == "celery_taskq" and "celery" in sys.modules:
        raise RuntimeError("the real Celery was imported on the side of celery_taskq")


def _fork(body: Callable[[], None], folder: Path, role: str) -> int:
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.environ["COMPAT_RECORD"] = str(folder / f"{role}.jsonl")
        output = os.open(folder / f"{role}.out", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(output, 1)
        os.dup2(output, 2)
        observe()
        body()
        status = 0
    except SystemExit as exc:
        status = exc.code if isinstance(exc.code, int) else 1
    except BaseException:  # noqa: BLE001 - the process must end here, whatever the program raised
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _failed(folder: Path, reason: str, child: int) -> dict[str, Any]:
    if child:
        os.waitpid(child, 0)
    parts = [reason]
    for role in ("producer", "worker"):
        if (folder / f"{role}.out").exists():
            parts.append(f"--- {role}\n" + (folder / f"{role}.out").read_text()[-4000:])
    return {"error": "\n".join(parts), "remains": []}


def wait_for(condition: Callable[[], bool], alive: Callable[[], bool]) -> str:
    """Poll until the condition holds; the reason when the worker ends or patience does."""
    until = time.monotonic() + PATIENCE
    while not condition():
        if not alive():
            return "the worker ended by itself"
        if time.monotonic() > until:
            return f"tasks were still under way after {PATIENCE:.0f} s"
        time.sleep(0.02)
    return ""


class _Server(socketserver.ForkingMixIn, socketserver.UnixStreamServer):
    request_queue_size = 64


def main(package: str, address: str, slots: int) -> None:
    side: Side
    if package == "celery":
        from .celery_side import CelerySide

        side = CelerySide()
    else:
        from .taskq_side import TaskqSide

        side = TaskqSide()
    for slot in range(slots):
        side.prepare_slot(slot)

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            order = json.loads(self.rfile.readline())
            answer = run(side, Path(order["program"]), Path(order["folder"]), order["slot"])
            self.wfile.write(json.dumps(answer).encode() + b"\n")

    signal.signal(signal.SIGTERM, lambda *args: sys.exit(0))
    try:
        with _Server(address, Handler) as server:
            print("ready", flush=True)
            server.serve_forever()
    finally:
        for slot in range(slots):
            side.clear_away(slot)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
