"""retry() in a task that was called as a function raises and schedules nothing."""

from celery import shared_task

from compat_tests.recorder import chained


class Unavailable(Exception):
    pass


@shared_task(bind=True)
def task(self, how):
    if how == "plain":
        self.retry()
    if how == "exc":
        self.retry(exc=Unavailable("e"))
    if how == "throw=False":
        return self.retry(throw=False)
    try:
        1 / 0  # noqa: B018
    except ZeroDivisionError as exc:
        if how == "within except":
            self.retry()
        if how == "within except, another":
            self.retry(exc=Unavailable("e"))
        if how == "within except, the same":
            self.retry(exc=exc)


def drive(record):
    for how in ("plain", "exc", "throw=False", "within except", "within except, another", "within except, the same"):
        record(how, chained(task, how))
