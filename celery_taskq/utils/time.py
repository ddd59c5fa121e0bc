"""Instants and durations: text to instants, naive to aware, and how long to wait before trying again."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any
from zoneinfo import ZoneInfo

__all__ = (
    "get_exponential_backoff_interval",
    "humanize_seconds",
    "is_naive",
    "localize",
    "make_aware",
    "maybe_iso8601",
    "maybe_make_aware",
    "maybe_timedelta",
    "rate",
    "timezone",
    "to_utc",
)

_RATE_UNITS = {"s": 1.0, "m": 1 / 60.0, "h": 1 / 3600.0}


class _Timezones:
    """The zones that settings may name."""

    utc = ZoneInfo("UTC")

    @property
    def local(self) -> dt.tzinfo:
        """The zone of this machine."""
        zone = dt.datetime.now().astimezone().tzinfo
        assert zone is not None
        return zone

    def get_timezone(self, zone: Any) -> dt.tzinfo:
        """A zone by its name; a zone is returned as it is."""
        return ZoneInfo(zone) if isinstance(zone, str) else zone


timezone = _Timezones()


def is_naive(moment: dt.datetime) -> bool:
    return moment.tzinfo is None or moment.tzinfo.utcoffset(moment) is None


def make_aware(moment: dt.datetime, tz: dt.tzinfo) -> dt.datetime:
    """The wall clock time in ``tz``."""
    return moment.replace(tzinfo=tz)


def localize(moment: dt.datetime, tz: dt.tzinfo) -> dt.datetime:
    """The same instant as the clocks in ``tz`` show it."""
    return (make_aware(moment, tz) if is_naive(moment) else moment).astimezone(tz)


def to_utc(moment: dt.datetime) -> dt.datetime:
    """The same instant in UTC; naive is taken as UTC."""
    return make_aware(moment, timezone.utc) if is_naive(moment) else moment.astimezone(timezone.utc)


def maybe_make_aware(moment: dt.datetime, tz: dt.tzinfo | None = None, naive_as_utc: bool = True) -> dt.datetime:
    """An aware datetime as it is; a naive one as UTC, shown in ``tz``."""
    if not is_naive(moment):
        return moment
    if naive_as_utc:
        moment = to_utc(moment)
        return localize(moment, tz) if tz is not None else moment
    return make_aware(moment, tz or timezone.utc)


def maybe_iso8601(moment: Any) -> dt.datetime | None:
    """A datetime, or ISO 8601 text, as a datetime; empty is None.

    Raises:
        ValueError: the text is not ISO 8601.
    """
    if not moment:
        return None
    return moment if isinstance(moment, dt.datetime) else dt.datetime.fromisoformat(moment)


def maybe_timedelta(delta: Any) -> Any:
    """Seconds as a timedelta; anything else as it is."""
    return dt.timedelta(seconds=delta) if isinstance(delta, (int, float)) else delta


def rate(r: Any) -> float:
    """'100/m', 10 or None as tasks a second; 0 is no limit."""
    if not r:
        return 0.0
    if isinstance(r, str):
        count, _, unit = r.partition("/")
        return float(count) * _RATE_UNITS[unit or "s"]
    return float(r)


def humanize_seconds(secs: float, prefix: str = "", sep: str = "", now: str = "now", microseconds: bool = False) -> str:
    """'2.00 hours', in the largest unit that fits."""
    secs = float(f"{float(secs):.2f}")
    for unit, size in (("day", 86400.0), ("hour", 3600.0), ("minute", 60.0)):
        if secs >= size:
            amount = secs / size
            return f"{prefix}{sep}{amount:.2f} {unit}{'s' if amount > 1 else ''}"
    if microseconds and secs > 0.0:
        return f"{prefix}{sep}{secs:.2f} seconds"
    if secs >= 1:
        return f"{prefix}{sep}{secs:.2f} second{'s' if secs > 1 else ''}"
    return now


def get_exponential_backoff_interval(factor: int, retries: int, maximum: int, full_jitter: bool = False) -> int:
    """Seconds before the next try: ``factor`` doubled for each retry; with jitter anything up to that."""
    # Before the power is computed: after some thousand retries it would be a number of a thousand digits.
    countdown = min(maximum, factor * (2 ** min(retries, 64)))
    if full_jitter:
        countdown = random.randrange(countdown + 1)
    return max(0, countdown)
