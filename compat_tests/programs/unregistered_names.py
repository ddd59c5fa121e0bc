"""A name that the worker does not know: an error in the log, task_unknown, and the worker goes on."""

from celery import current_app, shared_task, signature

from compat_tests.recorder import record


@shared_task
def known():
    record("known runs")


def drive(record):
    current_app.send_task("no.such.task", (1,), {"a": 2}, task_id="lost-1")
    signature("os.system", ("true",)).apply_async(task_id="lost-2")
    known.delay()
