"""Stand-ins that look like the object they stand for: shared tasks, ``current_app`` and ``current_task``."""

from __future__ import annotations

import importlib
import operator
from collections.abc import Callable
from typing import Any

__all__ = ("PromiseProxy", "Proxy", "class_property", "maybe_evaluate", "try_import")


def try_import(module: str, default: Any = None) -> Any:
    """The module, or ``default`` when it is not installed."""
    try:
        return importlib.import_module(module)
    except ImportError:
        return default


class class_property:
    """A property that also works on the class, as ``Task.app`` does."""

    def __init__(self, getter: Any = None, setter: Any = None) -> None:
        self.__get = _function_of(getter)
        self.__set = _function_of(setter)
        self.__doc__ = getattr(self.__get, "__doc__", None)

    def __get__(self, obj: Any, type: Any = None) -> Any:
        return self.__get(type if type is not None else obj.__class__)

    def __set__(self, obj: Any, value: Any) -> None:
        if obj is not None:
            self.__set(obj.__class__, value)

    def setter(self, setter: Any) -> class_property:
        return self.__class__(self.__get, setter)


def _function_of(method: Any) -> Any:
    return getattr(method, "__func__", method)


class _TextOfClass(str):
    """A text that the class itself shows, where its instances show what ``getter`` returns."""

    getter: Callable[[Any], Any]

    def __new__(cls, text: str, getter: Callable[[Any], Any]) -> _TextOfClass:
        self = str.__new__(cls, text)
        self.getter = getter
        return self

    def __get__(self, obj: Any, type: Any = None) -> Any:
        return str(self) if obj is None else self.getter(obj)


def _doc_of(proxy: Any) -> Any:
    try:
        return object.__getattribute__(proxy, "__custom_doc__")
    except AttributeError:
        return proxy._get_current_object().__doc__


class Proxy:
    """Forwards everything to what ``local(*args, **kwargs)`` returns at that moment."""

    __module__ = _TextOfClass(__name__, lambda self: self._get_current_object().__module__)
    __doc__ = _TextOfClass(__doc__, _doc_of)
    __slots__ = ("__args", "__dict__", "__kwargs", "__local")

    def __init__(
        self,
        local: Callable[..., Any],
        args: Any = None,
        kwargs: Any = None,
        name: str | None = None,
        __doc__: str | None = None,
    ) -> None:
        assign = object.__setattr__
        assign(self, "_Proxy__local", local)
        assign(self, "_Proxy__args", args or ())
        assign(self, "_Proxy__kwargs", kwargs or {})
        if name is not None:
            assign(self, "__custom_name__", name)
        if __doc__ is not None:
            assign(self, "__custom_doc__", __doc__)

    def _get_current_object(self) -> Any:
        """The object itself, for code that must not see the stand-in."""
        return self.__local(*self.__args, **self.__kwargs)

    @property
    def __name__(self) -> str:
        try:
            return object.__getattribute__(self, "__custom_name__")
        except AttributeError:
            return self._get_current_object().__name__

    @property
    def __class__(self) -> type:
        return self._get_current_object().__class__

    @__class__.setter
    def __class__(self, klass: type) -> None:
        self._get_current_object().__class__ = klass

    @property
    def __dict__(self) -> dict[str, Any]:  # type: ignore[override]
        try:
            return self._get_current_object().__dict__
        except RuntimeError:
            raise AttributeError("__dict__") from None

    def __repr__(self) -> str:
        try:
            current = self._get_current_object()
        except RuntimeError:
            return f"<{type(self).__name__} unbound>"
        return repr(current)

    def __bool__(self) -> bool:
        try:
            return bool(self._get_current_object())
        except RuntimeError:
            return False

    def __dir__(self) -> list[str]:
        try:
            return dir(self._get_current_object())
        except RuntimeError:
            return []

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__local(*self.__args, **self.__kwargs), name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._get_current_object(), name, value)

    def __delattr__(self, name: str) -> None:
        delattr(self._get_current_object(), name)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._get_current_object()(*args, **kwargs)

    def __reduce__(self) -> Any:
        return self._get_current_object().__reduce__()

    def __exit__(self, *exc_info: Any) -> Any:
        return self._get_current_object().__exit__(*exc_info)

    def __enter__(self) -> Any:
        return self._get_current_object().__enter__()


# fmt: off
_BINARY = (
    "lt", "le", "eq", "ne", "gt", "ge", "add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "and", "or", "xor",
    "lshift", "rshift",
)
# fmt: on


def _forward_operators() -> None:
    def forwarded(function: Callable[..., Any]) -> Any:
        return lambda self, *others: function(self._get_current_object(), *others)

    for name in _BINARY:
        setattr(Proxy, f"__{name}__", forwarded(getattr(operator, f"__{name}__")))
    for name in ("neg", "pos", "abs", "invert", "contains", "getitem", "setitem", "delitem"):
        setattr(Proxy, f"__{name}__", forwarded(getattr(operator, f"__{name}__")))
    for builtin in (hash, str, len, iter, int, float):
        setattr(Proxy, f"__{builtin.__name__}__", forwarded(builtin))
    Proxy.__index__ = forwarded(operator.index)  # type: ignore[attr-defined]


_forward_operators()


class PromiseProxy(Proxy):
    """A Proxy that asks once: at the first use, or when ``maybe_evaluate`` says so."""

    __module__ = _TextOfClass(__name__, lambda self: self._get_current_object().__module__)
    __doc__ = _TextOfClass(__doc__, _doc_of)
    __slots__ = ("__pending__", "__weakref__")

    def _get_current_object(self) -> Any:
        try:
            return object.__getattribute__(self, "__thing")
        except AttributeError:
            return self.__evaluate__()

    def __then__(self, fun: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Call ``fun`` once the object is known; at once when it is."""
        if self.__evaluated__():
            return fun(*args, **kwargs)
        try:
            pending = object.__getattribute__(self, "__pending__")
        except AttributeError:
            pending = []
            object.__setattr__(self, "__pending__", pending)
        pending.append((fun, args, kwargs))
        return None

    def __evaluated__(self) -> bool:
        try:
            object.__getattribute__(self, "__thing")
        except AttributeError:
            return False
        return True

    def __maybe_evaluate__(self) -> Any:
        return self._get_current_object()

    def __evaluate__(self) -> Any:
        thing = Proxy._get_current_object(self)
        object.__setattr__(self, "__thing", thing)
        try:
            pending = object.__getattribute__(self, "__pending__")
        except AttributeError:
            return thing
        while pending:
            fun, args, kwargs = pending.pop(0)
            fun(*args, **kwargs)
        return thing

    def __getattr__(self, name: str) -> Any:
        return getattr(self._get_current_object(), name)


def maybe_evaluate(obj: Any) -> Any:
    """What a PromiseProxy stands for; anything else is returned as it is."""
    try:
        return obj.__maybe_evaluate__()
    except AttributeError:
        return obj
