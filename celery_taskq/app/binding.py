"""What happens when a task class meets its app: defaults from the configuration, annotations, warnings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from celery_taskq.utils import deprecated
from celery_taskq.utils.functional import firstmethod, mlazy
from celery_taskq.utils.imports import instantiate
from celery_taskq.utils.threads import LocalStack

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
        _annotate(cls, app)
        cls.request_stack = LocalStack()
    cls.on_bound(app)
    return app


def _annotate(cls: Any, app: Any) -> None:
    for annotation in app.annotations:
        for found in (_match_any(annotation), _match(annotation, cls)):
            for name, value in (found or {}).items():
                if name.startswith("@"):
                    cls.add_around(name[1:], value)
                else:
                    setattr(cls, name, value)


class MapAnnotation(dict[str, Any]):
    """Annotations by the task's name; ``*`` is for all."""

    def annotate_any(self) -> dict[str, Any] | None:
        return dict(self["*"]) if "*" in self else None

    def annotate(self, task: Any) -> dict[str, Any] | None:
        return dict(self[task.name]) if task.name in self else None


def prepare_annotations(annotations: Any) -> list[Any]:
    """``task_annotations`` in any of its forms, as a list of objects with ``annotate``."""

    def annotation(found: Any) -> Any:
        if isinstance(found, Mapping):
            return MapAnnotation(found)
        return mlazy(instantiate, found) if isinstance(found, str) else found

    if annotations is None:
        return []
    if not isinstance(annotations, (list, tuple)):
        annotations = (annotations,)
    return [annotation(found) for found in annotations]


def _match_any(annotation: Any) -> Any:
    return firstmethod("annotate_any")([annotation])


def _match(annotation: Any, task: Any) -> Any:
    return firstmethod("annotate")([annotation], task)
