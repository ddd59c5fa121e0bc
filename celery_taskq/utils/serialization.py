"""Exceptions that survive pickling, as hooks and signals are handed them, and small helpers around encoding."""

from __future__ import annotations

import pickle
import sys
from base64 import b64decode as base64decode
from base64 import b64encode as base64encode
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NoReturn

from kombu.utils.encoding import bytes_to_str, safe_repr, str_to_bytes

STRTOBOOL_DEFAULT_TABLE = {
    "false": False,
    "no": False,
    "0": False,
    "true": True,
    "yes": True,
    "1": True,
    "on": True,
    "off": False,
}

#: So general that an exception of them would tell nothing; ``find_pickleable_exception`` stops there.
unwanted_base_classes = (Exception, BaseException, object)


def itermro(cls: type, stop: Any) -> Iterator[type]:
    """The classes of the mro up to, and without, the first one in ``stop``."""
    for base in cls.mro():
        if base in stop:
            return
        yield base


class UnpickleableExceptionWrapper(Exception):
    """Stands for an exception that cannot be pickled; says its module, class name, arguments and text."""

    exc_module: Any = None
    exc_cls_name: Any = None
    exc_args: Any = None

    def __init__(self, exc_module: str, exc_cls_name: str, exc_args: Any, text: str | None = None) -> None:
        self.exc_module = exc_module
        self.exc_cls_name = exc_cls_name
        self.exc_args = ensure_serializable(exc_args or (), lambda value: pickle.loads(pickle.dumps(value)))
        self.text = text
        super().__init__(exc_module, exc_cls_name, self.exc_args, text)

    @classmethod
    def from_exception(cls, exc: BaseException) -> UnpickleableExceptionWrapper:
        wrapper = cls(type(exc).__module__, type(exc).__name__, getattr(exc, "args", []), safe_repr(exc))
        return wrapper.with_traceback(exc.__traceback__)

    def restore(self) -> BaseException:
        """An exception of a class that is made up on the spot; nothing is imported by name."""
        made_up: type[BaseException] = create_exception_cls(self.exc_cls_name, self.exc_module)
        return made_up(*self.exc_args)

    def __str__(self) -> str:
        return str(self.text)


def ensure_serializable(items: Iterable[Any], encoder: Callable[[Any], Any]) -> tuple[Any, ...]:
    """The items, and the repr of those that the encoder refuses."""

    def encodable(item: Any) -> Any:
        try:
            encoder(item)
        except Exception:  # noqa: BLE001 - pickling runs the code of the item's class
            return safe_repr(item)
        return item

    return tuple(encodable(item) for item in items)


def subclass_exception(name: str, parent: type, module: str) -> Any:
    """A new exception class."""
    return type(name, (parent,), {"__module__": module})


def create_exception_cls(name: str, module: str, parent: type | None = None) -> Any:
    """A new exception class, of Exception when there is no parent."""
    return subclass_exception(name, parent or Exception, module)


def get_pickleable_etype(
    cls: type, loads: Callable[[bytes], Any] = pickle.loads, dumps: Callable[[Any], bytes] = pickle.dumps
) -> type:
    """The class itself when it can be pickled, which is by name, else Exception."""
    try:
        loads(dumps(cls))
    except Exception:  # noqa: BLE001 - a metaclass may do anything
        return Exception
    return cls


def find_pickleable_exception(
    exc: BaseException, loads: Callable[[bytes], Any] = pickle.loads, dumps: Callable[[Any], bytes] = pickle.dumps
) -> BaseException | None:
    """The same arguments in the nearest base class that can be pickled; None when only Exception itself could."""
    for base in itermro(type(exc), unwanted_base_classes):
        try:
            candidate = base(*exc.args)
            loads(dumps(candidate))
        except Exception:  # noqa: BLE001 - constructors and pickling are user code; the next base is tried
            continue
        return candidate
    return None


def get_pickleable_exception(exc: Any) -> Any:
    """``exc`` itself when it can be pickled, else the nearest that can."""
    if exc is None or (type(exc) in _ALWAYS_PICKLEABLE and all(type(value) is str for value in exc.args)):
        return exc
    try:
        pickle.loads(pickle.dumps(exc))
    except Exception:  # noqa: BLE001 - pickling runs the code of the exception's class
        nearest = find_pickleable_exception(exc)
        return UnpickleableExceptionWrapper.from_exception(exc) if nearest is None else nearest
    return exc


#: Spares the round trip for what tasks raise most.
_ALWAYS_PICKLEABLE = frozenset(
    {ValueError, TypeError, KeyError, RuntimeError, AttributeError, IndexError, ZeroDivisionError, AssertionError}
)


def get_pickled_exception(exc: Any) -> Any:
    """The exception that a wrapper stands for."""
    return exc.restore() if isinstance(exc, UnpickleableExceptionWrapper) else exc


def raise_with_context(exc: Any) -> NoReturn:
    """Raise ``exc``, as being caused by the exception that is being handled, if one is."""
    current = sys.exc_info()[1]
    if current is None:
        raise exc
    if current is exc:
        raise
    raise exc from current


def b64encode(s: Any) -> str:
    return bytes_to_str(base64encode(str_to_bytes(s)))


def b64decode(s: Any) -> bytes:
    return base64decode(str_to_bytes(s))


def strtobool(term: Any, table: dict[str, bool] | None = None) -> Any:
    """'yes', 'on', '1' … as a bool; anything that is not text is returned as it is."""
    if not isinstance(term, str):
        return term
    try:
        return (table or STRTOBOOL_DEFAULT_TABLE)[term.lower()]
    except KeyError:
        raise TypeError(f"Cannot coerce {term!r} to type bool") from None
