"""Exceptions that survive pickling, as hooks and signals are handed them, and small helpers around encoding."""

from __future__ import annotations

import pickle
import sys
from base64 import b64decode as base64decode
from base64 import b64encode as base64encode
from collections.abc import Iterator
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

_TOO_GENERAL = (Exception, BaseException, object)


def itermro(cls: type, stop: Any) -> Iterator[type]:
    """The classes of the mro up to, and without, the first one in ``stop``."""
    for base in cls.mro():
        if base in stop:
            return
        yield base


class UnpickleableExceptionWrapper(Exception):
    """Stands for an exception that cannot be pickled; says its module, class name, arguments and text."""

    def __init__(self, exc_module: str, exc_cls_name: str, exc_args: Any, text: str | None = None) -> None:
        self.exc_module = exc_module
        self.exc_cls_name = exc_cls_name
        self.exc_args = tuple(_pickleable_argument(argument) for argument in exc_args or ())
        self.text = text
        super().__init__(exc_module, exc_cls_name, self.exc_args, text)

    @classmethod
    def from_exception(cls, exc: BaseException) -> UnpickleableExceptionWrapper:
        wrapper = cls(type(exc).__module__, type(exc).__name__, getattr(exc, "args", []), safe_repr(exc))
        return wrapper.with_traceback(exc.__traceback__)

    def restore(self) -> BaseException:
        """An exception of a class that is made up on the spot; nothing is imported by name."""
        made_up = type(self.exc_cls_name, (Exception,), {"__module__": self.exc_module})
        return made_up(*self.exc_args)

    def __str__(self) -> str:
        return str(self.text)


def _pickleable_argument(argument: Any) -> Any:
    try:
        pickle.loads(pickle.dumps(argument))
    except Exception:  # noqa: BLE001 - pickling runs the code of the argument's class
        return safe_repr(argument)
    return argument


def find_pickleable_exception(exc: BaseException) -> BaseException | None:
    """The same arguments in the nearest base class that can be pickled; None when only Exception itself could."""
    for base in itermro(type(exc), _TOO_GENERAL):
        try:
            candidate = base(*exc.args)
            pickle.loads(pickle.dumps(candidate))
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
