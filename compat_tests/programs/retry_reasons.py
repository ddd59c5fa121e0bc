"""What log, task_retry and on_retry say of a retry: exc as exception, class and text, an eta, seconds."""

import datetime as dt

from celery import Task, shared_task, signals

from compat_tests.recorder import record

PAST = dt.datetime(2020, 1, 1, 12, tzinfo=dt.UTC)


class Multiline(Exception):
    def __str__(self):
        return "first line\nsecond line"


REASONS = {
    "nothing": {},
    "exception": {"exc": OSError(5, "down")},
    "class": {"exc": OSError},
    "text": {"exc": "only text"},
    "many lines": {"exc": Multiline()},
    "eta": {"eta": PAST, "countdown": None},
    "eta and exception": {"eta": PAST, "exc": KeyError("k"), "countdown": None},
    "fraction": {"countdown": 0.05},
    "not ascii": {"exc": ValueError("übel €")},
}


class Told(Task):
    def on_retry(self, exc, task_id, args, kwargs, einfo):
        record("on_retry", exc, einfo.type.__name__)


@shared_task(bind=True, base=Told, max_retries=1)
def task(self, label):
    if not self.request.retries:
        raise self.retry(**{"countdown": 0, **REASONS[label]})


@signals.task_retry.connect
def told(sender=None, request=None, reason=None, einfo=None, **kwargs):
    record("task_retry", sender.name, request.id, str(reason), reason.message, reason.exc, reason.when, reason.excs)
    record("more", reason.humanize(), reason.is_eager, type(reason.sig).__name__, reason.args[1:], sorted(kwargs))


def drive(record):
    for label in REASONS:
        task.apply_async((label,), task_id=label)
