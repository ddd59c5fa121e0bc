"""autoretry_for and its companions as class attributes of a base, overridden by a subclass and by a task."""

import random

from celery import Task, shared_task

from compat_tests.recorder import record


class Transient(Exception):
    pass


class Busy(Transient):
    pass


class Permanent(Transient):
    pass


class Patient(Task):
    autoretry_for = (Transient,)
    dont_autoretry_for = (Permanent,)
    retry_backoff = 3
    retry_backoff_max = 10
    retry_jitter = False
    max_retries = 4


class Impatient(Patient):
    retry_backoff = False
    retry_kwargs = {"max_retries": 1, "countdown": 2}


class Jittery(Patient):
    retry_jitter = True


def fail(self, kind):
    record("attempt", self.name, self.request.retries)
    raise {"busy": Busy, "permanent": Permanent, "value": ValueError}[kind](kind)


@shared_task(bind=True, base=Patient)
def patient(self, kind):
    fail(self, kind)


@shared_task(bind=True, base=Impatient)
def impatient(self, kind):
    fail(self, kind)


@shared_task(bind=True, base=Jittery)
def jittery(self, kind):
    fail(self, kind)


@shared_task(
    bind=True, base=Patient, autoretry_for=(ValueError,), retry_backoff=True, dont_autoretry_for=(), max_retries=1
)
def own(self, kind):
    fail(self, kind)


@shared_task(bind=True, base=Patient, autoretry_for=())
def none(self, kind):
    fail(self, kind)


def drive(record):
    random.seed(5)
    for task in (patient, impatient, jittery, own, none):
        record("attributes", task.name, task.max_retries, task.autoretry_for, getattr(task, "retry_backoff", None))
        for kind in ("busy", "permanent", "value"):
            result = task.apply((kind,))
            record("ended", task.name, kind, result.state, result.result)
    record("wrapped", hasattr(patient, "_orig_run"), hasattr(none, "_orig_run"), patient.run is not patient._orig_run)
