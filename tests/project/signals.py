"""Receivers of a worker's signals, which write down what they were told."""

import os
from typing import Any

from celery_taskq import signals
from tests.project.tasks import witness

WORKER_SIGNALS = (
    "celeryd_init",
    "setup_logging",
    "import_modules",
    "worker_init",
    "celeryd_after_setup",
    "worker_before_create_process",
    "worker_process_init",
    "heartbeat_sent",
    "worker_ready",
    "worker_shutting_down",
    "worker_process_shutdown",
    "worker_shutdown",
)


def connect() -> None:
    """Write each of them down as an event of the task "signals"."""
    for name in WORKER_SIGNALS:
        if name == "setup_logging":
            continue  # A receiver would keep the worker from setting up its log.

        def receive(signal: Any, sender: Any, name: str = name, **kwargs: Any) -> None:
            instance = kwargs.get("instance")
            told = {key: value for key, value in kwargs.items() if isinstance(value, (str, int))}
            if instance is not None:
                told["concurrency"] = instance.concurrency
            sender = sender if isinstance(sender, str) else type(sender).__name__
            witness(name, "signals", sender=sender, keys=sorted(kwargs), told=told)

        getattr(signals, name).connect(receive, weak=False)


if os.environ.get("TASKQ_TEST_SIGNALS"):
    connect()
