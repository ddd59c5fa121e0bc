"""A kombu transport between processes that keeps messages in a folder, in the order in which they were sent.

kombu's own filesystem transport names files by milliseconds and chance, so two quick messages may change places.
"""

from __future__ import annotations

import itertools
import os
import time
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.transport import virtual
from kombu.utils.json import dumps, loads

_number = itertools.count()


def _folder() -> Path:
    return Path(os.environ["COMPAT_MESSAGES"])


def waiting(queues: list[str]) -> int:
    """How many messages wait in these queues."""
    return sum(len(list(_folder().glob(f"*.{queue}.msg"))) for queue in queues)


class Channel(virtual.Channel):
    supports_fanout = True

    def _put(self, queue: str, message: Any, **kwargs: Any) -> None:
        name = f"{time.time_ns():020d}-{next(_number):06d}.{queue}.msg"
        (_folder() / f"{name}.unfinished").write_text(dumps(message))
        (_folder() / f"{name}.unfinished").rename(_folder() / name)

    def _get(self, queue: str, timeout: Any = None) -> Any:
        for path in sorted(_folder().glob(f"*.{queue}.msg")):
            message = loads(path.read_text())
            path.unlink()
            return message
        raise Empty

    def _size(self, queue: str) -> int:
        return waiting([queue])

    def _purge(self, queue: str) -> int:
        found = list(_folder().glob(f"*.{queue}.msg"))
        for path in found:
            path.unlink()
        return len(found)

    def _queue_bind(self, *binding: Any) -> None:
        """Tasks go to the queue that the routing key names."""

    def _put_fanout(self, exchange: str, message: Any, routing_key: str, **kwargs: Any) -> None:
        """Remote control has nobody to reach: the worker starts after the producer has sent everything."""


class Transport(virtual.Transport):
    Channel = Channel
    # Shared by the connections of a process, as every virtual transport keeps it.
    global_state = virtual.BrokerState()
    polling_interval = 0.01
    driver_type = "folder"
    driver_name = "folder"

    def __init__(self, client: Any, **kwargs: Any) -> None:
        super().__init__(client, **kwargs)
        self.state = self.global_state
