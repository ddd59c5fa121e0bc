"""revoke() of tasks that no worker has taken yet."""

from celery import current_app, shared_task

from compat_tests.recorder import outcome, record


@shared_task
def task(label):
    record("ran", label)


def drive(record):
    record("result", outcome(task.apply_async(("by result",), task_id="r1").revoke))
    record("AsyncResult", outcome(current_app.AsyncResult("r1").revoke))
    record("terminate", outcome(task.apply_async(("terminate",), task_id="r2").revoke, terminate=True))
    task.apply_async(("not revoked",), task_id="r3")
