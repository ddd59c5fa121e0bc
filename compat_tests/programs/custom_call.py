"""__call__ of a task class wraps every run: it may change arguments, skip the body, or raise."""

from celery import Task, shared_task
from celery.exceptions import Ignore

from compat_tests.recorder import outcome, record


class Guarded(Task):
    def __call__(self, *args, **kwargs):
        record("__call__", args, kwargs, self.request.id is None, self.request.called_directly)
        if args and args[0] == "raise":
            raise PermissionError("guarded")
        if args and args[0] == "ignore":
            raise Ignore
        if args and args[0] == "skip":
            return "skipped"
        return super().__call__(*args, **{**kwargs, "added": True})


@shared_task(base=Guarded, bind=True)
def task(self, how, **kwargs):
    record("body", how, kwargs, self.request.id is None, len(self.request_stack))
    return "ran"


def drive(record):
    for how in ("raise", "ignore", "skip", "run"):
        task.apply_async((how,), task_id=how)
    record("direct", outcome(task, "run"), outcome(task, "skip"), outcome(task, "raise"))
    record("applied", task.apply(("run",)).get(), task.run("run"))
