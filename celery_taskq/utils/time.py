"""Instants and durations: text to instants, naive to aware, when something is due, and how long to wait for a retry.

Arithmetic on instants is done in UTC, because Python compares and subtracts two datetimes of one zone by their clocks,
which daylight saving sets forward and back. What a clock shows twice has a ``fold``; what it leaves out comes after the
gap.
"""

from __future__ import annotations

import logging
import os
import random
import sys
import time as _time
from calendar import monthrange
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, tzinfo
from numbers import Real
from pathlib import Path
from types import ModuleType
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from kombu.utils.functional import dictfilter, reprcall
from kombu.utils.objects import cached_property

__all__ = (
    "LocalTimezone",
    "add_seconds_to_datetime",
    "adjust_timestamp",
    "delta_resolution",
    "ffwd",
    "get_exponential_backoff_interval",
    "humanize_seconds",
    "is_naive",
    "localize",
    "make_aware",
    "maybe_iso8601",
    "maybe_make_aware",
    "maybe_timedelta",
    "rate",
    "remaining",
    "subtract_datetimes",
    "timezone",
    "to_utc",
    "utcoffset",
    "weekday",
)

logger = logging.getLogger("celery.utils.time")

#: Set in the environment: each computation of a remaining time is printed.
C_REMDEBUG = os.environ.get("C_REMDEBUG", False)

DAYNAMES = "sun", "mon", "tue", "wed", "thu", "fri", "sat"
WEEKDAYS = {name: number for number, name in enumerate(DAYNAMES)}

MONTHNAMES = "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"
YEARMONTHS = {name: number for number, name in enumerate(MONTHNAMES, start=1)}


def _two_digits(number: float) -> str:
    return f"{number:.2f}"


TIME_UNITS: tuple[tuple[str, float, Callable[[float], str]], ...] = (
    ("day", 86400.0, _two_digits),
    ("hour", 3600.0, _two_digits),
    ("minute", 60.0, _two_digits),
    ("second", 1.0, _two_digits),
)

RATE_MODIFIER_MAP: dict[str, Callable[[float], float]] = {
    "s": lambda n: n,
    "m": lambda n: n / 60.0,
    "h": lambda n: n / 3600.0,
}

ZERO = timedelta(0)


class LocalTimezone(tzinfo):
    """The zone of this machine as the C library knows it, for machines that do not tell its name."""

    def __repr__(self) -> str:
        hours = int(datetime.now(self).utcoffset().total_seconds() / 3600)  # type: ignore[union-attr]
        return f"<LocalTimezone: UTC{hours:+03d}>"

    def utcoffset(self, dt: datetime | None) -> timedelta | None:
        return None if dt is None else timedelta(seconds=self._at(dt).tm_gmtoff)

    def dst(self, dt: datetime | None) -> timedelta | None:
        if dt is None or not self._at(dt).tm_isdst > 0:
            return ZERO
        return timedelta(seconds=_time.timezone - _time.altzone)

    def tzname(self, dt: datetime | None) -> str | None:
        return None if dt is None else self._at(dt).tm_zone

    def fromutc(self, dt: datetime) -> datetime:
        seconds = int(dt.replace(tzinfo=UTC, microsecond=0).timestamp())
        return datetime.fromtimestamp(seconds).replace(tzinfo=self, microsecond=dt.microsecond)

    @staticmethod
    def _at(dt: datetime) -> _time.struct_time:
        return _time.localtime(dt.replace(tzinfo=None).timestamp())


class _Zone:
    """The zones that settings may name, and instants as their clocks show them."""

    def tz_or_local(self, tzinfo: Any = None) -> tzinfo:
        """A zone, given by itself or by name; this machine's when None."""
        return self.local if tzinfo is None else self.get_timezone(tzinfo)

    def to_local(self, dt: datetime, local: Any = None, orig: Any = None) -> datetime:
        """The instant as ``local`` shows it; naive is taken as ``orig``, or else UTC."""
        if is_naive(dt):
            dt = make_aware(dt, orig or self.utc)
        return localize(dt, self.tz_or_local(local))

    def to_system(self, dt: datetime) -> datetime:
        """The instant as this machine shows it."""
        return dt.astimezone(tz=None)

    def to_local_fallback(self, dt: datetime) -> datetime:
        """As ``to_local``, but naive is taken as this machine's time."""
        return make_aware(dt, self.local) if is_naive(dt) else localize(dt, self.local)

    def get_timezone(self, zone: Any) -> tzinfo:
        """A zone by its name; a zone is returned as it is."""
        found: tzinfo = ZoneInfo(zone) if isinstance(zone, str) else zone
        return found

    @cached_property
    def local(self) -> tzinfo:
        """The zone of this machine: that of the variable TZ, which Django sets, or of /etc/localtime."""
        name = os.environ.get("TZ", "").removeprefix(":")
        if not name:
            name = str(Path("/etc/localtime").resolve()).rpartition("zoneinfo/")[2]
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            return LocalTimezone()

    @cached_property
    def utc(self) -> tzinfo:
        return self.get_timezone("UTC")


