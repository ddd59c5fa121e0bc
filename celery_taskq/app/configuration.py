"""The app's settings and its clock: where they are read from, and when."""

from __future__ import annotations

import datetime as dt
import os
from collections import deque
from collections.abc import Callable
from typing import Any

from celery_taskq.exceptions import ImproperlyConfigured
from celery_taskq.utils.dispatch import Signal
from celery_taskq.utils.time import timezone

from .settings import Settings, read_source


class Configured:
    """What Celery is in this respect."""

    namespace: str | None
    configured: bool
    loader: Any
    on_configure: Any
    on_after_configure: Any
    _conf: Settings
    _config_source: Any
    _config_source_silent: bool
    _pending_defaults: deque[Callable[[], Any]]

    @property
    def conf(self) -> Settings:
        """The settings; read when the first of them is asked for."""
        return self._conf

    @conf.setter
    def conf(self, conf: Any) -> None:
        self._conf = conf

    def config_from_object(
        self, obj: Any, silent: bool = False, force: bool = False, namespace: str | None = None
    ) -> Any:
        """Read the settings from an object, a module, a dict, or what one of their names stands for."""
        self._config_source = obj
        self._config_source_silent = silent
        self.namespace = namespace or self.namespace
        if force or self.configured:
            self._load_config()
            return self.conf
        return None

    def config_from_envvar(self, variable_name: str, silent: bool = False, force: bool = False) -> Any:
        """Read the settings from the module that an environment variable names."""
        module = os.environ.get(variable_name)
        if module:
            return self.config_from_object(module, silent=silent, force=force)
        if silent:
            return False
        raise ImproperlyConfigured(
            f"The environment variable {variable_name!r} is not set,\nand as such the configuration could not be "
            f"loaded.\n\nSet it to the name of a module, as in\n    {variable_name}=proj.celeryconfig"
        )

    def add_defaults(self, fun: Any) -> None:
        """A dict, or a function that returns one, of values that hold where nobody says something else."""
        make = fun if callable(fun) else lambda: fun
        if self.configured:
            self._conf.add_defaults(make())
        else:
            self._pending_defaults.append(make)

    def _load_config(self) -> None:
        if isinstance(self.on_configure, Signal):
            self.on_configure.send(sender=self)
        else:
            self.on_configure()
        source = read_source(self._config_source, self.loader, self._config_source_silent)
        self._conf.configure(source, self.namespace)
        self.configured = True
        while self._pending_defaults:
            self._conf.add_defaults(self._pending_defaults.popleft()())
        self.on_after_configure.send(sender=self, source=self._conf)

    def now(self) -> dt.datetime:
        """Now, in the app's time zone."""
        return dt.datetime.now(self.timezone)

    @property
    def timezone(self) -> dt.tzinfo:
        zone = self.conf.timezone
        if zone:
            return timezone.get_timezone(zone)
        return timezone.utc if self.conf.enable_utc else timezone.local

    def uses_utc_timezone(self) -> bool:
        return self.timezone == timezone.utc

    def either(self, default_key: str, *defaults: Any) -> Any:
        """The first value that is not None, else the setting."""
        return next((value for value in defaults if value is not None), self.conf.get(default_key))
