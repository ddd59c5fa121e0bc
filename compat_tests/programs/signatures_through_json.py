"""Signatures kept as JSON and made again: in a text field, with kombu's types, by dict, and compared."""

import copy
import datetime as dt
import decimal
import json
import uuid

from celery import Signature, shared_task, signature
from celery.canvas import maybe_signature
from kombu.utils.json import dumps, loads

from compat_tests.recorder import outcome, record


@shared_task(bind=True)
def task(self, *args, **kwargs):
    record("task", args, kwargs, self.request.headers, self.request.delivery_info["priority"])


def drive(record):
    plain = task.s(1, "two", None, [3.5], key={"a": True}).set(priority=4, headers={"h": 1})
    stored = json.dumps(plain)
    record("stored", stored)
    back = signature(json.loads(stored))
    record("back", type(back), dict(back), back == plain, back.args == plain.args, back.kwargs == plain.kwargs)
    record("text", repr(back), back.name, back.immutable)
    back.delay("more")
    typed = task.s(dt.date(2030, 1, 2), decimal.Decimal("1.10"), id=uuid.UUID(int=3), raw=b"raw")
    record("types need kombu", outcome(json.dumps, typed))
    again = signature(loads(dumps(typed)))
    record("typed", again.args, again.kwargs)
    again.apply_async()
    immutable = signature(json.loads(json.dumps(task.si(5))))
    record("immutable", immutable.immutable)
    immutable.delay("ignored", key="ignored")
    for given in ({"task": "proj.tasks.task"}, {"task": "proj.tasks.task", "args": [7], "options": {"priority": 2}}):
        made = signature(given)
        record("by dict", type(made), made.get("args"), made.get("kwargs"), made.get("options"), made.get("immutable"))
    full = signature(
        {"task": "proj.tasks.task", "args": [7], "kwargs": {}, "options": {"priority": 2}, "immutable": False}
    )
    full.delay()
    record("a copy", full is not signature(full), signature(full) == full, maybe_signature(dict(full)) == full)
    record("deep copy", type(copy.deepcopy(plain)), copy.deepcopy(plain) == plain, type(copy.copy(plain)))
    record("Signature()", Signature(dict(plain)) == plain, Signature("proj.tasks.task", (1,)) == task.s(1))
    record("order of keys", list(plain), list(back))
    record("unknown", outcome(lambda: signature({"task": "nobody", "args": [], "kwargs": {}, "options": {}}).apply()))
