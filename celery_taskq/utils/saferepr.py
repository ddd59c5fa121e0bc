"""Arguments and results as people are shown them: never longer than asked for, never failing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

__all__ = ("saferepr",)

_PLAIN = frozenset({int, float, bool, type(None)})
#: What a database column or a log line must not be given: NUL, other control characters, surrogates.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
#: Strings longer than this are walked by the slow path, which cuts them first.
_SHORT = 200


def saferepr(o: Any, maxlen: int | None = None, maxlevels: int = 3, seen: set[int] | None = None) -> str:
    """``repr(o)``, cut to ``maxlen`` characters and ``maxlevels`` containers; what cannot be shown says so.

    Raises:
        ValueError: an int has more digits than Python writes, as it would when the task is encoded.
    """
    quick = _quick(o)
    if quick is not None:
        return quick if maxlen is None or len(quick) <= maxlen else quick[: maxlen - 3] + "..."
    pieces: list[str] = []
    budget = _Budget(maxlen if maxlen is not None else 1 << 62)
    try:
        _write(o, pieces, budget, maxlevels, 0, seen or set())
    except _Spent:
        pieces.append("...")
    text = "".join(pieces)
    return text if maxlen is None or len(text) <= maxlen else text[: maxlen - 3] + "..."


def _quick(o: Any) -> str | None:
    # Most tasks take a few numbers and short strings; repr() of those is safe and needs no walk.
    kind = type(o)
    if kind is tuple or kind is list:
        values: Iterable[Any] = o
    elif kind is dict:
        if not all(type(key) is str for key in o):
            return None
        values = o.values()
    else:
        return None
    if len(o) > 30:
        return None
    for value in values:
        of = type(value)
        if of not in _PLAIN and not (of is str and len(value) < _SHORT):
            return None
    return repr(o)


class _Spent(Exception):
    """The allowed length is used up."""


class _Budget:
    __slots__ = ("left",)

    def __init__(self, left: int) -> None:
        self.left = left


def _put(text: str, pieces: list[str], budget: _Budget) -> None:
    if len(text) > budget.left:
        pieces.append(text[: budget.left])
        raise _Spent
    budget.left -= len(text)
    pieces.append(text)


def _write(o: Any, pieces: list[str], budget: _Budget, maxlevels: int, level: int, seen: set[int]) -> None:
    kind = type(o)
    if kind in _PLAIN:
        _put(repr(o), pieces, budget)
    elif kind is str or kind is bytes:
        # Cut before repr(), which would copy a text of any size.
        _put(repr(o[: budget.left]), pieces, budget)
        if len(o) > budget.left:
            raise _Spent
    elif isinstance(o, Mapping) and _shows_itself_as(o, dict):
        _write_items(o, "{", "}", pieces, budget, maxlevels, level, seen)
    elif isinstance(o, tuple) and _shows_itself_as(o, tuple):
        _write_items(o, "(", ",)" if len(o) == 1 else ")", pieces, budget, maxlevels, level, seen)
    elif isinstance(o, list) and _shows_itself_as(o, list):
        _write_items(o, "[", "]", pieces, budget, maxlevels, level, seen)
    elif kind is set and o:
        _write_items(o, "{", "}", pieces, budget, maxlevels, level, seen)
    elif kind is frozenset and o:
        _write_items(o, "frozenset({", "})", pieces, budget, maxlevels, level, seen)
    else:
        _put(_repr_of(o, budget.left), pieces, budget)


def _shows_itself_as(o: Any, base: type) -> bool:
    return type(o).__repr__ is base.__repr__


def _write_items(
    o: Any, before: str, after: str, pieces: list[str], budget: _Budget, maxlevels: int, level: int, seen: set[int]
) -> None:
    if level >= maxlevels:
        _put(f"{before[-1]}...{after[0] if after[0] != ',' else after[1]}", pieces, budget)
        return
    if id(o) in seen:
        _put(f"<Recursion on {type(o).__name__} with id={id(o)}>", pieces, budget)
        return
    seen.add(id(o))
    _put(before, pieces, budget)
    separator = ""
    for item in o:
        _put(separator, pieces, budget)
        separator = ", "
        _write(item, pieces, budget, maxlevels, level + 1, seen)
        if isinstance(o, Mapping):
            _put(": ", pieces, budget)
            _write(o[item], pieces, budget, maxlevels, level + 1, seen)
    _put(after, pieces, budget)
    seen.discard(id(o))


def _repr_of(o: Any, most: int) -> str:
    if hasattr(type(o), "as_manager"):
        # repr() of a query set would send its query, in the caller's transaction.
        return f"<{type(o).__name__}>"
    try:
        text = repr(o)[: most + 1]
    except Exception as exc:
        if isinstance(o, int):
            raise
        return f"<Unrepresentable {type(o)!r}: {type(exc).__name__}>"
    return _UNPRINTABLE.sub("?", text)
