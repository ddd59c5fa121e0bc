"""System checks: what would go wrong later is said before."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import connections

from .jobs import config


@register(Tags.database)
def check_database(app_configs: Any = None, databases: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """The alias that holds the jobs exists, and can hold them."""
    alias = config.database()
    if alias not in connections.settings:
        return [
            Error(
                f"CELERY_TASKQ_DATABASE is {alias!r}, which is not in DATABASES.",
                hint=f"Use one of: {', '.join(sorted(connections.settings))}.",
                id="celery_taskq.E001",
            )
        ]
    vendor = connections[alias].vendor
    if not settings.USE_TZ and vendor != "postgresql":
        return [
            Error(
                f"USE_TZ is False: {vendor} then stores local times, which repeat an hour each autumn.",
                hint="Set USE_TZ = True, or keep the jobs in PostgreSQL.",
                id="celery_taskq.E002",
            )
        ]
    if vendor == "sqlite":
        return _check_sqlite(alias)
    return []


def _check_sqlite(alias: str) -> list[CheckMessage]:
    if connections[alias].is_in_memory_db():
        return [
            Warning(
                f"DATABASES[{alias!r}] is SQLite in memory, which no worker process can see.",
                hint="Give DATABASES[…]['NAME'] a path. For tests with task_always_eager this is as it should be.",
                id="celery_taskq.W002",
            )
        ]
    if connections.settings[alias]["OPTIONS"].get("transaction_mode") == "IMMEDIATE":
        return []
    return [
        Warning(
            f"DATABASES[{alias!r}] is SQLite without transaction_mode IMMEDIATE: a transaction that reads before it "
            f"writes fails with 'database is locked' when a worker writes meanwhile.",
            hint='Set "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20}.',
            id="celery_taskq.W001",
        )
    ]
