"""Celery's API for Django projects, on the project's own database; the names load on first use."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from ._state import current_app, current_task
    from .app import shared_task
    from .app.base import Celery
    from .app.task import Task
    from .canvas import (
        Signature,
        chain,
        chord,
        chunks,
        group,
        maybe_signature,
        signature,
        subtask,
        xmap,
        xstarmap,
    )
    from .utils import uuid

__version__ = "0.1.0"


class version_info_t(NamedTuple):
    """The parts of a version."""

    major: int
    minor: int
    micro: int
    releaselevel: str
    serial: str


#: The version of Celery whose behaviour this is; what is asked here is whether Celery has some feature.
VERSION = version_info = version_info_t(5, 7, 0, "", "")

__all__ = (
    "Celery",
    "Signature",
    "Task",
    "chain",
    "chord",
    "chunks",
    "current_app",
    "current_task",
    "group",
    "maybe_signature",
    "shared_task",
    "signature",
    "subtask",
    "uuid",
    "xmap",
    "xstarmap",
)

_HOMES = {
    "Celery": "app.base",
    "Task": "app.task",
    "current_app": "_state",
    "current_task": "_state",
    "shared_task": "app",
    "uuid": "utils",
    "Signature": "canvas",
    "chain": "canvas",
    "chord": "canvas",
    "chunks": "canvas",
    "group": "canvas",
    "maybe_signature": "canvas",
    "signature": "canvas",
    "subtask": "canvas",
    "xmap": "canvas",
    "xstarmap": "canvas",
}


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
