"""Small functional helpers, and the argument check that makes ``delay()`` refuse what the task would refuse."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import islice
from typing import Any

from kombu.utils.functional import LRUCache, dictfilter, is_list, lazy, maybe_evaluate, maybe_list, memoize

__all__ = (
    "LRUCache",
    "chunks",
    "dictfilter",
    "first",
    "firstmethod",
    "fun_accepts_kwargs",
    "fun_takes_argument",
    "head_from_fun",
    "is_list",
    "is_numeric_value",
    "lazy",
    "maybe",
    "maybe_evaluate",
    "maybe_list",
    "memoize",
    "mlazy",
    "noop",
    "padlist",
    "pass1",
    "uniq",
)


def noop(*args: Any, **kwargs: Any) -> None:
    """Do nothing, with any arguments."""


def pass1(arg: Any, *args: Any, **kwargs: Any) -> Any:
    """The first argument."""
    return arg


class mlazy(lazy):
    """A lazy value that is computed once."""

    evaluated = False
    _value: Any = None

    def evaluate(self) -> Any:
        if not self.evaluated:
            self._value = super().evaluate()
            self.evaluated = True
        return self._value


def maybe(typ: Callable[[Any], Any], val: Any) -> Any:
    """``typ(val)``, but None stays None."""
    return typ(val) if val is not None else None


def first(predicate: Callable[[Any], Any] | None, it: Iterable[Any]) -> Any:
    """The first item that the predicate holds for; without one, the first that is not None; else None."""
    for item in it:
        if predicate(maybe_evaluate(item)) if predicate else item is not None:
            return item
    return None


def firstmethod(method: str, on_call: Callable[..., Any] | None = None) -> Callable[..., Any]:
    """A function that calls the named method of several objects and returns the first answer that is not None."""

    def find(it: Iterable[Any], *args: Any, **kwargs: Any) -> Any:
        for obj in it:
            bound = getattr(maybe_evaluate(obj), method, None)
            if bound is None:
                continue
            answer = on_call(bound, *args, **kwargs) if on_call else bound(*args, **kwargs)
            if answer is not None:
                return answer
        return None

    return find


def chunks(it: Iterator[Any], n: int) -> Iterator[list[Any]]:
    """Lists of ``n`` items; the last one may be shorter."""
    for item in it:
        yield [item, *islice(it, n - 1)]


def padlist(container: Any, size: int, default: Any = None) -> list[Any]:
    """``size`` items, filled up with ``default``."""
    return (list(container) + [default] * size)[:size]


def uniq(it: Iterable[Any]) -> Iterator[Any]:
    """Each item once, in order."""
    seen = set()
    for item in it:
        if item not in seen:
            seen.add(item)
            yield item


def is_numeric_value(value: Any) -> bool:
    """An int or a float, and not a bool."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def fun_accepts_kwargs(fun: Callable[..., Any]) -> bool:
    """Whether it takes any keyword."""
    return any(p.kind is p.VAR_KEYWORD for p in inspect.signature(fun).parameters.values())


def fun_takes_argument(name: str, fun: Callable[..., Any], position: int | None = None) -> bool:
    """Whether it can be called with this argument, by name or at this position."""
    spec = inspect.getfullargspec(fun)
    return bool(
        spec.varkw or spec.varargs or (len(spec.args) >= position if position is not None else name in spec.args)
    )


def head_from_fun(fun: Callable[..., Any], bound: bool = False) -> Callable[..., Any]:
    """A function of the same name and arguments that does nothing, so that Python itself words the refusal.

    Raises:
        SyntaxError: the name is none, as that of a lambda.
        AttributeError: it has no name, as a partial has not.
    """
    if not inspect.isroutine(fun) and type(fun).__name__ != "cython_function_or_method":
        name, fun = type(fun).__name__, type(fun).__call__
        bound = True
    else:
        name = fun.__name__
    parameters = inspect.signature(fun, follow_wrapped=False).parameters.values()
    bare = [p.replace(annotation=p.empty, default=p.empty if p.default is p.empty else _ABSENT) for p in parameters]
    head = str(inspect.Signature(bare))
    namespace: dict[str, Any] = {"__name__": fun.__module__}
    exec(f"def {name}{head}: return 1", namespace)
    check = namespace[name]
    return partial(check, None) if bound else check


class _Absent:
    def __repr__(self) -> str:
        return "None"


_ABSENT = _Absent()
