"""retry() from helpers: by current_task, by the task that is handed over, and from an overridden retry()."""

from celery import Task, current_task, shared_task

from compat_tests.recorder import record


def helper():
    record("helper", current_task.name, current_task.request.retries)
    if current_task.request.retries < 1:
        raise current_task.retry(countdown=0)


def handed_over(task):
    if task.request.retries < 1:
        task.retry(countdown=0, exc=ValueError("from helper"))


class Patient(Task):
    def retry(self, *args, **kwargs):
        record("own retry", args, kwargs)
        kwargs["countdown"] = 0
        return super().retry(*args, **kwargs)


@shared_task
def by_current_task():
    helper()
    return "done"


@shared_task(bind=True)
def by_argument(self):
    handed_over(self)
    return "done"


@shared_task(bind=True, base=Patient, max_retries=1)
def patient(self):
    raise self.retry(countdown=1000)


@shared_task(bind=True, base=Patient, autoretry_for=(OSError,), max_retries=1)
def patient_by_itself(self):
    raise OSError("down")


def drive(record):
    for task in (by_current_task, by_argument, patient, patient_by_itself):
        task.apply_async(task_id=task.name.rpartition(".")[2])
