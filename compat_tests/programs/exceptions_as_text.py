"""Celery's exceptions: hierarchy, arguments, str and repr."""

import datetime as dt
import pickle

from celery import exceptions as ce


def drive(record):
    names = (
        "CeleryError CeleryWarning ImproperlyConfigured SecurityError TaskPredicate Ignore Reject Retry TaskError "
        "QueueNotFound IncompleteStream NotRegistered AlreadyRegistered TimeoutError MaxRetriesExceededError "
        "TaskRevokedError InvalidTaskError ChordError AlwaysEagerIgnored NotConfigured DuplicateTaskNameWarning "
        "CDeprecationWarning CPendingDeprecationWarning WorkerShutdown WorkerTerminate OperationalError"
    )
    for name in names.split():
        record(name, [cls.__name__ for cls in getattr(ce, name).__mro__[1:-1]])
    retry = ce.Retry("m", ValueError("x"), 5)
    record("Retry", str(retry), repr(retry), retry.message, retry.exc, retry.when, retry.humanize())
    record("Retry()", str(ce.Retry()), str(ce.Retry(when=180)), str(ce.Retry(exc="text", when=1)))
    record("Retry at", str(ce.Retry(when=dt.datetime(2030, 1, 1, tzinfo=dt.UTC))), ce.Retry().args[0].when)
    loaded = pickle.loads(pickle.dumps(retry))
    record("pickled", loaded.message, loaded.exc, loaded.when)
    record("Ignore", str(ce.Ignore()), repr(ce.Ignore("why")))
    record("Reject", str(ce.Reject()), repr(ce.Reject("why", requeue=True)), ce.Reject("why").requeue)
    exceeded = ce.MaxRetriesExceededError("m", task_args=[1], task_kwargs={"a": 1})
    record("MaxRetriesExceededError", str(exceeded), repr(exceeded), exceeded.task_args, exceeded.task_kwargs)
    record("defaults", ce.MaxRetriesExceededError().task_args, ce.MaxRetriesExceededError().task_kwargs)
    record("NotRegistered", str(ce.NotRegistered("x.y")), repr(ce.NotRegistered("x.y")))
    record("aliases", ce.RetryTaskError is ce.Retry if hasattr(ce, "RetryTaskError") else "none")
    record("SoftTimeLimitExceeded", str(ce.SoftTimeLimitExceeded(10)), repr(ce.SoftTimeLimitExceeded()))
    record("TimeLimitExceeded", str(ce.TimeLimitExceeded(10)), issubclass(ce.SoftTimeLimitExceeded, Exception))
    record("WorkerLostError", str(ce.WorkerLostError("m")), issubclass(ce.Retry, ce.TaskPredicate))
