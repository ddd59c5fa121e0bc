"""Tasks that look now and then whether they shall stop."""

from __future__ import annotations

from typing import Any

from celery_taskq.app.task import Task
from celery_taskq.result import AsyncResult

__all__ = ("AbortableAsyncResult", "AbortableTask")

ABORTED = "ABORTED"


class AbortableAsyncResult(AsyncResult):
    """The call of an AbortableTask."""

    def is_aborted(self) -> bool:
        """Whether abort() was called, and the task has not told another state since."""
        return self.state == ABORTED

    def abort(self) -> None:
        """Let the task see that it shall stop, in this transaction; whether and when it stops is its own affair."""
        self.app.jobs.request_abort(str(self.id))


class AbortableTask(Task):
    """Base for tasks that ask ``self.is_aborted()`` now and then, and return when it is true."""

    abstract = True

    def AsyncResult(self, task_id: Any) -> AbortableAsyncResult:  # type: ignore[override]
        """The result of a call of this task."""
        return AbortableAsyncResult(task_id, backend=self.backend, app=self._get_app())

    def is_aborted(self, **kwargs: Any) -> bool:
        """Whether this call, or the one with ``task_id``, shall stop; one query for each time."""
        return self.AsyncResult(kwargs.get("task_id", self.request.id)).is_aborted()
