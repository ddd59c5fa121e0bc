"""Makes records comparable: ids by order of appearance, times relative to now, no addresses, hosts or pids.

The result is a dict of streams, each a list of events. The producer is one stream. In the worker each task is a stream
of its own, because tasks with an ETA meet in no fixed order, and what concerns receipt is apart once more: Celery
receives a task with an ETA at once and celery_taskq when it is due.
"""

from __future__ import annotations

import datetime as dt
import re
import socket
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
INSTANT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[+-]\d\d:\d\d|Z)?")
#: An instant this near to the event was computed from the clock; one further away was written in the program.
NEAR = dt.timedelta(days=2)
MASKS = (
    (re.compile(r"0x[0-9a-f]+"), "0x.."),
    (re.compile(r"succeeded in [\d.e-]+s"), "succeeded in <t>s"),
    (re.compile(r"\([\d.]+s ago\)"), "(<t>s ago)"),
    (re.compile(r"\b\d{10}\.\d+\b"), "<time()>"),
    (re.compile(r"\bgen\d+@"), "gen<pid>@"),
    (re.compile(r'File "[^"]*/(site-packages/)?(?=celery|proj|programs)'), 'File "'),
    (re.compile(r'(File "celery[^"]*"), line \d+'), r"\1, line <n>"),
    (re.compile(re.escape(socket.gethostname()) + r"(?![\w])"), "<host>"),
)


@dataclass(frozen=True)
class Event:
    name: str
    values: dict[str, str]


def streams(record: Any) -> dict[str, list[Event]]:
    """The events of a harness.Record by stream, ready to be compared."""
    ids: dict[str, str] = {}
    result = {"producer": [_event(event, ids) for event in record.producer]}
    waiting: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for event in record.worker:
        waiting[event["task_id"]].append(event)
    while waiting:
        # Ids that the producer knows first, so that those which only the worker saw get the same numbers each time.
        task_id = min(waiting, key=lambda key: (key == "", UUID.search(key) is not None, _rank(key, ids), key))
        for event in waiting.pop(task_id):
            stream = "received" if _is_receipt(event) else "task"
            result.setdefault(f"{stream} {_mask_ids(task_id, ids)}".strip(), []).append(_event(event, ids))
    return result


def _rank(task_id: str, ids: dict[str, str]) -> int:
    return list(ids).index(task_id) if task_id in ids else len(ids)


def _is_receipt(event: dict[str, Any]) -> bool:
    line = event["values"].get("line", "")
    return event["name"] == "signal task_received" or ("celery.worker.strategy" in line and line.endswith(" received"))


def _event(event: dict[str, Any], ids: dict[str, str]) -> Event:
    return Event(event["name"], {key: normal(text, event["at"], ids) for key, text in event["values"].items()})


def normal(text: str, at: float, ids: dict[str, str]) -> str:
    """One shown value without what differs from run to run; ``ids`` grows with each new uuid."""
    text = _mask_ids(text, ids).replace("celery_taskq", "celery")
    now = dt.datetime.fromtimestamp(at, dt.UTC)
    text = INSTANT.sub(lambda found: _relative(found.group(), now), text)
    for pattern, instead in MASKS:
        text = pattern.sub(instead, text)
    return text


def _mask_ids(text: str, ids: dict[str, str]) -> str:
    return UUID.sub(lambda found: ids.setdefault(found.group(), f"<id {len(ids) + 1}>"), text)


def _relative(text: str, now: dt.datetime) -> str:
    instant = dt.datetime.fromisoformat(text)
    zone = "naive" if instant.tzinfo is None else instant.strftime("%z")
    instant = instant.replace(tzinfo=dt.UTC) if instant.tzinfo is None else instant
    if abs(instant - now) > NEAR:
        return text
    return f"<now{round((instant - now).total_seconds()):+d}s {zone}>"