timezone = _Zone()


# -- naive and aware


def is_naive(dt: datetime) -> bool:
    return dt.tzinfo is None or dt.tzinfo.utcoffset(dt) is None


def make_aware(dt: datetime, tz: tzinfo) -> datetime:
    """The wall clock time in ``tz``: the first one when the clock shows it twice, after the gap when it never does."""
    aware, other = dt.replace(tzinfo=tz), dt.replace(tzinfo=tz, fold=1 - dt.fold)
    return aware if aware.utcoffset() == other.utcoffset() else _occurrences(aware)[0].astimezone(tz)


def localize(dt: datetime, tz: tzinfo) -> datetime:
    """An instant in UTC as the clocks in ``tz`` show it; naive is taken as ``tz``, another zone stays."""
    if is_naive(dt):
        dt = make_aware(dt, tz)
    return dt.astimezone(tz) if dt.tzinfo == timezone.utc else dt


def to_utc(dt: datetime) -> datetime:
    """The same instant in UTC; naive is taken as UTC."""
    return make_aware(dt, timezone.utc) if is_naive(dt) else dt.astimezone(timezone.utc)


def maybe_make_aware(dt: datetime, tz: Any = None, naive_as_utc: bool = True) -> datetime:
    """An aware datetime as it is; a naive one as UTC, shown in ``tz``, or as ``tz`` without ``naive_as_utc``."""
    if not is_naive(dt):
        return dt
    return localize(to_utc(dt) if naive_as_utc else dt, timezone.utc if tz is None else timezone.tz_or_local(tz))


def add_seconds_to_datetime(dt: datetime, seconds: float) -> datetime:
    """So many seconds later, whatever the clocks do meanwhile."""
    delta = timedelta(seconds=seconds)
    return dt + delta if is_naive(dt) else (dt.astimezone(UTC) + delta).astimezone(dt.tzinfo)


def subtract_datetimes(end: datetime, start: datetime) -> timedelta:
    """The time that passes from one to the other; naive is taken as UTC."""
    return maybe_make_aware(end).astimezone(UTC) - maybe_make_aware(start).astimezone(UTC)


