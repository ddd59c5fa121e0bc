"""The exceptions and warnings of Celery's vocabulary, with its hierarchy and its words."""

from __future__ import annotations

import numbers
from types import TracebackType
from typing import Any, NoReturn

from kombu.exceptions import OperationalError

from .utils.serialization import get_pickleable_exception

try:
    from billiard.exceptions import SoftTimeLimitExceeded, Terminated, TimeLimitExceeded, WorkerLostError
except ImportError:
    # Code that was written for Celery catches billiard's classes where billiard is installed.
    class SoftTimeLimitExceeded(Exception):  # type: ignore[no-redef]
        """The soft time limit has been exceeded; raised inside the task."""

        def __str__(self) -> str:
            return f"SoftTimeLimitExceeded{self.args!r}"

    class TimeLimitExceeded(Exception):  # type: ignore[no-redef]
        """The time limit has been exceeded and the job has been terminated."""

        def __str__(self) -> str:
            return f"TimeLimitExceeded{self.args!r}"

    class WorkerLostError(Exception):  # type: ignore[no-redef]
        """The worker processing a job exited by itself."""

    class Terminated(Exception):  # type: ignore[no-redef]
        """The worker processing a job was terminated by a person."""


__all__ = (
    "AlreadyRegistered",
    "AlwaysEagerIgnored",
    "BackendError",
    "BackendGetMetaError",
    "BackendStoreError",
    "CDeprecationWarning",
    "CPendingDeprecationWarning",
    "CeleryCommandException",
    "CeleryError",
    "CeleryWarning",
    "ChordError",
    "DuplicateNodenameWarning",
    "DuplicateTaskNameWarning",
    "FixupWarning",
    "Ignore",
    "ImproperlyConfigured",
    "IncompleteStream",
    "InvalidTaskError",
    "MaxRetriesExceededError",
    "NotConfigured",
    "NotRegistered",
    "OperationalError",
    "QueueNotFound",
    "Reject",
    "Retry",
    "RetryTaskError",
    "SecurityError",
    "SecurityWarning",
    "SoftTimeLimitExceeded",
    "SystemTerminate",
    "TaskError",
    "TaskPredicate",
    "TaskRevokedError",
    "Terminated",
    "TimeLimitExceeded",
    "TimeoutError",
    "WorkerLostError",
    "WorkerShutdown",
    "WorkerTerminate",
    "reraise",
)


def reraise(tp: type[BaseException], value: BaseException, tb: TracebackType | None = None) -> NoReturn:
    """Raise ``value``, with ``tb`` as its traceback."""
    if value.__traceback__ is not tb:
        raise value.with_traceback(tb)
    raise value


class CeleryWarning(UserWarning):
    """Base of all warnings that are not about deprecation."""


class AlwaysEagerIgnored(CeleryWarning):
    """``task_always_eager`` has no effect on ``send_task``."""


class DuplicateNodenameWarning(CeleryWarning):
    """Two workers have the same name."""


class DuplicateTaskNameWarning(CeleryWarning):
    """Two callables are registered under one task name."""


class FixupWarning(CeleryWarning):
    """Something about the fit with Django."""


class NotConfigured(CeleryWarning):
    """No configuration was found."""


class SecurityWarning(CeleryWarning):
    """A possible security problem."""


class CPendingDeprecationWarning(PendingDeprecationWarning):
    """Will be deprecated."""


class CDeprecationWarning(DeprecationWarning):
    """Is deprecated."""


class CeleryError(Exception):
    """Base of all errors."""


class ImproperlyConfigured(CeleryError):
    """A setting is wrong or missing."""


class SecurityError(CeleryError):
    """A security-related error."""


class TaskPredicate(CeleryError):
    """Base of what a task raises to say what should become of it."""


