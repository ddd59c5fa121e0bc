"""Which modules a worker imports to know its tasks."""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterable
from types import ModuleType
from typing import Any

from kombu.utils.functional import maybe_list

from celery_taskq import signals
from celery_taskq.utils.imports import import_from_cwd

from .settings import django_settings

__all__ = ("AppLoader", "find_related_module")


class AppLoader:
    """``app.loader``."""

    def __init__(self, app: Any, **kwargs: Any) -> None:
        self.app = app
        self.task_modules: set[str] = set()

    def import_default_modules(self) -> list[ModuleType]:
        """Import what ``autodiscover_tasks`` asked for, and the modules in ``imports`` and ``include``.

        Raises:
            Whatever an import raises: a worker that lacks tasks must not start.
        """
        if "DJANGO_SETTINGS_MODULE" in os.environ:
            import django
            from django.apps import apps

            if not apps.ready:
                django.setup()
        for _, response in signals.import_modules.send(sender=self.app):
            if isinstance(response, Exception):
                raise response
        return [self.import_task_module(module) for module in self.default_modules]

    @property
    def default_modules(self) -> tuple[str, ...]:
        conf = self.app.conf
        return (*(maybe_list(conf.imports) or ()), *(maybe_list(conf.include) or ()))

    def import_task_module(self, module: str) -> ModuleType:
        self.task_modules.add(module)
        return self.import_from_cwd(module)

    def import_module(self, module: str, package: str | None = None) -> ModuleType:
        return importlib.import_module(module, package=package)

    def import_from_cwd(self, module: str, imp: Any = None, package: str | None = None) -> ModuleType:
        return import_from_cwd(module, imp or self.import_module, package=package)

    def discover(self, packages: Any, related_name: str | None) -> None:
        """Import the task modules of the packages, which may come from a function; of Django's apps when empty."""
        if not packages:
            if django_settings() is None:
                return
            from django.apps import apps

            packages = [config.name for config in apps.get_app_configs()]
        self.autodiscover_tasks(packages() if callable(packages) else packages, related_name)

    def autodiscover_tasks(self, packages: Iterable[str], related_name: str | None = "tasks") -> None:
        """Import ``package.tasks`` of each; packages without one are passed over."""
        for package in packages or ():
            module = find_related_module(package, related_name)
            if module is not None:
                self.task_modules.add(module.__name__)

    def now(self, utc: bool = True) -> Any:
        return self.app.now()


def find_related_module(package: str, related_name: str | None) -> ModuleType | None:
    """The module, imported, or None when the package has none.

    Raises:
        ModuleNotFoundError: there is no such package, or the module imports something that is missing.
    """
    try:
        module = importlib.import_module(package)
    except ModuleNotFoundError:
        # The path of a class in it, as INSTALLED_APPS may name an AppConfig.
        package = package.rpartition(".")[0]
        if not package:
            raise
    else:
        if not related_name:
            return module
    name = f"{package}.{related_name}"
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as exc:
        if exc.name and (name == exc.name or name.startswith(f"{exc.name}.")):
            return None
        raise
