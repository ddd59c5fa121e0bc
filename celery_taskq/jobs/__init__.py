"""The queue: the only code that writes rows. Its verbs for the layers above, loaded on first use.

On first use, because models.py needs this package's clock and settings while the verbs need models.py.
"""

from importlib import import_module
from typing import Any

_VERBS = {"enqueue": "enqueue", "find_state": "stats", "forget": "dead_letter", "revoke": "pending"}

__all__ = ["enqueue", "find_state", "forget", "revoke"]


def __getattr__(name: str) -> Any:
    if name not in _VERBS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    verb = globals()[name] = getattr(import_module(f".{_VERBS[name]}", __name__), name)
    return verb
