"""The tasks of an app, by name; the only way from a name to code."""

from __future__ import annotations

import importlib
import inspect
from typing import Any

from celery_taskq._state import get_current_app
from celery_taskq.exceptions import InvalidTaskError, NotRegistered

__all__ = ("TaskRegistry",)


class TaskRegistry(dict[str, Any]):
    """A dict whose missing names raise NotRegistered."""

    NotRegistered = NotRegistered

    def __missing__(self, key: str) -> Any:
        raise self.NotRegistered(key)

    def register(self, task: Any) -> None:
        """Add a task, or an instance of a task class, under its name."""
        if task.name is None:
            raise InvalidTaskError(f"Task class {type(task).__name__!r} must specify .name attribute")
        self[task.name] = task() if inspect.isclass(task) else task

    def unregister(self, name: Any) -> None:
        """Remove a task, given itself or its name.

        Raises:
            NotRegistered: there is none.
        """
        try:
            self.pop(getattr(name, "name", name))
        except KeyError:
            raise self.NotRegistered(name) from None

    def regular(self) -> dict[str, Any]:
        return self.filter_types("regular")

    def periodic(self) -> dict[str, Any]:
        return self.filter_types("periodic")

    def filter_types(self, type: str) -> dict[str, Any]:
        return {name: task for name, task in self.items() if getattr(task, "type", "regular") == type}


def _unpickle_task(name: str) -> Any:
    return get_current_app().tasks[name]


def _unpickle_task_v2(name: str, module: str | None = None) -> Any:
    if module:
        importlib.import_module(module)
    return get_current_app().tasks[name]
