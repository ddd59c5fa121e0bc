"""What happens when a task class meets its app: defaults from the configuration, annotations, warnings."""

from __future__ import annotations

from typing import Any

from celery_taskq.utils import deprecated
from celery_taskq.utils.threads import LocalStack

from .annotations import resolve_all

#: Celery 6 is going to route by task_routes alone.
ROUTING_ATTRIBUTES = ("queue", "exchange", "exchange_type", "routing_key", "delivery_mode", "priority")


def bind_task(cls: Any, app: Any) -> Any:
    """Bind a task class to its app; what it leaves open is read from the configuration once, here."""
    was_bound, cls.__bound__ = cls.__bound__, True
    cls._app = app
    cls._exec_options = None
    if not was_bound:
        for attribute in ROUTING_ATTRIBUTES:
            if attribute in cls.__dict__:
                deprecated.warn(
                    description=f"The {attribute!r} task attribute",
                    removal="6.0",
                    alternative="Use the task_routes setting instead.",
                )
    if cls.typing is None:
        cls.typing = app.strict_typing
    for attribute, setting in cls.from_config:
        if getattr(cls, attribute, None) is None:
            setattr(cls, attribute, app.conf[setting])
    both = cls.acks_on_failure_or_timeout
    for attribute in ("acks_on_failure", "acks_on_timeout"):
        if getattr(cls, attribute) is None:
            setattr(cls, attribute, True if both is None else both)
    if not was_bound:
        cls.annotate()
        cls.request_stack = LocalStack()
    cls.on_bound(app)
    return app


def annotate_task(cls: Any) -> None:
    """Give the task what ``task_annotations`` say about it."""
    for found in resolve_all(cls._app.annotations, cls):
        for name, value in found.items():
            if name.startswith("@"):
                cls.add_around(name[1:], value)
            else:
                setattr(cls, name, value)
