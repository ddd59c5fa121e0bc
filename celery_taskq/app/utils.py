"""How an app names itself."""

from __future__ import annotations

from typing import Any

__all__ = ("appstr",)


def appstr(app: Any) -> str:
    """``main`` and the address, as in ``repr(app)``."""
    return f"{app.main or '__main__'} at {id(app):#x}"
