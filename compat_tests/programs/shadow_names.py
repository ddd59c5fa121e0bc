"""shadow= and shadow_name() change the name in log lines, and nothing else."""

from celery import Task, shared_task

from compat_tests.recorder import record


class Shadowed(Task):
    def shadow_name(self, args, kwargs, options):
        return f"shadow-of-{args[0]}"


@shared_task(bind=True)
def task(self, x):
    record("task", x, self.name, self.request.shadow, self.request.task)
    if x == "breaks":
        raise ValueError(x)
    if x == "retried" and not self.request.retries:
        raise self.retry(countdown=0)


@shared_task(bind=True, base=Shadowed)
def shadowed(self, x):
    record("shadowed", x, self.request.shadow)


def drive(record):
    task.apply_async(("plain",), shadow="alias")
    task.apply_async(("breaks",), shadow="alias.breaks")
    task.apply_async(("retried",), shadow="alias.retried")
    shadowed.delay("one")
