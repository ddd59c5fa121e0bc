"""How an idle worker waits: for a notification where the database sends them, else for the time of the next look.

Correctness rests on looking. A notification only makes it sooner, says nothing that is trusted, and may be missed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..jobs import config
from ..jobs.lease import LeaseSession, OutcomeUnknown
from .stop import Stop

#: Seconds after which a worker that has just raised its flag looks once more: an enqueue that looked at the flag
#: before and commits after the worker's look notifies nobody.
SECOND_LOOK = 0.05


class Poll:
    """Waits for the time of the next look, or a signal."""

    def __init__(self, stop: Stop) -> None:
        self._stop = stop

    def arm(self) -> bool:
        """Ask to be woken; True when that is new, so that the caller looks once more before it waits."""
        return False

    def disarm(self) -> None:
        """Ask no more: the worker is busy."""

    def wait(self, seconds: float) -> None:
        """Sleep, at most ``seconds``."""
        self._stop.wait(seconds)


class Notify(Poll):
    """Waits for a notification too, on the worker's private connection."""

    def __init__(self, stop: Stop, session: LeaseSession, queues: Sequence[str]) -> None:
        super().__init__(stop)
        self._session, self._queues = session, list(queues)
        self._keys = session.wake_keys(queues)
        # Connections and not flags: after a reconnect nothing is listened to and no flag is up.
        self._listening: Any = None
        self._armed: Any = None
        self._newly_armed = self._woken = False

    def arm(self) -> bool:
        connection = self._session.connection
        if connection is None or self._armed is connection:
            return False
        try:
            if self._listening is not connection:
                self._session.listen(self._on_key)
                self._listening = connection
            if not self._session.raise_flag(self._queues):
                return False
        except OutcomeUnknown:
            return True  # The look that follows meets the same trouble, and knows what to do about it.
        self._armed, self._newly_armed, self._woken = connection, True, False
        return True

    def disarm(self) -> None:
        connection, self._armed = self._armed, None
        if connection is None or connection is not self._session.connection:
            return
        try:
            self._session.lower_flag()
        except OutcomeUnknown:
            return  # A broken connection holds no flag; the finish that follows notices and reconnects.

    def wait(self, seconds: float) -> None:
        connection = self._session.connection
        if self._newly_armed:
            self._newly_armed, seconds = False, min(seconds, SECOND_LOOK)
        if connection is None or connection.closed:
            super().wait(seconds)
        elif not self._woken and self._stop.wait(seconds, connection.fileno()):
            try:
                self._session.receive(self._on_key)
            except OutcomeUnknown:
                return  # The server hung up: the next look notices and reconnects.
        self._woken = False

    def _on_key(self, key: str) -> None:
        if key in self._keys:
            self._woken = True


def wakeup_for(session: LeaseSession, queues: Sequence[str], stop: Stop) -> Poll:
    """The quickest way to wait that this database has."""
    return Notify(stop, session, queues) if config.notify() and session.notifies() else Poll(stop)
