"""Starts N worker processes, starts another for each that dies, and passes stop signals on."""

from __future__ import annotations

import logging
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field

from .stop import Stop

logger = logging.getLogger("celery.worker.supervisor")

#: A process that lives shorter than this many seconds is started again only after a pause, doubled each time.
SHORT_LIFE, LONGEST_PAUSE = 1.0, 30.0


@dataclass
class Child:
    """A place for one worker process, and the process that fills it now."""

    number: int
    pid: int = 0
    started_at: float = 0.0
    pause: float = 0.0
    start_at: float = field(default_factory=time.monotonic)


class Supervisor:
    """Keeps ``count`` processes of ``work`` alive.

    Arguments:
        work: called in each new process with its number, from 1; its result is the exit code.
        before_fork: called in this process before each new one.
    """

    def __init__(
        self, count: int, work: Callable[[int], int], stop: Stop, before_fork: Callable[[], object] = lambda: None
    ) -> None:
        self._work, self._stop, self._before_fork = work, stop, before_fork
        self._children = [Child(number) for number in range(1, count + 1)]
        self._passed_on = 0
        self._exit_code = 0

    def run(self, on_started: Callable[[], object] = lambda: None) -> int:
        """Work until told to stop and every process has ended; 0 when all of them ended well."""
        # The default action ignores it, but a handler makes wait() return.
        signal.signal(signal.SIGCHLD, lambda signum, frame: None)
        self._start_due()
        on_started()
        while True:
            if not self._stop.requested:
                self._start_due()
            self._pass_signals_on()
            self._reap()
            if self._stop.requested and not any(child.pid for child in self._children):
                return self._exit_code
            self._stop.wait(1.0)

    def _start_due(self) -> None:
        for child in self._children:
            if not child.pid and time.monotonic() >= child.start_at:
                child.started_at = time.monotonic()
                self._before_fork()
                child.pid = os.fork() or self._be(child)

    def _be(self, child: Child) -> int:
        """The new process's whole life; never returns."""
        code = 1
        try:
            # What arrives before the process has handlers of its own is for it, too.
            self._stop.pid = os.getpid()
            # A group of its own: Ctrl-C in a terminal reaches the supervisor alone, which passes it on once.
            os.setpgrp()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            code = self._work(child.number)
        except BaseException:  # noqa: BLE001 - this frame must never return into the supervisor's loop
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)

    def _pass_signals_on(self) -> None:
        while self._passed_on < self._stop.signals:
            self._passed_on += 1
            signum = (self._stop.signum, signal.SIGQUIT, signal.SIGKILL)[min(self._passed_on, 3) - 1]
            for child in self._children:
                if child.pid:
                    os.kill(child.pid, signum)

    def _reap(self) -> None:
        for child in self._children:
            if not child.pid:
                continue
            pid, status = os.waitpid(child.pid, os.WNOHANG)
            if pid:
                self._ended(child, os.waitstatus_to_exitcode(status))

    def _ended(self, child: Child, code: int) -> None:
        pid, child.pid = child.pid, 0
        if self._stop.requested:
            self._exit_code = self._exit_code or abs(code)
            return
        now = time.monotonic()
        child.pause = min(max(child.pause * 2, 1.0), LONGEST_PAUSE) if now - child.started_at < SHORT_LIFE else 0.0
        child.start_at = now + child.pause
        how = f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
        logger.error(
            "Worker process %d %s; starting another in %.0f s. A task that it ran stays as dirty.",
            pid,
            how,
            child.pause,
        )
