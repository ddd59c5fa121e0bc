"""``app.control``: tasks that wait can be revoked; workers are not spoken to, because there is no broker to do it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

from .unsupported import refuse

__all__ = ("Control", "Inspect")

TERM_SIGNAME = "SIGTERM"


def _refused(of: str, name: str, instead: str) -> Callable[..., Any]:
    def command(self: Any, *args: Any, **kwargs: Any) -> Any:
        refuse(f"{of}.{name}()", instead)

    command.__name__, command.__doc__ = name, "Refused."
    return command


class Inspect:
    """Asks workers, which is refused; the rows know what is pending, running and failed."""

    app: Any = None

    def __init__(
        self,
        destination: Any = None,
        timeout: float = 1.0,
        callback: Any = None,
        connection: Any = None,
        app: Any = None,
        limit: Any = None,
        pattern: Any = None,
        matcher: Any = None,
    ) -> None:
        self.app = app or self.app


class Control:
    """Speaks to workers, which is refused, except that a task can be taken out of the queue."""

    Inspect = Inspect

    def __init__(self, app: Any = None) -> None:
        self.app = app

    @cached_property
    def inspect(self) -> Any:
        """The class Inspect, bound to the app."""
        return self.app.subclass_with_self(self.Inspect)

    def revoke(
        self, task_id: Any, destination: Any = None, terminate: bool = False, signal: str = TERM_SIGNAME, **kwargs: Any
    ) -> None:
        """Take a task, or each of a list, out of the queue, in this transaction; one that runs is not touched."""
        if terminate:
            refuse("revoke(terminate=True)", "a running task is stopped with its worker")
        ids = [task_id] if isinstance(task_id, str) or not hasattr(task_id, "__iter__") else task_id
        self.app.jobs.revoke([str(id) for id in ids])

    def terminate(self, task_id: Any, destination: Any = None, signal: str = TERM_SIGNAME, **kwargs: Any) -> None:
        """Refused."""
        self.revoke(task_id, destination, terminate=True, signal=signal)


_ROWS = "ask Job.objects.stats(), .running(), .pending() and so on, or look into the Django admin"
_WORKERS = "send the worker's process a signal, or start it with other options"

# fmt: off
for _name in (
    "active", "active_queues", "clock", "conf", "hello", "memdump", "memsample", "objgraph", "ping", "query_task",
    "registered", "registered_tasks", "report", "reserved", "revoked", "scheduled", "stats",
):
    setattr(Inspect, _name, _refused("app.control.inspect()", _name, _ROWS))
for _name in (
    "add_consumer", "autoscale", "broadcast", "cancel_consumer", "disable_events", "election", "enable_events",
    "heartbeat", "ping", "pool_grow", "pool_restart", "pool_shrink", "rate_limit", "revoke_by_stamped_headers",
    "shutdown", "time_limit",
):
    setattr(Control, _name, _refused("app.control", _name, _WORKERS))
for _name in ("purge", "discard_all"):
    setattr(Control, _name, _refused("app.control", _name, "delete them in the admin, or with Job.objects"))
# fmt: on
