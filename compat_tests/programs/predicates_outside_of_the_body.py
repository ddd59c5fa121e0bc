"""Ignore, Reject and retry() raised where the body is not: in before_start, in __call__, in hooks, in helpers."""

from celery import Task, shared_task
from celery.exceptions import Ignore, Reject

from compat_tests.recorder import record


class InBeforeStart(Task):
    def before_start(self, task_id, args, kwargs):
        record("before_start", args, self.request.retries)
        if args[0] == "ignore":
            raise Ignore("not today")
        if args[0] == "reject":
            raise Reject("no good", requeue=False)
        if args[0] == "retry" and not self.request.retries:
            raise self.retry(countdown=0)

    def after_return(self, status, retval, task_id, args, kwargs, einfo):
        record("after_return", status)


class InCall(InBeforeStart):
    def before_start(self, task_id, args, kwargs):
        record("before_start of InCall", args)

    def __call__(self, *args, **kwargs):
        super().before_start(self.request.id, args, kwargs)
        return super().__call__(*args, **kwargs)


class InHook(Task):
    def on_success(self, retval, task_id, args, kwargs):
        record("on_success", args)
        if args[0] != "go":
            raise KeyError("in the hook")


class Quota:
    """A context manager that gives up."""

    def __init__(self, how):
        self.how = how

    def __enter__(self):
        if self.how == "ignore":
            raise Ignore
        return self

    def __exit__(self, kind, exc, traceback):
        if self.how == "reject" and exc:
            raise Reject(exc)


@shared_task(base=InBeforeStart)
def before_start(how):
    record("body", how)


@shared_task(base=InCall)
def call(how):
    record("body", how)


@shared_task(base=InHook)
def hook(how):
    record("body", how)


@shared_task(autoretry_for=(Exception,), retry_kwargs={"max_retries": 1, "countdown": 0})
def manager(how):
    with Quota(how):
        record("body", how)
        raise ValueError(how)


def drive(record):
    for task in (before_start, call, hook, manager):
        for how in ("ignore", "reject", "retry", "go"):
            task.apply_async((how,), task_id=f"{task.__name__} {how}")
        if task is not hook:
            record("applied", [task.apply((how,)).state for how in ("ignore", "reject", "go")])
