"""The stack of requests: recursion, tasks that call each other, push_request, and the request once all is over."""

from celery import Celery, current_task
from celery._state import get_current_task

from compat_tests.recorder import outcome, record

app = Celery("proj")


def seen(task):
    request = task.request
    return (
        request.id and "an id",
        request.args,
        request.kwargs,
        request.called_directly,
        len(task.request_stack),
        current_task.name if current_task else None,
    )


@app.task(bind=True)
def factorial(self, n):
    record("factorial", n, seen(self))
    return 1 if n <= 1 else n * factorial(n - 1)


@app.task(bind=True)
def even(self, n):
    record("even", n, seen(self), seen(odd))
    return True if n == 0 else odd(n - 1)


@app.task(bind=True)
def odd(self, n):
    record("odd", n, seen(self), seen(even))
    return False if n == 0 else even(n - 1)


@app.task(bind=True)
def survives(self):
    record("a failure within", outcome(breaks, 1), seen(self))
    self.push_request(args=("pushed",), kwargs={"k": 1}, id="pushed")
    record("pushed", seen(self), self.request.id)
    self.pop_request()
    record("popped", seen(self))


@app.task
def breaks(x):
    raise LookupError(x)


def drive(record):
    record("outside", bool(current_task), outcome(get_current_task), seen(factorial))
    record("direct", factorial(3))
    record("after", bool(current_task), seen(factorial))
    record("applied", even.apply((2,), task_id="even").get())
    factorial.apply_async((3,), {}, task_id="factorial")
    even.apply_async(kwargs={"n": 2}, task_id="even")
    survives.apply_async(task_id="survives")
    record("one for all", factorial.request is factorial.request, even.request is factorial.request)
