"""The pickle serializer where accept_content allows it: by setting, by task, by call; and what JSON would not take."""

import dataclasses
import datetime as dt
import decimal
import enum
import os

from celery import Celery

from compat_tests.recorder import outcome, record

# Celery's worker refuses pickle to root without it.
os.environ["C_FORCE_ROOT"] = "1"

app = Celery("proj")
app.conf.update(task_serializer="pickle", accept_content=["pickle", "json"])


class Colour(enum.Enum):
    RED = 1


@dataclasses.dataclass
class Order:
    number: int
    lines: tuple = ()


VALUES = {
    "set": {1, 2},
    "tuple": (1, (2, [3])),
    "object": Order(5, ("a",)),
    "enum": Colour.RED,
    "class": Order,
    "exception": ValueError("v"),
    "timedelta": dt.timedelta(days=1),
    "decimal": decimal.Decimal("1.10"),
    "bytes": b"raw",
    "keys": {1: "int", (1, 2): "tuple", None: "none"},
    "function": dataclasses.asdict,
    "complex": 1j,
    "text": "ü",
}


@app.task(bind=True, max_retries=1)
def by_setting(self, value, key=None):
    record("by setting", value, key, type(value).__name__, type(self.request.args).__name__, self.request.retries)
    if value == {1, 2} and not self.request.retries:
        raise self.retry(countdown=0, kwargs={"key": frozenset("k")})


@app.task(serializer="json")
def by_task(value):
    record("by task", value)


def drive(record):
    for label, value in VALUES.items():
        by_setting.apply_async((value,), task_id=label)
    record("json by task", outcome(by_task.delay, {1}))
    by_task.delay((1, 2))
    by_setting.apply_async(((1, 2),), serializer="json", task_id="json by call")
    by_task.apply_async(({3},), serializer="pickle", task_id="pickle by call")
    by_task.s({4}).set(serializer="pickle").apply_async(task_id="pickle by signature")
    record("cannot be pickled", outcome(by_setting.delay, lambda: 0)[:32], outcome(by_setting.delay, (n for n in ())))
    app.conf.task_always_eager = True
    record("eager", by_setting.apply_async(({9},), {"key": (1,)}).get())
