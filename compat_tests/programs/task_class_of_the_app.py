"""Celery(task_cls=…) as a dotted string gives every task of the app its base class."""

from celery import Celery, Task

from compat_tests.recorder import record


class Logged(Task):
    def before_start(self, task_id, args, kwargs):
        record("before_start", self.name, args, kwargs)

    def delay(self, *args, **kwargs):
        record("delay", args, kwargs)
        return super().delay(*args, **kwargs)

    def apply_async(self, args=None, kwargs=None, **options):
        record("apply_async", args, kwargs, options)
        return super().apply_async(args, kwargs, **options)


app = Celery("proj", task_cls="proj.tasks:Logged")


@app.task
def add(x, y=1):
    record("add", x, y)


@app.task(base=Task)
def with_own_base(x):
    record("with_own_base", x)


def drive(record):
    record("bases", isinstance(add, Logged), isinstance(with_own_base, Logged), issubclass(app.Task, Logged))
    add.delay(1)
    add.delay(1, y=2)
    add.apply_async((3,), countdown=0)
    add.s(4).delay()
    with_own_base.delay(5)
