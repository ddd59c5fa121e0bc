"""The queue's own settings, as jobs/ reads them.

jobs/ knows neither the Celery app nor Django's CELERY_ names: apps.py points ``source`` at the app's conf.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Defaults:
    """What holds when nobody configured anything; app/defaults.py repeats these names as Celery settings."""

    taskq_database = "default"
    taskq_dirty_after = 30.0
    taskq_notify = True


def _defaults() -> Any:
    return Defaults


#: Returns an object with the attributes of Defaults; asked at every use, so that overridden settings take effect.
source: Callable[[], Any] = _defaults


def database() -> str:
    """The alias of the database that holds the jobs."""
    return str(source().taskq_database)


def dirty_after() -> float:
    """Seconds without a heartbeat after which a started job counts as dirty."""
    return float(source().taskq_dirty_after)


def notify() -> bool:
    """Whether idle workers are woken by LISTEN/NOTIFY, where the database has it."""
    return bool(source().taskq_notify)
