"""The lines that the demo prints while it works: one that is rewritten on a terminal, one a second elsewhere."""

from __future__ import annotations

import sys
import time

from .smtp_server import MailServer


class Progress:
    def __init__(self, *, total: int) -> None:
        self._total = total
        self._started = time.monotonic()
        self._next = 0.0
        self._terminal = sys.stdout.isatty()

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._started

    def show(self, server: MailServer, *, running: int, at_once: bool = False) -> None:
        """Say how far the delivery is, when it is time for the next line."""
        if self.seconds < self._next and not at_once:
            return
        self._next = self.seconds + (0.2 if self._terminal else 1.0)
        line = (
            f"{self.seconds:5.1f} s  delivered {len(server.mailbox):3} of {self._total}  "
            f"told to try later {server.answers[451]:2}  refused {server.answers[550]:2}  running {running}"
        )
        if self._terminal:
            print(f"\r\x1b[K{line}", end="", flush=True)
        else:
            print(line, flush=True)

    def say(self, event: str) -> None:
        """Print something that happened on a line of its own."""
        if self._terminal:
            print("\r\x1b[K", end="")
        print(f"{self.seconds:5.1f} s  {event}", flush=True)

    def end(self) -> None:
        if self._terminal:
            print()
