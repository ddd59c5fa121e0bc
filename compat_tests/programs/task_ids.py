"""Ids: new ones, given ones, the same twice, empty, and what is not text."""

import uuid

from celery import shared_task
from celery import uuid as new_id

from compat_tests.recorder import outcome, record


@shared_task(bind=True)
def task(self, label):
    record("ran", label, self.request.id, self.request.root_id, self.request.correlation_id)


def drive(record):
    first = task.delay("new")
    record("new", first.id, first.task_id, len(first.id), str(first), repr(first))
    record("given", task.apply_async(("given",), task_id="my-id").id)
    record("with spaces", task.apply_async(("spaces",), task_id="spam and eggs").id)
    record("twice", [task.apply_async(("twice",), task_id="again").id for _ in range(2)])
    record("uuid()", type(new_id()).__name__, len(new_id()))
    given = new_id()
    record("given uuid", task.apply_async(("uuid",), task_id=given).id == given)
    record("None", outcome(lambda: len(task.apply_async(("none",), task_id=None).id)))
    record("empty", outcome(lambda: len(task.apply_async(("empty",), task_id="").id)))
    record("number", task.apply_async(("number",), task_id=5).id)
    record("UUID", type(task.apply_async(("UUID",), task_id=uuid.UUID(int=7)).id).__name__)
