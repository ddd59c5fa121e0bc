"""Arguments that do not fit reach the worker with typing=False or send_task, and fail there as TypeError."""

from celery import current_app, shared_task

from compat_tests.recorder import record


@shared_task(typing=False)
def loose(x):
    record("loose", x)


@shared_task(bind=True)
def strict(self, x, y=1):
    record("strict", x, y)


def drive(record):
    loose.apply_async(task_id="too few")
    loose.apply_async((1, 2), task_id="too many")
    loose.apply_async((), {"y": 1}, task_id="wrong name")
    current_app.send_task("proj.tasks.strict", (1, 2, 3), task_id="sent by name")
    current_app.send_task("proj.tasks.strict", (), {"x": 5}, task_id="right")
