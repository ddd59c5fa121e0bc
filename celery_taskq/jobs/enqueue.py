"""A task becomes a row, in the caller's transaction."""

from __future__ import annotations

from django.db import connections

from ..messages import TaskMessage
from . import config
from .dialects import dialect_of


def enqueue(message: TaskMessage) -> int:
    """Store ``message`` as a pending job on Django's connection; it exists if and only if the caller commits.

    Returns:
        The row's id.
    Raises:
        django.db.Error: as for any write on this connection.
    """
    alias = config.database()
    return dialect_of(alias).insert(connections[alias], message, config.notify())
