"""Expired tasks are dropped with task_revoked(expired=True) and a log line, and no hook runs."""

import datetime as dt

from celery import shared_task, signals

from compat_tests.recorder import record


@shared_task(bind=True)
def slow(self, label):
    record("ran", label)


@signals.task_revoked.connect
def on_revoked(sender=None, request=None, terminated=None, signum=None, expired=None, **kwargs):
    record("task_revoked", sender.name, request.id, request.args, request.kwargs, terminated, signum, expired)


def drive(record):
    slow.apply_async(("negative",), expires=-5, task_id="negative")
    slow.apply_async(("past",), expires=dt.datetime(2020, 1, 1, tzinfo=dt.UTC), task_id="past")
    slow.apply_async(("soon",), {}, expires=0.01, task_id="soon")
    slow.apply_async(("in time",), expires=60, task_id="in-time")
    slow.apply_async(("expires before its eta",), countdown=1.5, expires=1, task_id="before-eta")
    slow.apply_async(("expires after its eta",), countdown=0.1, expires=30, task_id="after-eta")
