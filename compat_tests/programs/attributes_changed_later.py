"""Attributes of a task that are set after it was made count at the next call."""

from celery import shared_task

from compat_tests.recorder import outcome, record


@shared_task(bind=True, max_retries=5)
def task(self, how):
    record("ran", how, self.request.timelimit, self.request.expires, self.request.ignore_result, self.max_retries)


def drive(record):
    task.delay("as made")
    task.expires = 3600
    task.time_limit, task.soft_time_limit = 20, 10
    task.ignore_result = True
    task.max_retries = 1
    task.delay("changed")
    record("changed", task.max_retries, task.expires)
    task.soft_time_limit = 30
    record("soft over hard", outcome(task.delay, "never"))
    task.soft_time_limit = None
    task.typing = False
    record("typing", outcome(lambda: task.apply_async(("a", "b"), task_id="unchecked").id))
