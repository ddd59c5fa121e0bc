"""A worker from its start to its end: what is announced, in which order, and which processes there are."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import connections

from .. import signals
from ..app.log import setup_logging
from .loop import Worker
from .stop import Stop
from .supervisor import Supervisor

logger = logging.getLogger("celery.worker")

#: Seconds that threads which a task left running get before the process ends without them.
THREADS_GRACE = 5.0
#: Seconds; a worker that looks more often uses a processor for nothing.
SHORTEST_POLL = 0.01


@dataclass
class WorkerOptions:
    """What a person may choose; the ``instance`` that receivers of Celery's worker signals get.

    Attributes:
        queues: names; empty means what Celery's worker would consume.
        hostname: Celery's node name.
        concurrency: how many processes.
        loglevel: a name or number of the logging module.
    """

    queues: Sequence[str]
    hostname: str
    concurrency: int = 1
    loglevel: str | int = "WARNING"
    app: Any = None


def run_worker(app: Any, options: WorkerOptions) -> int:
    """Run until stopped; the exit code. One process, or a supervisor over ``concurrency`` of them."""
    options.app = app
    hostname = options.hostname
    # First, as in Celery: receivers of the other signals stand in these modules.
    app.loader.import_default_modules()
    app.finalize()
    signals.celeryd_init.send(sender=hostname, instance=options, conf=app.conf, options=vars(options))
    setup_logging(app, options.loglevel, hostname=hostname)
    options.queues = list(options.queues) or consumed_queues(app)
    signals.worker_init.send(sender=options)
    signals.celeryd_after_setup.send(sender=hostname, instance=options, conf=app.conf)
    if float(app.conf.taskq_poll_interval) < SHORTEST_POLL:
        raise ImproperlyConfigured(
            f"taskq_poll_interval is {app.conf.taskq_poll_interval!r}: an idle worker would do nothing but look. "
            f"Give seconds, at least {SHORTEST_POLL}."
        )
    # Not sys.stdout, which may be the log by now.
    print(banner(app, options), file=sys.__stdout__, flush=True)
    stop = Stop(on_signal=lambda signum, how, exitcode: _tell_of_stop(hostname, signum, how, exitcode))
    stop.install()
    code = _work(options, stop) if options.concurrency == 1 else _supervise(options, stop)
    signals.worker_shutdown.send(sender=options)
    _leave_threads(code)
    return code


def _supervise(options: WorkerOptions, stop: Stop) -> int:
    parent = os.getpid()

    def work(number: int) -> int:
        multiprocessing.current_process().name = f"Worker-{number}"
        own = Stop(f"Worker-{number}", supervised=True)
        own.install()
        if stop.requested:  # Sent between the fork and install(): the supervisor's handler took it, in this process.
            own.request()
        code = _work(options, own, parent)
        _leave_threads(code)
        return code

    def before_fork() -> None:
        signals.worker_before_create_process.send(sender=options)
        _close_connections()

    supervisor = Supervisor(options.concurrency, work, stop, before_fork=before_fork)
    return supervisor.run(lambda: signals.worker_ready.send(sender=options))


def _close_connections() -> None:
    """Leave nothing open that a new process would share: not what start-up code or a receiver of a signal opened."""
    connections.close_all()
    for connection in connections.all(initialized_only=True):
        # A pool's connections outlive close(), and its threads do not outlive a fork.
        close_pool = getattr(connection, "close_pool", None)
        if close_pool is not None:
            close_pool()


def _tell_of_stop(hostname: str, signum: int, how: str, exitcode: int) -> None:
    signals.worker_shutting_down.send(sender=hostname, sig=signal.Signals(signum).name, how=how, exitcode=exitcode)


def _work(options: WorkerOptions, stop: Stop, parent: int | None = None) -> int:
    """One process that runs tasks, from its start to its end."""
    signals.worker_process_init.send(sender=options.hostname)
    worker = Worker(options.app, options.queues, hostname=options.hostname, stop=stop, parent=parent)
    logger.info("%s ready.", options.hostname)
    if parent is None:
        signals.worker_ready.send(sender=options)
    code = worker.run()
    signals.worker_process_shutdown.send(sender=None, pid=os.getpid(), exitcode=code)
    return code


def consumed_queues(app: Any) -> list[str]:
    """The queues of a worker without -Q: those in task_queues, else the default queue."""
    configured = app.conf.task_queues
    if not configured:
        return [app.conf.task_default_queue]
    return [getattr(queue, "name", queue) for queue in configured]


def banner(app: Any, options: WorkerOptions) -> str:
    """What a worker prints when it starts."""
    from .. import __version__

    tasks = "\n".join(f"  . {name}" for name in sorted(app.tasks) if not name.startswith("celery."))
    database = connections.settings[app.conf.taskq_database]
    lines = (
        f"{options.hostname} celery_taskq v{__version__}",
        "",
        "[config]",
        f"  app:         {app.main or 'default'}",
        f"  database:    {app.conf.taskq_database} ({database['ENGINE'].rsplit('.', 1)[-1]}: {database['NAME']})",
        f"  concurrency: {options.concurrency} process{'es' if options.concurrency > 1 else ''}",
        "",
        "[queues]",
        *(f"  . {queue}" for queue in options.queues),
        "",
        "[tasks]",
        tasks,
        "",
    )
    return "\n".join(lines)


def _leave_threads(code: int) -> None:
    """End the process at once when a task left a thread that would keep it from ending; all is written by now."""
    left = [t for t in threading.enumerate() if t is not threading.current_thread() and not t.daemon]
    for thread in left:
        thread.join(THREADS_GRACE / len(left))
    alive = [thread.name for thread in left if thread.is_alive()]
    if alive:
        logger.warning("Ending without threads that tasks left running: %s.", ", ".join(alive))
        logging.shutdown()
        sys.stdout.flush()
        os._exit(code)
