"""Importing by name, as settings and command lines give names; never by a name from the database."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from kombu.utils.imports import symbol_by_name

__all__ = ("cwd_in_path", "gen_task_name", "import_from_cwd", "instantiate", "qualname", "symbol_by_name")


def qualname(obj: Any) -> str:
    """``module.name`` of a class, a function or an object's class; of what is within another, its path alone."""
    if not hasattr(obj, "__name__") and hasattr(obj, "__class__"):
        obj = obj.__class__
    name = getattr(obj, "__qualname__", None) or obj.__name__
    return name if "." in name else f"{obj.__module__}.{name}"


def instantiate(name: Any, *args: Any, **kwargs: Any) -> Any:
    """Make an instance of a class that is given by itself or by name."""
    return symbol_by_name(name)(*args, **kwargs)


@contextmanager
def cwd_in_path() -> Iterator[None]:
    """With the current directory in ``sys.path``."""
    cwd = os.getcwd()
    if cwd in sys.path:
        yield
        return
    sys.path.insert(0, cwd)
    try:
        yield
    finally:
        if cwd in sys.path:
            sys.path.remove(cwd)


def import_from_cwd(module: str, imp: Any = None, package: str | None = None) -> ModuleType:
    """Import a module that may lie in the current directory."""
    with cwd_in_path():
        return (imp or importlib.import_module)(module, package=package)


def gen_task_name(app: Any, name: str, module_name: str | None) -> str:
    """``module.name``; what is run as a script is called after ``app.main``."""
    module_name = module_name or "__main__"
    module = sys.modules.get(module_name)
    if module is not None:
        module_name = module.__name__
    if module_name == "__main__" and app.main:
        module_name = app.main
    return f"{module_name}.{name}"
