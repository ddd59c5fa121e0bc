"""Runs programs under the installed Celery: its own worker, solo pool, no result backend."""

from __future__ import annotations

import os
import shutil
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import celery
import celery.app.amqp
import celery.app.control
import celery.apps.worker
import celery.bin.celery
import celery.bin.worker
import celery.concurrency.solo
import celery.contrib.testing.mocks
import celery.fixups.django
import celery.loaders.app
import celery.worker.consumer
import celery.worker.strategy
import kombu.transport
from celery.signals import worker_ready
from celery.worker import state

from . import folder_transport
from .side import wait_for

kombu.transport.TRANSPORT_ALIASES["compat"] = "compat_tests.folder_transport:Transport"


class CelerySide:
    package = "celery"

    def prepare_slot(self, slot: int) -> None:
        pass

    def clear_away(self, slot: int) -> None:
        pass

    def enter_slot(self, slot: int, folder: Path) -> None:
        os.environ["CELERY_BROKER_URL"] = "compat://localhost//"
        os.environ["COMPAT_MESSAGES"] = str(folder / "messages")
        shutil.rmtree(folder / "messages", ignore_errors=True)
        (folder / "messages").mkdir()
        if "DJANGO_SETTINGS_MODULE" in os.environ:
            import django

            django.setup()
        # Without a celery.py of its own, a program uses an app of this name on both sides.
        app = celery.Celery("default")
        app.set_default()

    def run_worker(self, queues: list[str]) -> None:
        idle = Path(os.environ["COMPAT_MESSAGES"]).parent / "idle"
        worker_ready.connect(lambda sender, **kw: _report_idle(sender, queues, idle), weak=False)
        celery.current_app.worker_main(
            [
                *("worker", "-P", "solo", "-l", "INFO", "-Q", ",".join(queues)),
                *("--without-gossip", "--without-mingle", "--without-heartbeat"),
            ]
        )

    def wait_until_idle(self, queues: list[str], folder: Path, alive: Callable[[], bool]) -> str:
        return wait_for((folder / "idle").exists, alive)

    def stop(self, worker: int) -> None:
        # A warm stop waits up to two seconds for the next message and shows nothing that is compared.
        os.kill(worker, signal.SIGKILL)
        os.waitpid(worker, 0)

    def remains(self) -> list[str]:
        return []


def _report_idle(consumer: object, queues: list[str], idle: Path) -> None:
    """Watch from a thread of the worker: no message waits, none is held back by an ETA, no task runs."""

    def busy() -> bool:
        qos = consumer.task_consumer.channel.qos  # type: ignore[attr-defined]
        unacknowledged = set(qos._delivered) - set(qos._dirty)
        return bool(
            folder_transport.waiting(queues) or unacknowledged or state.active_requests or state.reserved_requests
        )

    def watch() -> None:
        calm = 0
        while calm < 3:
            time.sleep(0.02)
            calm = 0 if busy() else calm + 1
        idle.touch()

    threading.Thread(target=watch, daemon=True).start()
