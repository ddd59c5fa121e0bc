"""How fast one worker process drains no-op tasks, beside the bare statement on the same server in the same minute.

    python -m benchmarks.drain --tasks 5000 --runs 3

Runs on the test settings' database: TASKQ_TEST_DATABASE chooses sqlite, postgresql or mariadb. The database is made
for the run and dropped afterwards.
"""

from __future__ import annotations

import argparse
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
os.environ.setdefault("TASKQ_TEST_NAME", f"taskq_bench_{os.getpid()}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", type=int, default=5000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--loglevel", default="INFO")
    arguments = parser.parse_args()

    import django

    django.setup()
    from django.db import connection, connections
    from django.test.utils import setup_databases, teardown_databases

    before = setup_databases(verbosity=0, interactive=False)
    try:
        worker_figures, bare_figures = [], []
        for _ in range(arguments.runs):
            worker_figures.append(drain_by_worker(arguments.tasks, arguments.loglevel))
            bare_figures.append(drain_by_statement(arguments.tasks))
        worker, bare = statistics.median(worker_figures), statistics.median(bare_figures)
        print(f"{connection.vendor}: {arguments.tasks} no-op tasks, one worker, median of {arguments.runs} runs")
        print(f"  worker            {worker:8.0f} tasks/s   {sorted(round(f) for f in worker_figures)}")
        print(f"  statement alone   {bare:8.0f} /s         {sorted(round(f) for f in bare_figures)}")
        print(f"  ratio             {worker / bare:8.2f}")
    finally:
        connections.close_all()
        teardown_databases(before, verbosity=0)


def fill(tasks: int) -> None:
    """Enqueue no-op tasks through delay(), in one transaction."""
    from django.db import transaction

    from tests.project.tasks import nothing

    with transaction.atomic():
        for _ in range(tasks):
            nothing.delay()


def drain_by_worker(tasks: int, loglevel: str) -> float:
    """Tasks per second of a real ``manage.py taskq``, from the first that is gone to the last."""
    from celery_taskq.models import Job

    fill(tasks)
    with tempfile.TemporaryDirectory() as directory:
        with (Path(directory) / "worker.log").open("wb") as log:
            worker = subprocess.Popen(
                [sys.executable, "-m", "django", "taskq", "-l", loglevel], stdout=log, stderr=log, env=os.environ
            )
        try:
            while (left := Job.objects.count()) == tasks:
                time.sleep(0.005)
            first, began = left, time.perf_counter()
            while Job.objects.exists():
                time.sleep(0.005)
            return first / (time.perf_counter() - began)
        finally:
            worker.send_signal(signal.SIGTERM)
            worker.wait()


def drain_by_statement(tasks: int) -> float:
    """Claims and finishes per second of the dialect's statements in a loop that runs nothing."""
    from celery_taskq.jobs.lease import LeaseSession
    from celery_taskq.messages import DONE

    fill(tasks)
    session = LeaseSession()
    session.open()
    claim, _ = session.claim(["celery"], worker="bench", lease=uuid.uuid4())
    began = time.perf_counter()
    while claim:
        _, claim = session.finish_and_claim(claim, DONE, ["celery"], worker="bench", lease=uuid.uuid4())
    took = time.perf_counter() - began
    session.close()
    return tasks / took


if __name__ == "__main__":
    main()
