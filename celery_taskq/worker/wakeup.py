"""How an idle worker waits: for a notification where PostgreSQL sends them, else for the time of the next look.

Correctness rests on looking. A notification only makes it sooner, says nothing that is trusted, and may be missed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg
from django.db import connections

from ..jobs import config
from ..jobs.dialects.postgresql import CHANNEL, LOCK, is_pooled, wake_key
from ..jobs.lease import LeaseSession
from .stop import Stop

# Held while idle: an enqueue notifies only when it cannot get this lock for itself. See dialects/postgresql.py.
_RAISE_FLAG = (
    "SELECT bool_and(pg_try_advisory_lock_shared(CAST(%(lock)s AS int4), key)) "
    "FROM unnest(CAST(%(keys)s AS int4[])) AS key"
)
_LOWER_FLAG = "SELECT pg_advisory_unlock_all()"
_LISTEN = f"LISTEN {CHANNEL}"


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
        self._session = session
        self._keys = {wake_key(queue) for queue in queues}
        # Connections and not flags: after a reconnect nothing is listened to and no lock is held.
        self._listening: Any = None
        self._armed: Any = None
        self._woken = False

    def arm(self) -> bool:
        connection = self._session.connection
        if connection is None or self._armed is connection:
            return False
        try:
            if self._listening is not connection:
                connection.add_notify_handler(self._on_notify)
                connection.execute(_LISTEN, prepare=False)
                self._listening = connection
            [flag_is_up] = connection.execute(_RAISE_FLAG, {"lock": LOCK, "keys": sorted(self._keys)}).fetchone()
            if not flag_is_up:  # An enqueue looked at the flag in this very moment: raise it at the next look.
                connection.execute(_LOWER_FLAG)
                return False
        except psycopg.Error:
            return True  # The look that follows meets the same trouble, and knows what to do about it.
        self._armed, self._woken = connection, False
        return True

    def disarm(self) -> None:
        connection, self._armed = self._armed, None
        if connection is None or connection is not self._session.connection:
            return
        try:
            connection.execute(_LOWER_FLAG)
        except psycopg.Error:
            return  # A broken connection holds no locks; the finish that follows notices and reconnects.

    def wait(self, seconds: float) -> None:
        connection = self._session.connection
        if connection is None or connection.closed:
            super().wait(seconds)
            return
        if not self._woken and self._stop.wait(seconds, connection.fileno()):
            try:
                connection.pgconn.consume_input()
            except psycopg.Error:
                return  # The server hung up: the next look notices and reconnects.
            while notification := connection.pgconn.notifies():
                self._on_notify(notification)
        self._woken = False

    def _on_notify(self, notification: Any) -> None:
        payload = getattr(notification, "payload", None)
        if payload is None:  # libpq's own, from consume_input()
            payload = notification.extra.decode(errors="replace")
        if payload.lstrip("-").isdigit() and int(payload) in self._keys:
            self._woken = True


def wakeup_for(session: LeaseSession, queues: Sequence[str], stop: Stop) -> Poll:
    """The quickest way to wait that this database has."""
    notifies = connections[session.alias].vendor == "postgresql" and not is_pooled(session.alias)
    return Notify(stop, session, queues) if notifies and config.notify() else Poll(stop)
