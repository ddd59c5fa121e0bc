"""Wrappers around functions and tasks: functools.wraps, own decorators in either order, and a task factory."""

import functools
import inspect

from celery import Celery, shared_task

from compat_tests.recorder import outcome, record

app = Celery("proj")


def logged(function):
    @functools.wraps(function)
    def inner(*args, **kwargs):
        record("before", function.__name__, args, kwargs)
        return function(*args, **kwargs)

    return inner


@shared_task
@logged
def wrapped(x, y=2):
    """Documented."""
    return x + y


@app.task(bind=True)
@logged
def wrapped_bound(self, x):
    return x + self.request.retries


def my_task(*args, **kwargs):
    kwargs.setdefault("max_retries", 8)
    return shared_task(*args, **kwargs)


@my_task
def plain(x):
    record("plain", x, plain.max_retries)


@my_task(bind=True, max_retries=2)
def with_options(self, x):
    record("with_options", x, self.max_retries)


def factory(name):
    def made(x):
        record("made", name, x)

    made.__name__ = name
    return app.task(name=f"made.{name}")(made)


first, second = factory("first"), factory("second")


def drive(record):
    record("names", wrapped.name, wrapped_bound.name, plain.name, with_options.name, first.name)
    record("docs", wrapped.__doc__, wrapped.__name__)
    record("signature", str(inspect.signature(wrapped.run)), str(inspect.signature(plain.run)))
    record("checked as the wrapped function", outcome(wrapped.delay), outcome(wrapped_bound.delay, 1, 2))
    wrapped.delay(1)
    wrapped_bound.delay(1)
    plain.delay(3)
    with_options.delay(4)
    first.delay(5)
    second.delay(6)
