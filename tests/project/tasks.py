"""Tasks that do to a worker what tasks do; what happened is written to a file outside the database."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.utils import timezone, translation

from celery_taskq import shared_task
from tests.project.models import Order


def witness(event: str, task_id: str, **facts: Any) -> None:
    """Append one line with one write: whole even if the process is killed right after."""
    line = json.dumps({"event": event, "task_id": task_id, "pid": os.getpid(), **facts}) + "\n"
    fd = os.open(os.environ["TASKQ_WITNESS"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(fd, line.encode())
    finally:
        os.close(fd)


@shared_task(bind=True)
def note(self: Any, *args: Any, **kwargs: Any) -> None:
    witness("start", self.request.id, args=args, kwargs=kwargs, retries=self.request.retries)
    witness("end", self.request.id)


@shared_task(bind=True)
def wait_for(self: Any, path: str) -> None:
    """Run until the file is there."""
    witness("start", self.request.id, args=[path])
    while not Path(path).exists():
        time.sleep(0.01)
    witness("end", self.request.id)


@shared_task(bind=True)
def fail(self: Any, text: str = "bad") -> None:
    witness("start", self.request.id)
    raise ValueError(text)


@shared_task(bind=True, autoretry_for=(ConnectionError,), retry_kwargs={"countdown": 0.1}, max_retries=2)
def fail_twice(self: Any) -> None:
    witness("start", self.request.id, retries=self.request.retries)
    if self.request.retries < 2:
        raise ConnectionError("not yet")
    witness("end", self.request.id)


@shared_task(bind=True)
def raise_base(self: Any, name: str) -> None:
    witness("start", self.request.id)
    raise {"SystemExit": SystemExit, "KeyboardInterrupt": KeyboardInterrupt, "GeneratorExit": GeneratorExit}[name](name)


@shared_task(bind=True)
def kill_worker(self: Any) -> None:
    witness("start", self.request.id)
    os.kill(os.getpid(), signal.SIGKILL)


@shared_task(bind=True)
def ignore_signals(self: Any) -> None:
    for signum in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signum, signal.SIG_IGN)
    witness("end", self.request.id)


@shared_task(bind=True)
def leave_thread(self: Any) -> None:
    threading.Thread(target=threading.Event().wait, name="left-behind").start()
    witness("end", self.request.id)


@shared_task(bind=True)
def misuse_connection(self: Any, how: str) -> None:
    Order.objects.create(number=how)
    if how == "atomic":
        transaction.atomic().__enter__()
        Order.objects.create(number="inside")
    elif how == "autocommit":
        connection.set_autocommit(False)
        Order.objects.create(number="inside")
    elif how == "begin":
        with connection.cursor() as cursor:
            cursor.execute("BEGIN")
        Order.objects.create(number="inside")
    elif how == "close":
        connection.close()
    elif how == "close raw":
        connection.connection.close()
    witness("end", self.request.id)


@shared_task(bind=True)
def make_order(self: Any, number: str) -> None:
    Order.objects.create(number=number)
    witness("end", self.request.id)


@shared_task
def nothing() -> None:
    """For measuring."""


@shared_task(bind=True, acks_late=True, reject_on_worker_lost=True)
def kill_worker_once(self: Any) -> None:
    redelivered = self.request.delivery_info["redelivered"]
    witness("start", self.request.id, redelivered=redelivered)
    if not redelivered:
        os.kill(os.getpid(), signal.SIGKILL)
    witness("end", self.request.id)


@shared_task(bind=True, acks_late=True, reject_on_worker_lost=True)
def wait_safely_for(self: Any, path: str) -> None:
    witness("start", self.request.id)
    while not Path(path).exists():
        time.sleep(0.01)
    witness("end", self.request.id)


@shared_task(bind=True, rate_limit=os.environ.get("TASKQ_TEST_RATE_LIMIT", "4/s"))
def limited(self: Any) -> None:
    witness("end", self.request.id, at=time.monotonic())


@shared_task(bind=True)
def tell(self: Any, path: str) -> None:
    # SQLite has one writer: nobody can store anything while the task's own transaction is open.
    with nullcontext() if connection.vendor == "sqlite" else transaction.atomic():
        self.update_state(state="PROGRESS", meta={"done": 1, "of": 2})
        witness("told", self.request.id)
        while not Path(path).exists():
            time.sleep(0.01)


@shared_task(bind=True)
def fork(self: Any) -> None:
    """The child comes back from the task as if it were the worker."""
    witness("forked" if os.fork() else "child", self.request.id)


@shared_task(bind=True)
def fork_and_exit(self: Any) -> None:
    if os.fork() == 0:
        raise SystemExit(0)
    time.sleep(0.3)
    witness("end", self.request.id)


@shared_task(bind=True)
def terminate_child(self: Any) -> None:
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.write(writer, b"ready")  # Python forgets a signal that comes while it forks.
        time.sleep(20)
        os._exit(0)
    os.read(reader, 5)
    os.kill(pid, signal.SIGTERM)
    witness("end", self.request.id, status=os.waitpid(pid, 0)[1])


@shared_task(bind=True)
def settle_abroad(self: Any) -> None:
    witness("end", self.request.id, zone=timezone.get_current_timezone_name(), language=translation.get_language())
    timezone.activate("Asia/Tokyo")
    translation.activate("de")


@shared_task(bind=True)
def ask_database(self: Any) -> None:
    witness("end", self.request.id, orders=Order.objects.count())
