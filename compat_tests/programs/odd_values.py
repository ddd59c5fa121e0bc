"""Arguments at the edge that JSON takes: deep, long, of own subclasses, odd keys, marked dicts, times with a fold."""

import collections
import datetime as dt
import decimal
from zoneinfo import ZoneInfo

from celery import shared_task

from compat_tests.recorder import record, returns


class Moment(dt.datetime):
    """As pendulum and freezegun have them."""


class Amount(decimal.Decimal):
    pass


class Number(int):
    def __repr__(self):
        return "a number of my own"


class Words(str):
    def __repr__(self):
        return "words of my own"


class Row(dict):
    def __getattr__(self, name):
        return self[name]


class Rows(list):
    pass


Pair = collections.namedtuple("Pair", "left right")


def nested(depth):
    value = "deep"
    for _ in range(depth):
        value = [value]
    return value


VALUES = {
    "moment": Moment(2030, 1, 2, 3, 4, 5),
    "amount": Amount("1.10"),
    "signalling": decimal.Decimal("sNaN"),
    "negative infinity": decimal.Decimal("-Infinity"),
    "fold": dt.datetime(2030, 10, 27, 3, 30, fold=1, tzinfo=ZoneInfo("Europe/Riga")),
    "microseconds": dt.time(23, 59, 59, 999999),
    "aware time": dt.time(12, tzinfo=dt.UTC),
    "first instant": dt.datetime.min,
    "far offset": dt.datetime(2030, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=14))),
    "row": Row(a=1),
    "rows": Rows([1, (2,)]),
    "pairs": [Pair(1, Pair(2, 3))],
    "counter": collections.Counter("abca"),
    "chained keys": {"a": {"b": {"c": {1: {2.5: {None: "end"}}}}}},
    "nan key": {float("nan"): 1, float("inf"): 2},
    "same key twice": {1: "number", "1": "text", True: "bool"},  # noqa: F601
    "empty key": {"": 1, " ": 2, "\n": 3},
    "marked date": {"__type__": "date", "__value__": "2030-01-02"},
    "marked uuid": {"__type__": "uuid", "__value__": {"hex": "00000000000000000000000000000005"}},
    "only a type": {"__type__": "date"},
    "marked and more": {"__type__": "date", "__value__": "2030-01-02", "more": 1},
    "control characters": "".join(map(chr, range(0x20))),
    "separators": "\u2028\u2029\x85",
    "private use": "\ue000\U0010ffff",
    "percent": "%s %(a)s {0} \\n",
    "looks like JSON": '{"a": [1]}',
    "looks like code": "__import__('os')",
}


@shared_task
def task(label, value):
    kind = type(value).__name__
    record("ran", label, value if label != "signalling" else str(value), kind)


@shared_task
def measured(label, value):
    depth, inner = 0, value
    while isinstance(inner, list) and inner:
        depth, inner = depth + 1, inner[0]
    record("measured", label, depth, len(value))


@shared_task
def digits(value):
    record("digits", value == 7**3000, value.bit_length())


def drive(record):
    for label, value in VALUES.items():
        # What is shown of them is not what this is about.
        task.apply_async((label, value), argsrepr=f"({label})", kwargsrepr="{}", task_id=label)
    measured.apply_async(("100 deep", nested(100)), argsrepr="()", task_id="100 deep")
    measured.apply_async(("long text", "x" * 500_000), argsrepr="()", task_id="long text")
    measured.apply_async(("many", list(range(20_000))), argsrepr="()", task_id="many")
    digits.apply_async((7**3000,), argsrepr="()", task_id="digits")
    record("subclasses", returns(task.apply_async, ("own repr", [Number(5), Words("w")]), argsrepr="()"))
    record("keys of kwargs that are no text", returns(task.apply_async, ("k",), {"value": {2: 3}}))
