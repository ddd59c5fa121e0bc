"""``app.conf``: what was set in code, else what the configuration says at that moment, else the default."""

from __future__ import annotations

import copy
import os
import sys
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from typing import Any

from celery_taskq.utils.imports import symbol_by_name

from .defaults import DEFAULTS, NEW_NAMES, OLD_NAMES

__all__ = ("Settings",)

_MISSING = object()


#: Django's settings object, which is one for the life of the process.
_django: Any = None


def django_settings() -> Any:
    """Django's settings, or None when this process has none."""
    global _django
    if _django is not None:
        return _django
    if "DJANGO_SETTINGS_MODULE" not in os.environ:
        conf = sys.modules.get("django.conf")
        if conf is None or not conf.settings.configured:
            return None
    from django.conf import settings

    _django = settings
    return settings


class Settings(MutableMapping[str, Any]):
    """Attributes and items; the configuration is read when the first of them is.

    An object or Django's settings are asked at every use, so that ``override_settings`` takes effect.
    """

    def __init__(self, changes: dict[str, Any], load: Callable[[], None]) -> None:
        """``load`` is called once, before the first value is read, and should call ``configure``."""
        self.__dict__.update(
            _changes=changes,
            _load=load,
            _find=None,
            _defaults=copy.deepcopy(DEFAULTS),
            _keys={},
            _prefix="",
        )

    def configure(self, source: Any, namespace: str | None) -> None:
        """Read from ``source`` from now on: an object, a module, a dict, or a function that returns one of them."""
        prefix = namespace.rstrip("_") + "_" if namespace else ""
        find: Callable[[str], Any]
        if source is None:
            find = _nothing
        elif isinstance(source, Mapping):
            find = self._finder(lambda key: source.get(key, _MISSING))
        elif callable(source) and not isinstance(source, type):
            find = self._finder(lambda key: getattr(source(), key, _MISSING))
        else:
            find = self._finder(lambda key: getattr(source, key, _MISSING))
        self.__dict__.update(_find=find, _keys={}, _prefix=prefix)

    def _finder(self, read: Callable[[str], Any]) -> Callable[[str], Any]:
        def find(name: str) -> Any:
            keys = self._keys.get(name)
            if keys is None:
                keys = self._keys[name] = self._keys_of(name)
            for key in keys:
                value = read(key)
                if value is not _MISSING:
                    return value
            return _MISSING

        return find

    def _keys_of(self, name: str) -> tuple[str, ...]:
        """What a setting is called in the source."""
        prefix: str = self._prefix
        # Django's own zone, where the project names no other.
        zone = ("TIME_ZONE",) if name == "timezone" else ()
        if not prefix:
            old = OLD_NAMES.get(name)
            return (name, *([old] if old else ()), *zone)
        if name.startswith(prefix):
            return (name,)
        key = prefix + (name.upper() if prefix.isupper() else name)
        # Any other setting of the project can be asked for by its own name.
        return (key, name) if name.isupper() else (key, *zone)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if self._find is None:
            self._load()
        changes = self._changes
        if name in changes:
            return changes[name]
        value = self._find(name)
        if value is not _MISSING:
            return value
        try:
            return self._defaults[name]
        except KeyError:
            pass
        new = NEW_NAMES.get(name)
        if new is not None:
            return getattr(self, new)
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def __getitem__(self, name: str) -> Any:
        try:
            return getattr(self, name)
        except AttributeError:
            raise KeyError(name) from None

    def __setitem__(self, name: str, value: Any) -> None:
        self._changes[NEW_NAMES.get(name, name)] = value

    def __delitem__(self, name: str) -> None:
        del self._changes[NEW_NAMES.get(name, name)]

    def __setattr__(self, name: str, value: Any) -> None:
        self[name] = value

    def __delattr__(self, name: str) -> None:
        try:
            del self[name]
        except KeyError:
            raise AttributeError(name) from None

    def __iter__(self) -> Iterator[str]:
        yield from self._defaults
        yield from (name for name in self._changes if name not in self._defaults)

    def __len__(self) -> int:
        return len({*self._defaults, *self._changes})

    def __bool__(self) -> bool:
        return True

    def __contains__(self, name: object) -> bool:
        try:
            self[str(name)]
        except KeyError:
            return False
        return True

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self.without_defaults()!r}>"

    def setdefault(self, key: str, default: Any = None) -> Any:
        """Set it unless it was set in code."""
        return self._changes.setdefault(NEW_NAMES.get(key, key), default)

    def add_defaults(self, d: Any) -> None:
        """Values that hold where neither code nor configuration says something else."""
        self._defaults.update(d)

    @property
    def changes(self) -> dict[str, Any]:
        """What was set in code."""
        changes: dict[str, Any] = self._changes
        return changes

    def without_defaults(self) -> dict[str, Any]:
        """What was set in code or in the configuration."""
        if self._find is None:
            self._load()
        found = {name: self._find(name) for name in self._defaults}
        return {name: value for name, value in found.items() if value is not _MISSING} | self._changes

    def value_set_for(self, key: str) -> bool:
        """Whether anybody set it."""
        return NEW_NAMES.get(key, key) in self.without_defaults()


def _nothing(name: str) -> Any:
    return _MISSING


def read_source(source: Any, loader: Any, silent: bool) -> Any:
    """What ``config_from_object`` was given: an object as it is; ``module`` and ``module:name`` imported.

    Raises:
        ImportError: there is no such module, unless ``silent``.
    """
    if not isinstance(source, str):
        return source
    try:
        return symbol_by_name(source) if ":" in source else loader.import_from_cwd(source)
    except ImportError:
        if silent:
            return None
        raise
    except AttributeError as exc:
        # It would look as if the setting that is being read did not exist.
        raise ModuleNotFoundError(*exc.args) from exc