class Retry(TaskPredicate):
    """The task will be run again.

    Attributes:
        exc: why, as an exception; None when there was none, or it was given as text.
        when: seconds from then, or a datetime.
        sig: what will be run; None when somebody raised Retry without calling ``retry()``.
    """

    message: str | None = None
    exc: BaseException | None = None
    when: Any = None

    def __init__(
        self,
        message: str | None = None,
        exc: Any = None,
        when: Any = None,
        is_eager: bool = False,
        sig: Any = None,
        **kwargs: Any,
    ) -> None:
        self.message = message
        self.excs: str | None
        if isinstance(exc, str):
            self.exc, self.excs = None, exc
        else:
            self.exc, self.excs = get_pickleable_exception(exc), _safe_repr(exc) if exc else None
        self.when = when
        self.is_eager = is_eager
        self.sig = sig
        super().__init__(self, exc, when, **kwargs)

    def humanize(self) -> str:
        """When, in words."""
        return f"in {self.when}s" if isinstance(self.when, numbers.Number) else f"at {self.when}"

    def __str__(self) -> str:
        if self.message:
            return self.message
        return f"Retry {self.humanize()}: {self.excs}" if self.excs else f"Retry {self.humanize()}"

    def __reduce__(self) -> Any:
        return self.__class__, (self.message, self.exc, self.when)


def _safe_repr(value: Any) -> str:
    from kombu.utils.encoding import safe_repr

    return str(safe_repr(value))


RetryTaskError = Retry


class Ignore(TaskPredicate):
    """Raised by a task that wants nothing to be made of this run."""


class Reject(TaskPredicate):
    """Raised by a task that does not want to have been given this message."""

    def __init__(self, reason: Any = None, requeue: bool = False) -> None:
        self.reason = reason
        self.requeue = requeue
        super().__init__(reason, requeue)

    def __repr__(self) -> str:
        return f"reject requeue={self.requeue}: {self.reason}"


class TaskError(CeleryError):
    """Base of errors about tasks."""


class QueueNotFound(KeyError, TaskError):
    """A queue is not in ``task_queues``, and ``task_create_missing_queues`` is off."""


class IncompleteStream(TaskError):
    """The end of a stream was reached too early."""


UNREGISTERED_FMT = "Task of kind {0} never registered, please make sure it's imported."


class NotRegistered(KeyError, TaskError):
    """No task has this name."""

    def __repr__(self) -> str:
        return UNREGISTERED_FMT.format(self)


class AlreadyRegistered(TaskError):
    """A task of this name exists."""


class TimeoutError(TaskError):
    """The operation took too long."""


class MaxRetriesExceededError(TaskError):
    """The task was retried as often as it may be."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.task_args = kwargs.pop("task_args", [])
        self.task_kwargs = kwargs.pop("task_kwargs", {})
        super().__init__(*args, **kwargs)


class TaskRevokedError(TaskError):
    """The task was revoked."""


class InvalidTaskError(TaskError):
    """The message of the task is malformed."""


class ChordError(TaskError):
    """A task of a chord failed."""


class BackendError(Exception):
    """Base of errors of a result backend."""


class BackendGetMetaError(BackendError):
    """A result could not be read."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.task_id = kwargs.get("task_id", "")
        super().__init__(*args)

    def __repr__(self) -> str:
        return f"{super().__repr__()} task_id:{self.task_id}"


class BackendStoreError(BackendError):
    """A result could not be written."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.state = kwargs.get("state", "")
        self.task_id = kwargs.get("task_id", "")
        super().__init__(*args)

    def __repr__(self) -> str:
        return f"{super().__repr__()} state:{self.state} task_id:{self.task_id}"


class WorkerTerminate(SystemExit):
    """The worker must stop at once."""


SystemTerminate = WorkerTerminate


class WorkerShutdown(SystemExit):
    """The worker must stop after the running task."""


class CeleryCommandException(Exception):
    """A command cannot go on; ``exit_code`` is what the process exits with."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.message = message
        self.exit_code = exit_code
