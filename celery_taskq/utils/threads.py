"""A stack for each thread: the tasks that run, and their requests."""

from __future__ import annotations

import threading
from typing import Any

__all__ = ("LocalStack",)


class LocalStack(threading.local):
    """A stack whose content is this thread's own."""

    def __init__(self) -> None:
        self.stack: list[Any] = []

    def push(self, obj: Any) -> list[Any]:
        self.stack.append(obj)
        return self.stack

    def pop(self) -> Any:
        """The topmost item, or None."""
        return self.stack.pop() if self.stack else None

    @property
    def top(self) -> Any:
        """The topmost item, left where it is, or None."""
        stack = self.stack
        return stack[-1] if stack else None

    def __len__(self) -> int:
        return len(self.stack)
