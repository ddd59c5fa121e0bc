"""How a worker is told to stop: signals, and a sleep that they end.

The first SIGTERM or SIGINT is a warm stop: the running task ends and is written, nothing more is claimed. The
second, or SIGQUIT, is a cold stop: WorkerTerminate is raised inside the running task. The third ends the process.
"""

from __future__ import annotations

import os
import select
import signal
from collections.abc import Callable
from contextlib import suppress
from types import FrameType

from ..exceptions import WorkerTerminate

WARM, COLD = "Warm", "Cold"


class Stop:
    """Whether and how the process was told to stop.

    Arguments:
        on_signal: called in the signal handler, with the signal, "Warm" or "Cold", and the exit code.
        supervised: a second SIGTERM or SIGINT is no cold stop; only SIGQUIT is. What ends a group of processes sends
            SIGTERM to each of them, and the supervisor passes its own on.
    """

    def __init__(
        self,
        name: str = "MainProcess",
        on_signal: Callable[[int, str, int], object] = lambda *args: None,
        *,
        supervised: bool = False,
    ) -> None:
        self.name, self._on_signal, self._supervised = name, on_signal, supervised
        #: The process that it is about: one that a task forks has the handlers, too, and is ended by its signals.
        self.pid = os.getpid()
        #: How many stop signals arrived.
        self.signals = 0
        #: The first of them, 0 when there was none.
        self.signum = 0
        #: True while user code runs, which a cold stop interrupts; queue statements are never interrupted.
        self.in_task = False
        self._read, self._write = os.pipe()
        os.set_blocking(self._read, False)
        os.set_blocking(self._write, False)

    @property
    def requested(self) -> bool:
        return self.signals > 0

    @property
    def cold(self) -> bool:
        return self.signals > 1

    def install(self) -> None:
        """Take over the stop signals; only in the main thread."""
        signal.set_wakeup_fd(self._write, warn_on_full_buffer=False)
        self.reinstall()

    def reinstall(self) -> None:
        """Take the signals back from a task that installed handlers of its own."""
        for signum in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
            if signal.getsignal(signum) != self._handle:
                signal.signal(signum, self._handle)

    def request(self, signum: int = signal.SIGTERM) -> None:
        """Ask for one more step of stopping, as a signal does."""
        self.signum = self.signum or signum
        self.signals = max(self.signals + 1, 2 if signum == signal.SIGQUIT else 1)
        self.wake()

    def wake(self) -> None:
        """End a wait() that is going on in another thread or below a signal handler."""
        try:
            os.write(self._write, b"\0")
        except BlockingIOError:
            return  # The pipe is full of wake-ups already.

    def wait(self, seconds: float, fd: int | None = None) -> bool:
        """Sleep until a signal arrives or ``fd`` is readable, at most ``seconds``; True when ``fd`` is readable."""
        watched = [self._read] if fd is None else [self._read, fd]
        ready, _, _ = select.select(watched, [], [], max(seconds, 0.0))
        if self._read in ready:
            os.read(self._read, 4096)
        return fd is not None and fd in ready

    def _handle(self, signum: int, frame: FrameType | None) -> None:
        if os.getpid() != self.pid:
            signal.signal(signum, signal.SIG_DFL)
            os.kill(os.getpid(), signum)
            return
        if self._supervised and self.requested and signum != signal.SIGQUIT:
            return
        if self.cold:
            os._exit(1)
        self.request(signum)
        how = COLD if self.cold else WARM
        # Not the logging module: the signal may have interrupted it. Whoever reads stderr may be gone.
        with suppress(OSError):
            os.write(2, f"\nworker: {how} shutdown ({self.name})\n".encode())
        self._on_signal(signum, how, int(self.cold))
        if self.cold and self.in_task:
            raise WorkerTerminate(1)
