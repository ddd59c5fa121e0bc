"""A hook that raises: before_start fails the task, the others are logged."""

from celery import Task, shared_task

from compat_tests.recorder import record


class Broken(Task):
    broken = ""

    def _hook(self, name):
        record(name, self.name)
        if name == self.broken:
            raise KeyError(f"{name} broke")

    def before_start(self, task_id, args, kwargs):
        self._hook("before_start")

    def on_success(self, retval, task_id, args, kwargs):
        self._hook("on_success")

    def on_failure(self, exc, task_id, args, kwargs, einfo):
        self._hook("on_failure")

    def after_return(self, status, retval, task_id, args, kwargs, einfo):
        self._hook("after_return")


@shared_task(base=Broken, broken="before_start")
def before_start():
    record("body")


@shared_task(base=Broken, broken="on_success")
def on_success():
    return 1


@shared_task(base=Broken, broken="after_return")
def after_return():
    return 1


def drive(record):
    for task in (before_start, on_success, after_return):
        task.apply_async(task_id=task.name.rpartition(".")[2])
