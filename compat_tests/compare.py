"""Compares two normalised records event by event, and says where they differ in words that can be read and matched."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from .normal import Event, streams

CLOCK = re.compile(r"(?<=<now)[+-]\d+(?=s )")


#: How many characters of a long text are shown before and after the place where two texts begin to differ.
BEFORE, AFTER = 60, 240


@dataclass(frozen=True)
class Difference:
    """Where, and what each side showed; "nothing" where a side has no such event.

    ``where`` is ``stream / event / value``, such as ``task <id 1> / signal task_retry / reason``.
    """

    where: str
    celery: str
    taskq: str

    def __str__(self) -> str:
        celery, taskq = _around_the_difference(self.celery, self.taskq)
        return f"{self.where}\n    celery:       {celery}\n    celery_taskq: {taskq}"


def _around_the_difference(one: str, other: str) -> tuple[str, str]:
    """Long texts cut to what stands around the first place where they differ."""
    first = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    start = max(0, first - BEFORE) if max(len(one), len(other)) > BEFORE + AFTER else 0

    def cut(text: str) -> str:
        return ("…" if start else "") + text[start : first + AFTER] + ("…" if len(text) > first + AFTER else "")

    return cut(one), cut(other)


def differences(celery: Any, taskq: Any) -> list[Difference]:
    """All differences between the records of the two sides; empty when they are equal."""
    left, right = streams(celery), streams(taskq)
    found = []
    for stream in dict.fromkeys([*left, *right]):
        found += _in_stream(stream, left.get(stream, []), right.get(stream, []))
    return found + (_dead_letters(left, taskq.remains) if taskq.side == "celery_taskq" else [])


def _in_stream(stream: str, left: list[Event], right: list[Event]) -> list[Difference]:
    found = []
    matcher = SequenceMatcher(None, [_title(e) for e in left], [_title(e) for e in right], autojunk=False)
    for kind, i, j, k, m in matcher.get_opcodes():
        if kind == "equal":
            for one, other in zip(left[i:j], right[k:m], strict=True):
                found += _in_event(f"{stream} / {_title(one)}", one, other)
        else:
            found += [Difference(f"{stream} / {_title(e)}", _shown(e), "nothing") for e in left[i:j]]
            found += [Difference(f"{stream} / {_title(e)}", "nothing", _shown(e)) for e in right[k:m]]
    return found


def _in_event(where: str, one: Event, other: Event) -> list[Difference]:
    # A worker starts a while after the producer has computed an instant.
    tolerance = 1 if where.startswith("producer") else 4
    return [
        Difference(f"{where} / {key}", one.values.get(key, "nothing"), other.values.get(key, "nothing"))
        for key in dict.fromkeys([*one.values, *other.values])
        if not alike(one.values.get(key), other.values.get(key), tolerance)
    ]


def alike(one: str | None, other: str | None, tolerance: int) -> bool:
    """Whether two values are equal but for ``tolerance`` seconds between instants that were computed from the clock."""
    if one is None or other is None or one == other:
        return one == other
    if CLOCK.sub("", one) != CLOCK.sub("", other):
        return False
    seconds = zip(CLOCK.findall(one), CLOCK.findall(other), strict=True)
    return all(abs(int(a) - int(b)) <= tolerance for a, b in seconds)


def _title(event: Event) -> str:
    """The name of an event; for a log line its logger too, so that lines of one logger are compared with each other."""
    if event.name == "log":
        return "log " + event.values["line"].split(":")[0]
    return event.name


def _shown(event: Event) -> str:
    return ", ".join(f"{key}={value}" for key, value in event.values.items()) or "(no values)"


def _dead_letters(left: dict[str, list[Event]], remains: list[str]) -> list[Difference]:
    """What Celery's worker reported as failed or unknown must be in the dead letters, and nothing else."""
    failed: Counter[str] = Counter()
    for stream, events in left.items():
        if stream == "producer":
            continue
        for event in events:
            if event.name == "signal task_failure":
                failed[re.sub(r"<@task: (\S+) .*", r"\1", event.values["sender"])] += 1
            elif event.name == "signal task_unknown":
                failed[event.values["name"].strip("'")] += 1
    if failed == Counter(remains):
        return []
    return [Difference("dead letters", str(sorted(failed.elements())), str(sorted(remains)))]
