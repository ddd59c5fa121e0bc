"""Hooks on several base classes that call super(), on the task itself, and set on the task while it runs."""

from celery import Celery, Task

from compat_tests.recorder import record


class Logged(Task):
    def on_success(self, retval, task_id, args, kwargs):
        record("Logged.on_success", self.name, retval)
        super().on_success(retval, task_id, args, kwargs)

    def on_failure(self, exc, task_id, args, kwargs, einfo):
        record("Logged.on_failure", self.name, exc)
        super().on_failure(exc, task_id, args, kwargs, einfo)

    def after_return(self, *args, **kwargs):
        record("Logged.after_return", args[:2], kwargs)


class Timed:
    """A mixin that is no task."""

    def before_start(self, task_id, args, kwargs):
        self.request.started = "noon"
        super().before_start(task_id, args, kwargs)

    def on_success(self, retval, task_id, args, kwargs):
        record("Timed.on_success", self.request.started)
        super().on_success(retval, task_id, args, kwargs)


class Everything(Timed, Logged):
    def on_retry(self, exc, task_id, args, kwargs, einfo):
        record("Everything.on_retry", exc)


app = Celery("proj", task_cls=Logged)


@app.task
def plain(x):
    return x


@app.task(base=Everything, bind=True, max_retries=1)
def everything(self, x):
    record("body", x, self.request.started)
    if x == "fail":
        raise ValueError(x)
    if x == "retry" and not self.request.retries:
        raise self.retry(countdown=0, exc=OSError("down"))
    return x


@app.task(bind=True)
def replaced(self, x):
    return x


def on_success(retval, task_id, args, kwargs):
    record("set on the task", retval)


@app.task(bind=True, on_failure=lambda self, exc, task_id, args, kwargs, einfo: record("by option", self.name, exc))
def by_option(self, x):
    raise LookupError(x)


replaced.on_success = on_success


def drive(record):
    plain.delay(1)
    for x in ("go", "fail", "retry"):
        everything.apply_async((x,), task_id=x)
    replaced.delay(2)
    by_option.delay(3)
    record("applied", everything.apply(("go",)).get(), plain.apply((1,)).get())
