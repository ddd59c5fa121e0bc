"""Which class of a hierarchy defines an attribute."""

from __future__ import annotations

from typing import Any

__all__ = ("Bunch", "mro_lookup")


class Bunch:
    """An object with the attributes that it is made with."""

    def __init__(self, **kwargs: Any) -> None:
        self.__dict__.update(kwargs)


def mro_lookup(cls: type, attr: str, stop: Any = None, monkey_patched: Any = None) -> type | None:
    """The first class that defines ``attr``; None when that is one of ``stop``.

    Arguments:
        monkey_patched: modules; an attribute of a ``stop`` class that comes from another module counts as custom.
    """
    for node in cls.mro():
        if node in (stop or ()):
            value = node.__dict__.get(attr)
            origin = getattr(value, "__module__", None)
            return node if value is not None and origin not in (monkey_patched or [origin]) else None
        if attr in node.__dict__:
            return node
    return None
