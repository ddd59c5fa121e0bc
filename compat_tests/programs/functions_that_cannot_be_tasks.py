"""Lambdas, partials and callable objects are refused when the task is made or first used."""

import functools

from celery import Celery

from compat_tests.recorder import outcome

app = Celery("proj")


class Callable:
    def __call__(self):
        return 1


def add(x, y):
    return x + y


def drive(record):
    record("lambda", outcome(lambda: app.task(lambda: 1, shared=False, lazy=False)).split("(")[0])
    record("partial", outcome(lambda: app.task(functools.partial(add, 1), shared=False, lazy=False)))
    record("callable object", outcome(lambda: app.task(Callable(), shared=False, lazy=False)))
    record("unknown task", outcome(lambda: app.tasks["nope"]))
