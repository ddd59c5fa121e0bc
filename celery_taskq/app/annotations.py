"""``task_annotations``: attributes and wrapped methods for tasks, said in the configuration."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from celery_taskq.utils.functional import firstmethod, mlazy
from celery_taskq.utils.imports import instantiate

__all__ = ("MapAnnotation", "prepare", "resolve_all")

_for_this_task = firstmethod("annotate")
_for_any_task = firstmethod("annotate_any")


class MapAnnotation(dict[str, Any]):
    """Annotations by the task's name; ``*`` is for all."""

    def annotate_any(self) -> dict[str, Any] | None:
        return dict(self["*"]) if "*" in self else None

    def annotate(self, task: Any) -> dict[str, Any] | None:
        return dict(self[task.name]) if task.name in self else None


def prepare(annotations: Any) -> list[Any]:
    """The setting in any of its forms, as a list of objects with ``annotate``."""

    def annotation(found: Any) -> Any:
        if isinstance(found, Mapping):
            return MapAnnotation(found)
        return mlazy(instantiate, found) if isinstance(found, str) else found

    if annotations is None:
        return []
    return [annotation(found) for found in (annotations if isinstance(annotations, (list, tuple)) else (annotations,))]


def resolve_all(anno: Iterable[Any], task: Any) -> Iterator[dict[str, Any]]:
    """What the first annotation that knows the task says about it, and the first that speaks of all tasks."""
    annotations = list(anno)
    return (found for found in (_for_this_task(annotations, task), _for_any_task(annotations)) if found)
