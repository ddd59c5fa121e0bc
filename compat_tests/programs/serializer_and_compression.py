"""serializer= and compression=: json and the known compressions are accepted, unknown ones are refused."""

from celery import shared_task

from compat_tests.recorder import outcome, record


@shared_task(bind=True, serializer="json")
def task(self, x):
    record("ran", x)


def drive(record):
    task.delay("json by attribute")
    record("json", outcome(lambda: task.apply_async(("json",), serializer="json", task_id="json").id))
    record("gzip", outcome(lambda: task.apply_async(("gzip",), compression="gzip", task_id="gzip").id))
    record("unknown serializer", outcome(task.apply_async, ("never",), serializer="nope", task_id="no serializer"))
    record("unknown compression", outcome(task.apply_async, ("never",), compression="nope", task_id="no compression"))
