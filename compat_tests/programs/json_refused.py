"""What JSON does not take is refused at the call, and nothing is sent."""

import array
import dataclasses
import datetime as dt
import enum
import io
import pathlib
import re

from celery import shared_task

from compat_tests.recorder import outcome, record


class Plain(enum.Enum):
    A = 1


@dataclasses.dataclass
class Data:
    x: int = 1


@shared_task
def task(value):
    record("must not run")


def circular():
    value = []
    value.append(value)
    return value


def drive(record):
    values = {
        "set": {1},
        "frozenset": frozenset(),
        "bytearray": bytearray(b"a"),
        "memoryview": memoryview(b"a"),
        "generator": (n for n in ()),
        "range": range(3),
        "dict keys": {}.keys(),
        "deque": __import__("collections").deque(),
        "timedelta": dt.timedelta(1),
        "enum": Plain.A,
        "dataclass": Data(),
        "path": pathlib.PurePosixPath("/"),
        "exception": ValueError("x"),
        "function": drive,
        "class": Data,
        "object": object(),
        "complex": 1j,
        "Ellipsis": ...,
        "regex": re.compile("x"),
        "file": io.StringIO(),
        "array": array.array("i"),
        "timezone": dt.UTC,
        "circular": circular(),
        "tuple key": {(1, 2): 3},
        "bytes key": {b"a": 1},
        "date key": {dt.date(2030, 1, 1): 1},
        "too many digits": 10**5000,
        "a result": task.AsyncResult("id"),
    }
    for label, value in values.items():
        record(label, outcome(task.delay, value))
        record(label + " within", outcome(task.apply_async, ([{"a": [value]}],)))
        record(label + " by keyword", outcome(task.apply_async, kwargs={"value": value}))
