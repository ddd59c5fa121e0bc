"""How a function becomes a task of an app, and what happens when two of them want one name."""

from __future__ import annotations

import inspect
import sys
import warnings
from collections.abc import Callable
from typing import Any

from celery_taskq.exceptions import DuplicateTaskNameWarning
from celery_taskq.utils.functional import head_from_fun
from celery_taskq.utils.imports import qualname

from .autoretry import add_autoretry_behaviour

_KEPT_THE_FIRST = "The new callable was not registered; calls under this name reach the callable registered first."
_TOOK_THE_NEW = "The new callable replaced the existing one; calls under this name now reach the new callable."


def task_from_function(app: Any, fun: Callable[..., Any], options: dict[str, Any]) -> Any:
    """The task of this function, made and bound; the one that has the name already, if one has."""
    options = dict(options)
    name = options.pop("name", None) or app.gen_task_name(fun.__name__, fun.__module__)
    base = options.pop("base", None) or app.Task
    bind = options.pop("bind", False)
    if options.pop("pydantic", False):
        raise NotImplementedError(
            f"task {name}: pydantic=True is not supported. Validate in the task, with Model.model_validate()."
        )
    if name in app._tasks:
        task = app._tasks[name]
        existing = getattr(task, "_decorated_fun", None)
        if existing is not None and existing is not fun:
            warn_of_duplicate(app, name, qualname(existing), qualname(fun), _KEPT_THE_FIRST)
        return task
    body = fun if bind else staticmethod(fun)
    attributes = {
        "app": app,
        "name": name,
        "run": body,
        "_decorated": True,
        "_decorated_fun": staticmethod(fun),
        "__doc__": fun.__doc__,
        "__module__": fun.__module__,
        "__annotations__": _annotations_of(fun),
        "__header__": staticmethod(head_from_fun(fun, bound=bind)),
        "__wrapped__": body,
        **options,
    }
    task = type(fun.__name__, (base,), attributes)()
    # type() takes no qualified name.
    task.__qualname__ = getattr(fun, "__qualname__", fun.__name__)
    app._tasks[task.name] = task
    task.bind(app)
    add_autoretry_behaviour(task, **options)
    return task


def register_task(app: Any, task: Any, options: dict[str, Any]) -> Any:
    """Register an instance of a task class, or the class; it takes the place of what had its name."""
    task = task() if inspect.isclass(task) else task
    if not task.name:
        task.name = app.gen_task_name(type(task).__name__, type(task).__module__)
    existing = app.tasks.get(task.name)
    if existing is not None and existing is not task:
        warn_of_duplicate(app, task.name, _callable_name(existing), _callable_name(task), _TOOK_THE_NEW)
    add_autoretry_behaviour(task, **options)
    app.tasks[task.name] = task
    task._app = app
    task.bind(app)
    return task


def warn_of_duplicate(app: Any, name: str, existing: str, new: str, consequence: str) -> None:
    """Once for each name."""
    if name in app._duplicate_task_names_warned:
        return
    app._duplicate_task_names_warned.add(name)
    warnings.warn(
        DuplicateTaskNameWarning(
            f"Task name {name!r} is already registered to a different callable.\n\n"
            f"Existing: {existing}\nNew:      {new}\n\n{consequence}\n\n"
            "Every task must have a unique name. Pass an explicit name= to the task decorator, "
            "or rename one of the callables."
        ),
        stacklevel=_first_level_outside(),
    )


def _callable_name(task: Any) -> str:
    return qualname(getattr(task, "_decorated_fun", None) or type(task))


def _annotations_of(fun: Callable[..., Any]) -> dict[str, Any]:
    try:
        return inspect.get_annotations(fun)
    except NameError:
        # Names that only exist while types are checked; annotations are evaluated late from Python 3.14 on.
        return {}


def _first_level_outside() -> int:
    # A task is made by the decorator, or much later by a proxy: where the user's code is has to be looked for.
    level, frame = 1, sys._getframe(1)
    while frame.f_back is not None and frame.f_globals.get("__name__", "").partition(".")[0] == "celery_taskq":
        level, frame = level + 1, frame.f_back
    return level
