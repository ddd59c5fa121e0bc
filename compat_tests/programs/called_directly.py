"""A task that is called as a function: no checks, no signals, a request of its own."""

from celery import current_task, shared_task

from compat_tests.recorder import outcome, record


@shared_task(bind=True)
def outer(self, x, nested=False):
    request = self.request
    record("outer", x, request.id, request.called_directly, request.args, request.kwargs, request.is_eager)
    record("current_task", current_task.name, current_task.request.id == request.id, bool(current_task))
    if nested:
        inner(x + 1)
        record("after inner", current_task.name, self.request.args, self.request.called_directly)
    return x


@shared_task(bind=True)
def inner(self, x):
    record("inner", x, self.request.id, self.request.called_directly, current_task.name, self.request.retries)


@shared_task(bind=True)
def recursive(self, depth):
    record("recursive", depth, len(self.request_stack), self.request.args, self.request.id, current_task.request.id)
    if depth:
        recursive(depth - 1)


@shared_task
def breaks():
    raise LookupError("as is")


@shared_task(bind=True)
def calls_itself(self, depth):
    record("calls_itself", depth, self.request.retries, self.request.called_directly, self.request.is_eager)
    if depth:
        return calls_itself(depth - 1)
    if not self.request.retries:
        raise self.retry(countdown=0)
    return "in the end"


def drive(record):
    record("returns", outer(1), outer(1, nested=True))
    record("outside", outer.request.id, outer.request.called_directly, outer.request.retries, bool(current_task))
    record("raises", outcome(breaks))
    record("no check, Python's own error", outcome(outer), outcome(outer, 1, 2, 3))
    recursive(2)
    outer.delay(10, nested=True)
    recursive.delay(1)
    calls_itself.apply_async((1,), task_id="calls itself")
    record("eager", calls_itself.apply((1,)).get())
