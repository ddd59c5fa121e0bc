"""countdown, eta and expires kept in a signature: the types, what the call overrides, and JSON in between."""

import datetime as dt
import json
from decimal import Decimal

from celery import shared_task, signature
from kombu.utils.json import dumps, loads

from compat_tests.recorder import outcome, record, returns

FAR = dt.datetime(2035, 7, 1, 12, tzinfo=dt.UTC)


@shared_task(bind=True, expires=7200)
def task(self, label):
    record("ran", label, self.request.eta, self.request.expires)


def drive(record):
    for label, options in {
        "countdown": {"countdown": 3600},
        "eta": {"eta": FAR},
        "naive eta": {"eta": FAR.replace(tzinfo=None)},
        "eta as text": {"eta": FAR.isoformat()},
        "both": {"countdown": 60, "eta": FAR},
    }.items():
        record("set", label, task.s(label).set(queue="later", **options).options)
        record("sent", label, returns(task.s(label).set(queue="later", **options).delay))
    for label, expires in {"number": 60, "instant": FAR, "text": FAR.isoformat(), "None": None}.items():
        record("expires", label, returns(task.signature((f"expires {label}",), expires=expires).apply_async))
    for options in (
        {"countdown": "10"},
        {"countdown": dt.timedelta(1)},
        {"eta": 5},
        {"eta": dt.timedelta(1)},
        {"expires": dt.timedelta(1)},
        {"expires": Decimal(1)},
    ):
        record("refused when sent", options, outcome(task.s("never").set(queue="later", **options).apply_async))
    s = task.s("over").set(countdown=3600, queue="later")
    record("the call wins", returns(s.apply_async, countdown=60), returns(s.apply_async, eta=FAR))
    record("countdown=0", returns(s.apply_async, countdown=0, queue="celery"))
    record("eta in JSON", outcome(json.dumps, task.s("x").set(eta=FAR)))
    through = loads(dumps(task.s("through kombu").set(eta=FAR, queue="later")))
    record("eta in kombu's JSON", through["options"], returns(signature(through).delay))