def _occurrences(wall: datetime) -> list[datetime]:
    """The instants, in UTC, at which clocks show this: one; two when they are set back; what follows a gap."""
    first, second = (wall.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    return [first] if second <= first else [first, second]


# -- when something is due


class ffwd:
    """What a clock shall show next: ``moment + ffwd(hour=3, minute=0, …)``.

    What is None stays as it is. Then come ``weekday``, the next day (0 is Monday) that is one, and ``weeks``.
    """

    def __init__(
        self,
        year: int | None = None,
        month: int | None = None,
        weeks: int = 0,
        weekday: int | None = None,
        day: int | None = None,
        hour: int | None = None,
        minute: int | None = None,
        second: int | None = None,
        microsecond: int | None = None,
        **kwargs: Any,
    ) -> None:
        self.year = year
        self.month = month
        self.weeks = weeks
        self.weekday = weekday
        self.day = day
        self.hour = hour
        self.minute = minute
        self.second = second
        self.microsecond = microsecond
        self.days = weeks * 7

    def _fields(self, **extra: Any) -> dict[str, Any]:
        names = ("year", "month", "day", "hour", "minute", "second", "microsecond")
        fields: dict[str, Any] = dictfilter({name: getattr(self, name) for name in names}, **extra)
        return fields

    def __radd__(self, other: Any) -> Any:
        if not isinstance(other, date):
            return NotImplemented
        year, month = self.year or other.year, self.month or other.month
        # The 31st of a shorter month is its last day.
        day = min(monthrange(year, month)[1], self.day or other.day)
        reached = other.replace(**{**self._fields(), "year": year, "month": month, "day": day})
        days = self.days
        if self.weekday is not None:
            days += (self.weekday - reached.weekday()) % 7
        if isinstance(reached, datetime) and self._leaves_the_hour(days):
            reached = reached.replace(fold=0)
        return reached + timedelta(days=days) if days else reached

    def _leaves_the_hour(self, days: int) -> bool:
        # Within an hour that clocks show twice, what comes next is in the same one of the two. Celery goes back to the
        # first, where it is due at once, again and again.
        return bool(days) or any(field is not None for field in (self.year, self.month, self.day, self.hour))

    def __repr__(self) -> str:
        return str(reprcall("ffwd", (), self._fields(weeks=self.weeks, weekday=self.weekday)))


def remaining(
    start: datetime, ends_in: timedelta | ffwd, now: datetime | None = None, relative: bool = False
) -> timedelta:
    """The time from ``now`` to the end; negative when the end has passed.

    Arguments:
        ends_in: how long after ``start``, or what the clock shows then.
        relative: the end is rounded down to the unit of ``ends_in``, as long as that is after ``start``: to midnight
            for a day and more, to the full hour for an hour and more, to the full minute or second for less.
    """
    if relative and isinstance(ends_in, timedelta):
        end = _rounded_end(start, ends_in)
    elif isinstance(ends_in, timedelta):
        end = add_seconds_to_datetime(start, ends_in.total_seconds())
    else:
        end = start + ends_in
    now = now or datetime.now(UTC)
    left = end.astimezone(UTC) - now.astimezone(UTC)
    if C_REMDEBUG:
        print(f"rem: start {start!r}, ends in {ends_in!r}, end {end!r}, now {now!r}: {left!r}", file=sys.stderr)
    return left


def _rounded_end(start: datetime, ends_in: timedelta) -> datetime:
    start_utc = start.astimezone(UTC)
    if ends_in >= timedelta(days=1):
        # Days are those of the calendar, of 23 to 25 hours; a midnight that has been may come again.
        by_calendar = start + ends_in
        midnights = _occurrences(delta_resolution(by_calendar, ends_in))
        return min((moment for moment in midnights if moment > start_utc), default=by_calendar)
    end = add_seconds_to_datetime(start, ends_in.total_seconds())
    end_utc = start_utc + ends_in
    rounded = _rounded(end, ends_in)
    if ends_in < timedelta(minutes=1):
        return max((moment for moment in rounded if moment <= end_utc), default=rounded[0])
    # Where clocks are set back by part of an hour, the boundary before the end may be before the start too.
    unit = timedelta(hours=1) if ends_in >= timedelta(hours=1) else timedelta(minutes=1)
    boundaries = {*rounded, *_rounded(end + unit, ends_in), *_rounded(start + ends_in, ends_in)}
    later = sorted(moment for moment in boundaries if moment > start_utc)
    in_time = [moment for moment in later if moment <= end_utc]
    return in_time[-1] if in_time else later[0] if later else end_utc


def _rounded(moment: datetime, delta: timedelta) -> list[datetime]:
    return _occurrences(delta_resolution(moment, delta).replace(microsecond=0))


def delta_resolution(dt: datetime, delta: timedelta) -> datetime:
    """Rounded down to the day, hour or minute, the largest that fits into ``delta``; unchanged when none does."""
    fields = {"microsecond": 0, "second": 0, "minute": 0, "hour": 0}
    for unit, count in ((86400, 4), (3600, 3), (60, 2)):
        if delta.total_seconds() >= unit:
            return dt.replace(**dict(list(fields.items())[:count]))
    return dt


# -- names and numbers


def maybe_iso8601(dt: Any) -> datetime | None:
    """A datetime, or ISO 8601 text, as a datetime; empty is None.

    Raises:
        ValueError: the text is not ISO 8601.
    """
    if not dt:
        return None
    return dt if isinstance(dt, datetime) else datetime.fromisoformat(dt)


def maybe_timedelta(delta: Any) -> Any:
    """Seconds as a timedelta; anything else as it is."""
    return timedelta(seconds=float(delta)) if isinstance(delta, Real) else delta


def weekday(name: str) -> int:
    """0 for 'sunday' or 'sun', up to 6; KeyError for another name."""
    return _number(WEEKDAYS, name)


def yearmonth(name: str) -> int:
    """1 for 'january' or 'jan', up to 12; KeyError for another name."""
    return _number(YEARMONTHS, name)


def _number(table: dict[str, int], name: str) -> int:
    number = table.get(name[:3].lower())
    if number is None:
        raise KeyError(name)
    return number


def rate(r: Any) -> float:
    """'100/m', 10 or None as tasks a second; 0 is no limit."""
    if not r:
        return 0
    if isinstance(r, str):
        count, _, unit = r.partition("/")
        return RATE_MODIFIER_MAP[unit or "s"](float(count)) or 0
    return r  # type: ignore[no-any-return]


def humanize_seconds(secs: float, prefix: str = "", sep: str = "", now: str = "now", microseconds: bool = False) -> str:
    """'2.00 hours', in the largest unit that fits."""
    secs = float(_two_digits(float(secs)))
    for unit, size, shown in TIME_UNITS:
        if secs >= size:
            amount = secs / size
            return f"{prefix}{sep}{shown(amount)} {unit}{'s' if amount > 1 else ''}"
    return f"{prefix}{sep}{_two_digits(secs)} seconds" if microseconds and secs > 0 else now


def utcoffset(time: ModuleType = _time, localtime: Callable[..., _time.struct_time] = _time.localtime) -> float:
    """Hours that this machine is west of UTC at present."""
    seconds: int = time.altzone if localtime().tm_isdst else time.timezone
    return seconds / 3600


def adjust_timestamp(ts: float, offset: float, here: Callable[..., float] = utcoffset) -> float:
    """A timestamp from a machine that is ``offset`` hours west of UTC, on this one."""
    return ts - (offset - here()) * 3600


def get_exponential_backoff_interval(factor: int, retries: int, maximum: int, full_jitter: bool = False) -> int:
    """Seconds before the next try: ``factor`` doubled for each retry; with jitter anything up to that."""
    # Before the power is computed: after some thousand retries it would be a number of a thousand digits.
    countdown = min(maximum, factor * (2 ** min(retries, 64)))
    if full_jitter:
        countdown = random.randrange(countdown + 1)
    return max(0, countdown)
