"""ExceptionInfo: an exception with its traceback as text, as hooks and signals are given it."""

from __future__ import annotations

import traceback as tracebacks
from types import TracebackType
from typing import Any


class ExceptionInfo:
    """``str()`` of it is the traceback.

    Attributes:
        type, exception, tb: what was raised.
        internal: it was not the body's own error, but Ignore or Reject.
    """

    def __init__(
        self,
        exc_info: tuple[type[BaseException], BaseException, TracebackType | None],
        internal: bool = False,
    ) -> None:
        self.type, self.exception, self.tb = exc_info
        self.internal = internal
        self._text: str | None = None

    @property
    def traceback(self) -> str:
        """The whole traceback; made when somebody asks."""
        if self._text is None:
            self._text = format_exception(self.exception)
        return self._text

    @property
    def exc_info(self) -> tuple[Any, Any, Any]:
        return self.type, self.exception, self.tb

    def __str__(self) -> str:
        return self.traceback

    def __repr__(self) -> str:
        return f"<ExceptionInfo: {describe(self.exception)}>"


def format_exception(exc: BaseException) -> str:
    """The traceback with causes; whatever the exception does when it is asked for its text."""
    try:
        return "".join(tracebacks.format_exception(type(exc), exc, exc.__traceback__))
    except Exception as failure:  # noqa: BLE001 - __str__, __cause__ and source loaders are user code
        return f"{type(exc).__name__} (its traceback could not be formatted: {type(failure).__name__})"


def describe(exc: BaseException) -> str:
    """``Class: text`` of an exception; never fails."""
    name = type(exc).__name__
    try:
        text = str(exc)
    except Exception as failure:  # noqa: BLE001 - __str__ is user code
        return f"{name} (its text could not be read: {type(failure).__name__})"
    return f"{name}: {text}" if text else name
