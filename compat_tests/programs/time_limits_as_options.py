"""time_limit and soft_time_limit on task, call, signature, settings, header; SoftTimeLimitExceeded caught."""

import billiard.exceptions
from celery import Celery, Task
from celery.exceptions import SoftTimeLimitExceeded, TimeLimitExceeded

from compat_tests.recorder import outcome, record

app = Celery("proj")
app.conf.update(task_time_limit=3600, task_soft_time_limit=3000)


class Slow(Task):
    time_limit = 7200
    soft_time_limit = 7000


def seen(task):
    return task.time_limit, task.soft_time_limit, task.request.timelimit


@app.task(bind=True)
def by_setting(self):
    record("by setting", seen(self), self.request.time_limit, self.request.soft_time_limit)


@app.task(bind=True, time_limit=None, soft_time_limit=100)
def by_option(self):
    record("by option", seen(self))


@app.task(bind=True, base=Slow, max_retries=1)
def by_class(self, again=False):
    record("by class", seen(self), self.request.retries)
    if again and not self.request.retries:
        raise self.retry(countdown=0, time_limit=7100)


@app.task(bind=True, autoretry_for=(SoftTimeLimitExceeded,), retry_kwargs={"countdown": 0, "max_retries": 1})
def interrupted(self, how):
    record("interrupted", how, self.request.retries)
    try:
        raise SoftTimeLimitExceeded(5)
    except SoftTimeLimitExceeded as exc:
        record("caught", exc, isinstance(exc, Exception), exc.args)
        if how == "billiard":
            raise billiard.exceptions.SoftTimeLimitExceeded
        if how == "raise":
            raise
    return "cleaned up"


@app.task(time_limit=5, soft_time_limit=10)
def impossible():
    record("never")


def drive(record):
    record("one class", SoftTimeLimitExceeded is billiard.exceptions.SoftTimeLimitExceeded)
    record("hard", issubclass(TimeLimitExceeded, Exception), issubclass(SoftTimeLimitExceeded, TimeLimitExceeded))
    by_setting.apply_async(task_id="setting")
    by_setting.apply_async(task_id="call", time_limit=50, soft_time_limit=40)
    by_setting.apply_async(task_id="None", time_limit=None, soft_time_limit=None)
    by_setting.s().set(time_limit=60, soft_time_limit=30).apply_async(task_id="signature")
    by_setting.apply_async(task_id="header", headers={"timelimit": [9, 8]})
    by_setting.apply_async(task_id="fractions", time_limit=1.5, soft_time_limit=1.25)
    by_setting.apply_async(task_id="zero", time_limit=0, soft_time_limit=0)
    by_option.apply_async(task_id="option")
    by_class.apply_async(task_id="class")
    by_class.apply_async((True,), task_id="retried", soft_time_limit=6000)
    for how in ("return", "raise", "billiard"):
        interrupted.apply_async((how,), task_id=how)
    record("impossible", outcome(impossible.delay), outcome(impossible.apply_async, time_limit=20))
    record("applied", outcome(lambda: by_option.apply(task_id="applied").state))
