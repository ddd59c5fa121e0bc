"""The base of tasks in Django projects: Celery's two methods that wait for the commit."""

from __future__ import annotations

import functools
from typing import Any

from celery_taskq.app.task import Task


class DjangoTask(Task):
    """Neither is needed here, because a task exists only if the transaction commits; both do what they say."""

    def delay_on_commit(self, /, *args: Any, **kwargs: Any) -> None:
        """``delay`` after the commit."""
        from django.db import transaction

        transaction.on_commit(functools.partial(self.delay, *args, **kwargs))

    def apply_async_on_commit(self, /, *args: Any, **kwargs: Any) -> None:
        """``apply_async`` after the commit."""
        from django.db import transaction

        transaction.on_commit(functools.partial(self.apply_async, *args, **kwargs))
