"""Runs programs under celery_taskq: a Django project on a real database, and ``manage.py taskq`` as the worker."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import django
from django.conf import settings
from django.core.management import execute_from_command_line
from django.db import connection, connections

from .side import wait_for

os.environ["DJANGO_SETTINGS_MODULE"] = "compat_tests.settings"


class TaskqSide:
    package = "celery_taskq"

    def __init__(self) -> None:
        django.setup()
        self._name = settings.DATABASES["default"]["NAME"]

    def prepare_slot(self, slot: int) -> None:
        self._use(slot)
        # Makes the database where there is none, whatever it is, and migrates it.
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        connections.close_all()

    def clear_away(self, slot: int) -> None:
        self._use(slot)
        name = connection.settings_dict["NAME"]
        connection.creation.destroy_test_db(name, verbosity=0)
        connections.close_all()
        if connection.vendor == "sqlite":
            # Processes that end at once leave them behind.
            for ending in ("-wal", "-shm"):
                Path(name + ending).unlink(missing_ok=True)

    def enter_slot(self, slot: int, folder: Path) -> None:
        from celery_taskq.models import Job

        self._use(slot)
        Job.objects.all().delete()
        connections.close_all()

    def run_worker(self, queues: list[str]) -> None:
        from celery_taskq import current_app
        from celery_taskq.signals import worker_ready

        ready = Path(os.environ["COMPAT_RECORD"]).parent / "ready"
        worker_ready.connect(lambda **kwargs: ready.touch(), weak=False)

        # For programs with an app that takes no settings from Django.
        current_app.conf.setdefault("taskq_poll_interval", settings.CELERY_TASKQ_POLL_INTERVAL)
        execute_from_command_line(["manage.py", "taskq", "-Q", ",".join(queues), "-l", "INFO"])

    def wait_until_idle(self, queues: list[str], folder: Path, alive: Callable[[], bool]) -> str:
        from celery_taskq.models import Job, State

        under_way = Job.objects.filter(queue__in=queues, state__in=(State.PENDING, State.STARTED))
        # Without waiting for its start, a worker with nothing to do would be stopped before it can be.
        return wait_for(lambda: (folder / "ready").exists() and not under_way.exists(), alive)

    def stop(self, worker: int) -> None:
        os.kill(worker, signal.SIGTERM)
        _, status = os.waitpid(worker, 0)
        if status:
            raise RuntimeError(f"the worker ended with status {status}")

    def remains(self) -> list[str]:
        from celery_taskq.models import Job

        return list(Job.objects.failed().values_list("name", flat=True))

    def _use(self, slot: int) -> None:
        name = self._name.replace("_compat0", f"_compat{slot}")
        connection.settings_dict["NAME"] = connection.settings_dict["TEST"]["NAME"] = name
