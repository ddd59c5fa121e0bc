"""Every type that JSON takes comes back as Celery brings it back."""

import collections
import datetime as dt
import decimal
import enum
import uuid
from zoneinfo import ZoneInfo

from celery import shared_task

from compat_tests.recorder import record


class Colour(enum.IntEnum):
    RED = 1


class Name(enum.StrEnum):
    A = "a"


class Text(str):
    pass


class AsJson:
    def __json__(self):
        return {"as": "json"}


Point = collections.namedtuple("Point", "x y")

VALUES = {
    "numbers": [0, -1, 1.5, 2**63, 2**200, -0.0, 1e308, True, None],
    "not finite": [float("nan"), float("inf"), float("-inf")],
    "text": ["", "a", "ü€😀", "a\0b", "\ud800", "\u202e", "line\nbreak", "'\"\\", "x" * 5000],
    "times": [
        dt.datetime(2030, 1, 2, 3, 4, 5, 6),
        dt.datetime(2030, 1, 2, tzinfo=dt.UTC),
        dt.datetime(2030, 7, 2, tzinfo=ZoneInfo("Europe/Riga")),
        dt.date(2030, 1, 2),
        dt.time(1, 2, 3),
        dt.datetime.max,
        dt.date(1, 1, 1),
    ],
    "decimals": [decimal.Decimal("1.10"), decimal.Decimal("NaN"), decimal.Decimal("1e400")],
    "uuid": uuid.UUID(int=5),
    "bytes": [b"abc", b"\xff\x00", b""],
    "sequences": [(1, 2), [1, (2, [3])], Point(1, 2), [], ()],
    "mappings": [{}, {"b": 1, "a": 2}, collections.OrderedDict(z=1, y=2), collections.defaultdict(list, a=[1])],
    "keys": [{1: "a"}, {1.5: "a"}, {None: 1, True: 2}, {1: "a", "1": "b"}, {Colour.RED: 1}, {Name.A: 1}],
    "subclasses": [Colour.RED, Name.A, Text("t")],
    "own json": AsJson(),
    "marked": [{"__type__": "datetime", "__value__": "2030-01-01"}, {"__type__": "zzz", "__value__": 1, "x": 1}],
    "deep": [[[[[[[[[[[[[[[[["deep"]]]]]]]]]]]]]]]]],
}


@shared_task
def positional(label, value):
    record("positional", label, value, type(value).__name__, [type(v).__name__ for v in value or ()])


@shared_task
def keyword(label, *, value):
    record("keyword", label, value)


def drive(record):
    for label, value in VALUES.items():
        value = value if isinstance(value, (list, tuple)) else [value]
        positional.delay(label, value)
        keyword.delay(label, value=value)
