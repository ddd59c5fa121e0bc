"""autoretry_for: what is retried, what is excluded, and what the task fails with in the end."""

from celery import Task, shared_task
from celery.exceptions import Ignore, Reject

from compat_tests.recorder import outcome, record


class Flaky(OSError):
    pass


@shared_task(bind=True, autoretry_for=(OSError,), default_retry_delay=0, max_retries=2)
def flaky(self, succeed_at):
    record("flaky", self.request.retries)
    if self.request.retries < succeed_at:
        raise Flaky(f"attempt {self.request.retries}")
    return "up again"


@shared_task(bind=True, autoretry_for=(Exception,), retry_kwargs={"countdown": 0, "max_retries": 1})
def everything(self, what):
    record("everything", what, self.request.retries)
    raise {"value": ValueError(what), "ignore": Ignore(what), "reject": Reject(what), "key": KeyError(what)}[what]


@shared_task(
    bind=True, autoretry_for=[Exception], dont_autoretry_for=(KeyError,), retry_kwargs={"countdown": 0}, max_retries=1
)
def excluded(self, what):
    record("excluded", what, self.request.retries)
    raise {"key": KeyError(what), "type": TypeError(what)}[what]


@shared_task(bind=True, autoretry_for=(OSError,), max_retries=1, default_retry_delay=0)
def retries_by_hand_too(self):
    record("retries_by_hand_too", self.request.retries)
    if self.request.retries == 0:
        raise OSError("by itself")
    raise self.retry(countdown=0, max_retries=2)


class Base(Task):
    autoretry_for = (LookupError,)
    retry_kwargs = {"max_retries": 1, "countdown": 0}


@shared_task(bind=True, base=Base)
def from_class(self):
    record("from_class", self.request.retries)
    raise LookupError("by class")


def drive(record):
    flaky.apply_async((2,), task_id="flaky, succeeds")
    flaky.apply_async((5,), task_id="flaky, fails")
    for what in ("value", "ignore", "reject"):
        everything.apply_async((what,), task_id=f"everything {what}")
    for what in ("key", "type"):
        excluded.apply_async((what,), task_id=f"excluded {what}")
    retries_by_hand_too.apply_async(task_id="by hand too")
    from_class.apply_async(task_id="from class")
    record("direct", outcome(flaky, 1))
    record("a bare class", outcome(lambda: shared_task(autoretry_for=OSError, name="bare")(drive).name))
