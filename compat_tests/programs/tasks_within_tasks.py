"""Tasks that send tasks, call tasks and apply tasks; the request of each is its own."""

from celery import current_task, shared_task

from compat_tests.recorder import record


@shared_task(bind=True)
def outer(self):
    record("outer", self.request.id, current_task.name)
    inner.apply_async(("sent",), task_id="sent")
    inner("called")
    record("after the call", current_task.name, self.request.id)
    inner.apply(("applied",), task_id="applied")
    record("after apply", current_task.name, self.request.id, current_task.request.id)
    return "outer"


@shared_task(bind=True)
def inner(self, how):
    request = self.request
    record("inner", how, request.id, request.is_eager, request.called_directly, request.parent_id, request.root_id)
    record("current", current_task.name, current_task.request.id)


def drive(record):
    outer.apply_async(task_id="outer")
