"""update_state, send_event and add_trail do nothing that disturbs where there is no result backend."""

from celery import shared_task

from compat_tests.recorder import outcome, record


@shared_task(bind=True)
def task(self):
    record("send_event", outcome(self.send_event, "task-progress", done=5))
    record("add_trail", outcome(lambda: self.add_trail(task.AsyncResult("x")).id))
    record("backend", outcome(lambda: self.request.id))


def drive(record):
    task.delay()
