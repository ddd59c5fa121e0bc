"""task_received and task_unknown, which come from the worker itself: sender, request and message."""

from celery import current_app, shared_task, signals

from compat_tests.recorder import outcome, record


@shared_task(bind=True)
def task(self, x, y=None):
    record("ran", x, y)


@signals.task_received.connect
def on_received(sender=None, request=None, **kwargs):
    record("sender", type(sender).__name__, type(request).__name__)
    for name in ("id", "args", "kwargs", "name", "task_name", "hostname", "root_id", "parent_id", "eta", "expires"):
        record(f"request.{name}", outcome(lambda name=name: getattr(request, name)))


@signals.task_unknown.connect
def on_unknown(sender=None, name=None, id=None, message=None, exc=None, **kwargs):
    record("task_unknown", name, id, sorted(kwargs))
    record("unknown sender", type(sender).__name__, type(message).__name__, exc)


def drive(record):
    task.apply_async((1,), {"y": 2}, task_id="received")
    current_app.send_task("no.such.task", task_id="unknown")
