"""Loggers under Celery's own names, so that LOGGING that was written for Celery keeps working."""

from __future__ import annotations

import logging
import numbers
import sys
import threading
from collections.abc import Iterable
from typing import Any

from kombu.log import LOG_LEVELS
from kombu.log import get_logger as _get_logger
from kombu.utils.encoding import safe_str

__all__ = (
    "LOG_LEVELS",
    "ColorFormatter",
    "LoggingProxy",
    "base_logger",
    "get_logger",
    "get_task_logger",
    "logger_isa",
    "mlevel",
)

RESERVED_LOGGER_NAMES = {"celery", "celery.task"}

base_logger = logger = _get_logger("celery")


def logger_isa(l: logging.Logger, p: logging.Logger, max: int = 1000) -> bool:  # noqa: E741 - Celery's name
    """Whether ``p`` is the logger itself or one of its parents."""
    this: logging.Logger | None = l
    for _ in range(max):
        if this is None:
            return False
        if this is p:
            return True
        this = this.parent
    raise RuntimeError(f"Logger hierarchy exceeds {max}")


def _under(parent: logging.Logger, child: logging.Logger) -> logging.Logger:
    if not logger_isa(child, parent):
        child.parent = parent
    return child


def get_logger(name: str) -> logging.Logger:
    """A logger that never warns about missing handlers."""
    found: logging.Logger = _get_logger(name)
    if logging.root not in (found, found.parent) and found is not base_logger:
        found = _under(base_logger, found)
    return found


task_logger = get_logger("celery.task")
worker_logger = get_logger("celery.worker")


def get_task_logger(name: str) -> logging.Logger:
    """A logger for a module of tasks: its lines carry the task's name and id."""
    if name in RESERVED_LOGGER_NAMES:
        raise RuntimeError(f"Logger name {name!r} is reserved!")
    return _under(task_logger, get_logger(name))


def mlevel(level: Any) -> Any:
    """'info' as the number; a number or nothing as it is."""
    if level and not isinstance(level, numbers.Integral):
        return LOG_LEVELS[level.upper()]
    return level


class ColorFormatter(logging.Formatter):
    """Colours lines by their severity, where the output is a terminal."""

    COLORS = {"blue": "\033[1;34m", "yellow": "\033[1;33m", "red": "\033[1;31m", "magenta": "\033[1;35m"}
    colors = {
        "DEBUG": COLORS["blue"],
        "WARNING": COLORS["yellow"],
        "ERROR": COLORS["red"],
        "CRITICAL": COLORS["magenta"],
    }

    def __init__(self, fmt: str | None = None, use_color: bool = True, datefmt: str | None = None) -> None:
        super().__init__(fmt, datefmt)
        self.use_color = use_color

    def formatException(self, ei: Any) -> str:
        return super().formatException(ei if isinstance(ei, tuple) else sys.exc_info())

    def format(self, record: logging.LogRecord) -> str:
        text: str = safe_str(super().format(record))
        color = self.colors.get(record.levelname) if self.use_color else None
        return f"{color}{text}\033[0m" if color else text


class LoggingProxy:
    """A file that writes its lines to a logger: what tasks print ends up in the log."""

    mode = "w"
    name = None
    closed = False
    loglevel = logging.ERROR
    _thread = threading.local()

    def __init__(self, logger: logging.Logger, loglevel: Any = None) -> None:
        self.logger = logger
        self.loglevel = mlevel(loglevel or self.logger.level or self.loglevel)

    def write(self, data: Any) -> int:
        # A handler that writes to sys.stderr while stderr is this file would log to itself for ever.
        if self.closed or not data or getattr(self._thread, "busy", False):
            return 0
        self._thread.busy = True
        try:
            text: str = safe_str(data).rstrip("\n")
            if text:
                self.logger.log(self.loglevel, "%s", text)
            return len(text)
        finally:
            self._thread.busy = False

    def writelines(self, sequence: Iterable[Any]) -> None:
        for part in sequence:
            self.write(part)

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        self.closed = True

    def isatty(self) -> bool:
        return False
