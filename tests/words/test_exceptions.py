"""The exceptions: hierarchy and words."""

from __future__ import annotations

import datetime as dt
import pickle
from typing import Any

import pytest
from kombu.exceptions import OperationalError

from celery_taskq import exceptions as ex


@pytest.mark.parametrize(
    ("name", "bases"),
    [
        ("AlwaysEagerIgnored", (ex.CeleryWarning, UserWarning)),
        ("DuplicateTaskNameWarning", (ex.CeleryWarning, UserWarning)),
        ("CDeprecationWarning", (DeprecationWarning,)),
        ("CPendingDeprecationWarning", (PendingDeprecationWarning,)),
        ("Ignore", (ex.TaskPredicate, ex.CeleryError)),
        ("Reject", (ex.TaskPredicate, ex.CeleryError)),
        ("Retry", (ex.TaskPredicate, ex.CeleryError)),
        ("NotRegistered", (KeyError, ex.TaskError, ex.CeleryError)),
        ("QueueNotFound", (KeyError, ex.TaskError, ex.CeleryError)),
        ("MaxRetriesExceededError", (ex.TaskError, ex.CeleryError)),
        ("TimeoutError", (ex.TaskError, ex.CeleryError)),
        ("ImproperlyConfigured", (ex.CeleryError,)),
        ("BackendGetMetaError", (ex.BackendError, Exception)),
        ("SoftTimeLimitExceeded", (Exception,)),
        ("WorkerShutdown", (SystemExit,)),
        ("WorkerTerminate", (SystemExit,)),
    ],
)
def test_an_exception_is_caught_as_in_celery(name: str, bases: tuple[type, ...]) -> None:
    assert issubclass(getattr(ex, name), bases)


def test_time_limits_and_worker_errors_are_no_celery_errors() -> None:
    for kind in (ex.SoftTimeLimitExceeded, ex.TimeLimitExceeded, ex.WorkerLostError, ex.Terminated, ex.BackendError):
        assert not issubclass(kind, ex.CeleryError)
    assert ex.OperationalError is OperationalError
    assert not issubclass(ex.TimeoutError, TimeoutError)


@pytest.mark.parametrize(
    ("retry", "text"),
    [
        (ex.Retry(), "Retry at None"),
        (ex.Retry("message", when=5), "message"),
        (ex.Retry(when=180), "Retry in 180s"),
        (ex.Retry(when=0.5, exc=ValueError("x")), "Retry in 0.5s: ValueError('x')"),
        (ex.Retry(when=1, exc="text"), "Retry in 1s: text"),
        (ex.Retry(when=dt.datetime(2030, 1, 1)), "Retry at 2030-01-01 00:00:00"),
    ],
)
def test_a_retry_says_when_and_why(retry: ex.Retry, text: str) -> None:
    assert str(retry) == text


def test_a_retry_is_pickled_with_its_reason() -> None:
    retry = pickle.loads(pickle.dumps(ex.Retry("m", ValueError(1), 2)))
    assert (retry.message, repr(retry.exc), retry.when, retry.sig) == ("m", "ValueError(1)", 2, None)
    assert repr(ex.Retry("m")) == "Retry(Retry(...), None, None)"


@pytest.mark.parametrize(
    ("exc", "text", "representation"),
    [
        (ex.Reject("why", requeue=True), "('why', True)", "reject requeue=True: why"),
        (ex.Ignore("why"), "why", "Ignore('why')"),
        (
            ex.NotRegistered("x.y"),
            "'x.y'",
            "Task of kind 'x.y' never registered, please make sure it's imported.",
        ),
        (ex.QueueNotFound("q"), "'q'", "QueueNotFound('q')"),
        (ex.SoftTimeLimitExceeded(10), "SoftTimeLimitExceeded(10,)", "SoftTimeLimitExceeded(10)"),
        (ex.BackendGetMetaError("m", task_id="t"), "m", "BackendGetMetaError('m') task_id:t"),
        (ex.BackendStoreError("m", state="S", task_id="t"), "m", "BackendStoreError('m') state:S task_id:t"),
    ],
)
def test_an_exception_is_shown_as_in_celery(exc: Exception, text: str, representation: str) -> None:
    assert (str(exc), repr(exc)) == (text, representation)


def test_too_many_retries_carry_the_arguments() -> None:
    exc = ex.MaxRetriesExceededError("m", task_args=[1], task_kwargs={"a": 1})
    assert (exc.args, exc.task_args, exc.task_kwargs) == (("m",), [1], {"a": 1})
    assert ex.MaxRetriesExceededError().task_args == []


def test_old_names_are_the_new_classes() -> None:
    assert ex.RetryTaskError is ex.Retry
    assert ex.SystemTerminate is ex.WorkerTerminate


def test_reraise_sets_the_traceback() -> None:
    with pytest.raises(ValueError, match="v"):
        ex.reraise(ValueError, ValueError("v"))


def test_a_command_that_fails_has_an_exit_code() -> None:
    assert ex.CeleryCommandException("m", 3).exit_code == 3


def test_every_public_name_is_there() -> None:
    missing: list[Any] = [name for name in ex.__all__ if not hasattr(ex, name)]
    assert missing == []
