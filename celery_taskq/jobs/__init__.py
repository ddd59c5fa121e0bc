"""The queue: the only code that writes rows. Its verbs for the layers above."""

from importlib import import_module
from typing import Any

from .enqueue import enqueue

# On first use: models.py needs this package's clock and settings, while these verbs need models.py.
_LATER = {
    "find_progress": "stats",
    "find_state": "stats",
    "forget": "dead_letter",
    "request_abort": "pending",
    "revoke": "pending",
}

__all__ = ["enqueue", "find_progress", "find_state", "forget", "request_abort", "revoke"]


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    verb = globals()[name] = getattr(import_module(f".{_LATER[name]}", __name__), name)
    return verb
