"""Arguments at the edge that are refused at the call: too deep, endless, coroutines, modules, broken reprs."""

import collections.abc
import sys
import threading
import types
import weakref

from celery import shared_task

from compat_tests.recorder import outcome, record


class BrokenRepr:
    def __repr__(self):
        raise RuntimeError("no repr")


class BrokenJson:
    def __json__(self):
        raise LookupError("no JSON")


class LoudJson:
    def __json__(self):
        return {1, 2}


class AsMapping(collections.abc.Mapping):
    def __getitem__(self, key):
        return 1

    def __iter__(self):
        return iter("a")

    def __len__(self):
        return 1


async def coroutine():
    pass


def counted(numbers):
    for number in range(3):
        numbers.append(number)
        yield number


@shared_task
def task(*args, **kwargs):
    record("must not run")


def drive(record):
    deep = []
    for _ in range(100_000):
        deep = [deep]
    endless = {}
    endless["self"] = endless
    taken = []
    values = {
        "endless dict": endless,
        "generator": counted(taken),
        "map": map(str, [1]),
        "zip": zip([1], [2], strict=True),
        "iterator": iter([1]),
        "dict view": {"a": 1}.items(),
        "module": sys,
        "lambda": lambda: 0,
        "method": task.delay,
        "builtin": len,
        "type": int,
        "lock": threading.Lock(),
        "weakref": weakref.ref(BrokenRepr),
        "slice": slice(1),
        "namespace": types.SimpleNamespace(a=1),
        "own mapping": AsMapping(),
        "broken repr": BrokenRepr(),
        "broken JSON": BrokenJson(),
        "JSON that is none": LoudJson(),
        "a task": task._get_current_object(),
        "NotImplemented": NotImplemented,
        "bytes as key": {b"k": 1},
        "tuple as key": {(1,): 1},
        "unknown mark": {"__type__": "datetime", "__value__": {1}},
    }
    for label, value in values.items():
        for place, args, kwargs in (
            ("argument", (value,), {}),
            ("keyword", (), {"k": value}),
            ("within", ([{"a": [value]}],), {}),
        ):
            kind = outcome(task.apply_async, args, kwargs, argsrepr="", kwargsrepr="").partition("(")[0]
            record("refused", label, place, kind)
    record("not consumed", taken)
    record("too deep", outcome(task.apply_async, (deep,), argsrepr="").partition("(")[0])
    waiting = coroutine()
    record("coroutine", outcome(task.apply_async, (waiting,), argsrepr="").partition("(")[0])
    waiting.close()
    record("by signature", outcome(task.s({1}).delay).partition("(")[0])
    record("repr is asked for", outcome(task.apply_async, ([BrokenRepr()],), argsrepr="").partition("(")[0])
    # It would recurse when it is freed, too.
    while deep:
        deep = deep.pop()
