"""Celery's exceptions as values: str, repr, args, attributes, pickled, copied, raised from one another, and caught."""

import copy
import datetime as dt
import pickle

from celery import exceptions as ce
from celery import shared_task
from celery.exceptions import Ignore, MaxRetriesExceededError, Reject, Retry

from compat_tests.recorder import outcome

WHEN = dt.datetime(2030, 1, 1, 12, tzinfo=dt.UTC)


def made():
    yield Retry("message", ValueError("v"), 5)
    yield Retry("message", exc=KeyError("k"), when=WHEN, is_eager=True)
    yield Retry(exc="only text", when=1.5)
    yield Retry()
    yield Ignore("why", 5)
    yield Reject("why", requeue=True)
    yield Reject()
    yield MaxRetriesExceededError("used up", task_args=[1], task_kwargs={"a": 1})
    yield ce.NotRegistered("jobs.nobody")
    yield ce.AlreadyRegistered("jobs.twice")
    yield ce.QueueNotFound("nowhere")
    yield ce.ImproperlyConfigured("wrong")
    yield ce.TaskRevokedError("revoked")
    yield ce.InvalidTaskError("malformed")
    yield ce.TimeoutError("late")
    yield ce.SoftTimeLimitExceeded(10)
    yield ce.SoftTimeLimitExceeded()
    yield ce.TimeLimitExceeded(10)
    yield ce.WorkerLostError("exit 9")
    yield ce.WorkerLostError("exit 9", 9)
    yield ce.Terminated(15)
    yield ce.WorkerShutdown(0)
    yield ce.WorkerTerminate(1)
    yield ce.OperationalError("no broker")
    yield ce.IncompleteStream()
    yield ce.ChordError("chord")
    yield ce.SecurityError("signed")
    yield ce.BackendGetMetaError("m", task_id="t")
    yield ce.BackendStoreError("m", state="S", task_id="t")


@shared_task
def raises(number):
    raise list(made())[number]


def drive(record):
    for exc in made():
        name = type(exc).__name__
        record(name, str(exc), repr(exc), [arg for arg in exc.args if arg is not exc], type(exc).__module__)
        loaded = pickle.loads(pickle.dumps(exc))
        record(f"{name} pickled", type(loaded) is type(exc), str(loaded), repr(loaded))
        copied = copy.copy(exc)
        record(f"{name} copied", type(copied) is type(exc), str(copied))
        named = {key: getattr(exc, key) for key in sorted(vars(exc)) if not key.startswith("_")}
        record(f"{name} has", named)
    retry = Retry("m", ValueError("v"), WHEN)
    record("humanize", retry.humanize(), Retry(when=0).humanize(), Retry(when=3.5).humanize(), Retry().humanize())
    record("reraise", outcome(ce.reraise, ValueError, ValueError("again"), None))
    record("caught as", issubclass(Retry, ce.TaskPredicate), issubclass(ce.NotRegistered, KeyError))
    record("not errors of tasks", issubclass(Ignore, ce.TaskError), issubclass(Retry, ce.CeleryError))
    record("warnings", [issubclass(getattr(ce, n), Warning) for n in ("CeleryWarning", "CDeprecationWarning")])
    record("is the built-in", ce.TimeoutError is TimeoutError, ce.TimeoutError.__mro__[1].__name__)
    for number in range(len(list(made()))):
        exc = list(made())[number]
        # The others end the worker, are its own, or say what it should do with the task.
        its_own = (ce.TaskPredicate, ce.WorkerLostError, ce.Terminated)
        if isinstance(exc, Exception) and not isinstance(exc, its_own):
            raises.apply_async((number,), task_id=f"{number:02} {type(exc).__name__}")
