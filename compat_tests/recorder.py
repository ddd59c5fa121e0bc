"""What programs use to say what they saw: ``record(name, key=value, …)`` and ``outcome(function, …)``.

One JSON line per event goes to the file that COMPAT_RECORD names, with one write() in append mode, so that the records
of the producer and of the worker survive whatever the program does to its own process. Not a part of Celery: the same
recorder serves both sides.
"""

from __future__ import annotations

import datetime as dt
import importlib
import json
import os
import time
import warnings
from collections.abc import Callable, Mapping
from typing import Any


def record(name: str, *values: Any, **named: Any) -> None:
    """Note an event; values are shown as text with their types, so that a list differs from a tuple."""
    shown = {str(number): show(value) for number, value in enumerate(values)}
    write({"name": name, "values": shown | {key: show(value) for key, value in named.items()}})


def outcome(function: Callable[..., Any], *args: Any, **kwargs: Any) -> str:
    """What calling this came to, as one text: the value, or the exception."""
    try:
        value = function(*args, **kwargs)
    except BaseException as exc:  # noqa: BLE001 - what user code raises is what is asked for
        return _raised(exc)
    return Text(show(value))


def chained(function: Callable[..., Any], *args: Any, **kwargs: Any) -> str:
    """As outcome(), with what an exception was explicitly raised from."""
    try:
        value = function(*args, **kwargs)
    except BaseException as exc:  # noqa: BLE001 - what user code raises is what is asked for
        return Text(f"{_raised(exc)} from {show(exc.__cause__)}")
    return Text(show(value))


def returns(function: Callable[..., Any], *args: Any, **kwargs: Any) -> str:
    """As outcome(), but a returned value shows as its type only: for results, whose id is new each time."""
    try:
        value = function(*args, **kwargs)
    except BaseException as exc:  # noqa: BLE001 - what user code raises is what is asked for
        return _raised(exc)
    return Text(f"a {_path(type(value))}")


def warned(function: Callable[..., Any], *args: Any, **kwargs: Any) -> list[str]:
    """The categories and messages of what this call warns of; the call itself must succeed."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        function(*args, **kwargs)
    return [Text(f"{_path(w.category)}: {w.message}") for w in caught]


class Text(str):
    """Already shown; show() leaves it as it is."""


def show(value: Any) -> str:
    """A value as text that is comparable between the two sides and between two runs."""
    if isinstance(value, Text):
        return str(value)
    if isinstance(value, BaseException):
        return f"{_path(type(value))}({value})"
    if isinstance(value, type):
        return f"<class {_path(value)}>"
    if isinstance(value, dt.datetime):
        return f"datetime({value.isoformat()})"
    if type(value) in (list, tuple):
        inside = ", ".join(show(item) for item in value)
        return f"[{inside}]" if type(value) is list else f"({inside}{',' if len(value) == 1 else ''})"
    if type(value) in (set, frozenset):
        return f"{type(value).__name__}({', '.join(sorted(show(item) for item in value))})"
    if isinstance(value, Mapping) and type(value).__repr__ in (dict.__repr__, Mapping.__repr__):
        inside = ", ".join(f"{show(key)}: {show(item)}" for key, item in value.items())
        return f"{'' if type(value) is dict else _path(type(value))}{{{inside}}}"
    try:
        return repr(value)
    except Exception as exc:  # noqa: BLE001 - a program may record an object whose repr is broken on purpose
        return f"<{_path(type(value))}, whose repr raised {_path(type(exc))}>"


def write(event: dict[str, Any]) -> None:
    """Append one event, with the time and the id of the task that runs at the moment."""
    event.setdefault("task_id", current_task_id())
    line = json.dumps({"at": time.time(), **event}) + "\n"
    descriptor = os.open(os.environ["COMPAT_RECORD"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    try:
        os.write(descriptor, line.encode())
    finally:
        os.close(descriptor)


def current_task_id() -> str:
    """The id of the task that this thread runs, empty outside of one."""
    task = importlib.import_module(os.environ["COMPAT_PACKAGE"] + "._state").current_task
    return str(task.request.id or "") if task else ""


def _raised(exc: BaseException) -> str:
    return Text(f"raised {show(exc)}")


def _path(cls: type) -> str:
    return cls.__qualname__ if cls.__module__ == "builtins" else f"{cls.__module__}.{cls.__qualname__}"
