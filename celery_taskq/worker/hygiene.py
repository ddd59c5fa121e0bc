"""What a task leaves behind on Django's connections is cleaned up, so that the next one sees none of it."""

from __future__ import annotations

import logging
from typing import Any

from django.db import Error, connections, reset_queries
from django.utils import timezone, translation

from ..messages import Claim

logger = logging.getLogger("celery.worker.hygiene")


def close_obsolete() -> None:
    """Close what broke or outlived CONN_MAX_AGE while the worker was idle, as Django does when a request begins."""
    for connection in connections.all(initialized_only=True):
        try:
            connection.close_if_unusable_or_obsolete()
        except (Error, connection.Database.Error) as exc:
            logger.warning("Closing database %r: %s", connection.alias, exc)
            del connections[connection.alias]


def leave_as_after_a_request(claim: Claim) -> None:
    """Roll back what the task left open, and close connections as Django does at the end of a request."""
    reset_queries()
    timezone.deactivate()
    translation.deactivate()
    for connection in connections.all(initialized_only=True):
        if connection.connection is None:
            continue
        try:
            if _left_open(connection):
                logger.error(
                    "Task %s[%s] left a transaction open on database %r, or autocommit off. It was rolled back: "
                    "what it wrote there is lost. Use transaction.atomic().",
                    claim.name,
                    claim.task_id,
                    connection.alias,
                )
                _drop(connection)
            else:
                if connection.vendor == "mysql":
                    # Its driver does not tell whether a transaction is open.
                    connection.connection.rollback()
                connection.close_if_unusable_or_obsolete()
        except (Error, connection.Database.Error) as exc:
            # The driver's connection is closed or broken: the next task gets a new one.
            logger.warning("Task %s[%s] broke database %r: %s", claim.name, claim.task_id, connection.alias, exc)
            del connections[connection.alias]


def _left_open(connection: Any) -> bool:
    if connection.in_atomic_block or connection.autocommit != connection.settings_dict["AUTOCOMMIT"]:
        return True
    # A BEGIN that was sent as SQL, which Django does not know of. The driver does.
    raw = connection.connection
    if connection.vendor == "postgresql":
        return bool(raw.info.transaction_status not in (0, 4))  # IDLE; UNKNOWN: the connection is broken
    return bool(getattr(raw, "in_transaction", False))


def _drop(connection: Any) -> None:
    # close() inside an atomic block only marks the connection; the block itself will never be left.
    connection.in_atomic_block = False
    connection.close()
