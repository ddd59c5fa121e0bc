"""What is recorded without the program's help: task signals with their keyword arguments, and Celery's log lines."""

from __future__ import annotations

import importlib
import logging
import os
import re
from collections.abc import Mapping
from typing import Any

from .recorder import current_task_id, show, write

#: Loggers whose lines users see and filter on.
LOGGERS = re.compile(
    r"celery\.(app\.(trace|base)|worker\.(strategy|request|consumer\.consumer)|task|utils\.dispatch\.signal|redirected)"
    r"|proj\b.*"
)
PUBLISHED = ("before_task_publish", "after_task_publish", "task_sent")
EXECUTED = (
    "task_received",
    "task_prerun",
    "task_postrun",
    "task_success",
    "task_failure",
    "task_retry",
    "task_revoked",
    "task_rejected",
    "task_unknown",
    "task_internal_error",
)
#: Fields of the message that concern a broker or the machine and not the task.
NOT_ABOUT_THE_TASK = {"lang", "origin", "stamped_headers", "stamps"}


def observe() -> None:
    """Record signals and log lines of this process from now on."""
    signals = importlib.import_module(os.environ["COMPAT_PACKAGE"] + ".signals")
    for name in PUBLISHED:
        getattr(signals, name).connect(_publishing(name), weak=False)
    for name in EXECUTED:
        getattr(signals, name).connect(_executing(name), weak=False)
    make = logging.getLogRecordFactory()

    def make_and_record(*args: Any, **kwargs: Any) -> logging.LogRecord:
        line = make(*args, **kwargs)
        if LOGGERS.fullmatch(line.name):
            _log(line)
        return line

    # Not a handler: a worker that sets up logging takes handlers away, and a program may do so too.
    logging.setLogRecordFactory(make_and_record)


def _publishing(name: str) -> Any:
    def receive(sender: Any = None, signal: Any = None, **named: Any) -> None:
        values = {"sender": show(sender), "arguments": " ".join(sorted(named))}
        headers = named.get("headers")
        if isinstance(headers, Mapping):
            values |= {f"headers.{k}": show(v) for k, v in headers.items() if k not in NOT_ABOUT_THE_TASK}
        if isinstance(named.get("body"), tuple):
            values |= {"body.args": show(tuple(named["body"][0])), "body.kwargs": show(named["body"][1])}
        if isinstance(named.get("properties"), Mapping):
            values["properties.priority"] = show(named["properties"].get("priority"))
        values["routing_key"] = show(named.get("routing_key"))
        write({"name": f"signal {name}", "values": values})

    return receive


def _executing(name: str) -> Any:
    def receive(sender: Any = None, signal: Any = None, **named: Any) -> None:
        values = {"arguments": " ".join(sorted(named))}
        # Objects of the worker's own are for programs to look at.
        if hasattr(sender, "apply_async"):
            values["sender"] = show(sender)
        values |= {key: _brief(key, value) for key, value in named.items() if key not in ("request", "message")}
        request = named.get("request")
        task_id = named.get("task_id") or getattr(request, "id", None) or current_task_id() or named.get("id")
        write({"name": f"signal {name}", "values": values, "task_id": str(task_id or "")})

    return receive


def _brief(key: str, value: Any) -> str:
    """Of a traceback what stays the same, of a duration that there is one."""
    if key == "einfo":
        lines = str(value).strip().splitlines()
        return f"{lines[0]} … {lines[-1]}" if lines else "empty"
    if key in ("traceback", "runtime"):
        return type(value).__name__
    return show(value)


def _log(line: logging.LogRecord) -> None:
    text = line.getMessage().strip().splitlines() or [""]
    named = re.search(r"\b[Tt]ask:? [^\s\[]+\[([^\]]+)\]", text[0])
    task_id = current_task_id() or (named.group(1) if named else "")
    values = {"line": f"{line.levelname} {line.name}: {text[0]}", "with traceback": str(bool(line.exc_info))}
    if line.exc_info and not isinstance(line.exc_info, bool) and line.exc_info[1] is not None:
        values["exception"] = show(line.exc_info[1])
    write({"name": "log", "values": values, "task_id": task_id})
