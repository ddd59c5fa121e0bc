"""freeze() gives a signature its id before it is sent."""

from celery import shared_task

from compat_tests.recorder import record


@shared_task(bind=True)
def task(self, x):
    record("task", x, self.request.id)


def drive(record):
    s = task.s(1)
    result = s.freeze()
    record("frozen", type(result), result.id == s.id, result.id == s.options["task_id"])
    record("sent under it", s.apply_async().id == result.id)
    s = task.s(2)
    record("given", s.freeze("X").id, s.freeze("Y").id, s.id, sorted(s.options))
    record("sent", s.delay().id)
    record("options", task.s(3).set(task_id="set").delay().id)
    record("AsyncResult", s.AsyncResult("i").id)
