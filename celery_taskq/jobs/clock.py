"""The database's clock, for every comparison with now that Django's ORM makes."""

from __future__ import annotations

from typing import Any

from django.db.models.functions import Now


class DatabaseNow(Now):
    """Now, in the time zone in which Django stores instants.

    MySQL's CURRENT_TIMESTAMP is in the session's zone, which Django leaves to the server; the columns hold UTC.
    """

    def as_mysql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="UTC_TIMESTAMP(6)", **context)
