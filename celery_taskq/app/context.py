"""``Task.request``: what a task may know about the run that it is in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ("Context",)

_UNSET = object()


class Context:
    """An object that can also be written and read like a mapping, as user code does both."""

    _children: list[Any] | None = None
    _protected = 0
    #: What retry() made of this run, until the worker writes it over the row.
    _retry_message: Any = None
    _retry_reason: Any = None
    args: Any = None
    callbacks: Any = None
    called_directly = True
    chain: Any = None
    chord: Any = None
    correlation_id: Any = None
    delivery_info: Any = None
    errbacks: Any = None
    eta: Any = None
    expires: Any = None
    group: Any = None
    group_index: Any = None
    headers: Any = None
    hostname: Any = None
    id: Any = None
    ignore_result: Any = False
    is_eager = False
    kwargs: Any = None
    logfile: Any = None
    loglevel: Any = None
    origin: Any = None
    parent_id: Any = None
    properties: Any = None
    replaced_task_nesting = 0
    reply_to: Any = None
    retries = 0
    root_id: Any = None
    shadow: Any = None
    soft_time_limit: Any = None
    stamped_headers: Any = None
    stamps: Any = None
    taskset: Any = None
    time_limit: Any = None
    timelimit: Any = None
    utc: Any = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if args or kwargs:
            self.update(*args, **kwargs)
        if self.headers is None:
            self.headers = custom_headers(self.__dict__)

    def update(self, *args: Any, **kwargs: Any) -> None:
        """As ``dict.update``; a new ``timelimit`` also sets ``time_limit`` and ``soft_time_limit``."""
        mine = self.__dict__
        before = mine.get("timelimit", _UNSET)
        mine.update(*args, **kwargs)
        limits = mine.get("timelimit", _UNSET)
        if limits is before:
            return
        if isinstance(limits, (list, tuple)) and len(limits) >= 2:
            self.time_limit, self.soft_time_limit = limits[0], limits[1]
        else:
            self.time_limit = self.soft_time_limit = None

    def clear(self) -> None:
        self.__dict__.clear()

    def get(self, key: str, default: Any = None) -> Any:
        return getattr(self, key, default)

    def __repr__(self) -> str:
        return f"<Context: {vars(self)!r}>"

    @property
    def children(self) -> list[Any]:
        """The results of the tasks that this one sent."""
        if self._children is None:
            self._children = []
        return self._children

    def as_execution_options(self) -> dict[str, Any]:
        """The options with which this run would be sent again."""
        hard, soft = self.timelimit or (None, None)
        options = {
            "task_id": self.id,
            "root_id": self.root_id,
            "parent_id": self.parent_id,
            "group_id": self.group,
            "group_index": self.group_index,
            "shadow": self.shadow,
            "chord": self.chord,
            "chain": self.chain,
            "link": self.callbacks,
            "link_error": self.errbacks,
            "expires": self.expires,
            "soft_time_limit": soft,
            "time_limit": hard,
            "headers": dict(self.headers or {}),
            "retries": self.retries,
            "reply_to": self.reply_to,
            "replaced_task_nesting": self.replaced_task_nesting,
            "origin": self.origin,
        }
        if self.stamps is not None and self.stamped_headers is not None:
            options["stamped_headers"] = self.stamped_headers
            options.update({key: value for key, value in self.stamps.items() if key in self.stamped_headers})
        return options


#: What belongs to the protocol; everything else in a message's headers is the caller's.
STANDARD = frozenset(Context.__dict__) | {"lang", "task", "argsrepr", "kwargsrepr", "compression"}


def custom_headers(headers: Mapping[str, Any]) -> dict[str, Any] | None:
    """The caller's own headers, or None."""
    return {key: value for key, value in headers.items() if key not in STANDARD} or None
