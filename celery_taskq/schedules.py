"""When a periodic task is due: every so often, by a crontab, or by the sun.

A schedule keeps no state. It is asked with the time of the last run, and answers whether the next one is due and in how
many seconds to ask again. All fields of a crontab must match, where cron takes day of month and day of week as
alternatives. A time of day that clocks leave out in spring comes after the gap; one that they show twice in autumn
counts once, the first time.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Iterable, Mapping
from datetime import MAXYEAR, UTC, date, datetime, timedelta, tzinfo
from typing import Any, NamedTuple

from kombu.utils.objects import cached_property

from ._state import current_app
from .exceptions import ImproperlyConfigured
from .utils.time import (
    add_seconds_to_datetime,
    ffwd,
    humanize_seconds,
    maybe_make_aware,
    maybe_timedelta,
    remaining,
    subtract_datetimes,
    timezone,
    weekday,
    yearmonth,
)

__all__ = ("ParseException", "crontab", "crontab_parser", "maybe_schedule", "schedule", "solar")

CRON_PATTERN_INVALID = "Invalid crontab pattern.  Valid range is {min}-{max}. '{value}' was found."
CRON_INVALID_TYPE = (
    "Argument cronspec needs to be of any of the following types: int, str, or an iterable type. {type!r} was given."
)
CRON_INVALID_DATE = "Invalid crontab: day_of_month {day_of_month!r} never occurs in month_of_year {month_of_year!r}."
CRON_REPR = (
    "<crontab: {0._orig_minute} {0._orig_hour} {0._orig_day_of_month} {0._orig_month_of_year} "
    "{0._orig_day_of_week} (m/h/dM/MY/d)>"
)
#: In a leap year.
CRON_DAYS_IN_MONTH = {month: monthrange(2000, month)[1] for month in range(1, 13)}
SOLAR_INVALID_LATITUDE = "Argument latitude {lat} is invalid, must be between -90 and 90."
SOLAR_INVALID_LONGITUDE = "Argument longitude {lon} is invalid, must be between -180 and 180."
SOLAR_INVALID_EVENT = 'Argument event "{event}" is invalid, must be one of {all_events}.'
SOLAR_EPHEM_NOT_INSTALLED = "Solar schedules need the package ephem. Install it: pip install ephem"

#: What a field of a crontab may be given as.
Cronspec = int | str | Iterable[int]


class schedstate(NamedTuple):
    """Whether the task is due, and the seconds until it is to be asked again."""

    is_due: bool
    next: float


def cronfield(s: Cronspec | None) -> Cronspec:
    """``*`` for None."""
    return "*" if s is None else s


class ParseException(Exception):
    """A field of a crontab lacks a part."""


class BaseSchedule:
    """What schedules have in common; a subclass says when."""

    def __init__(self, nowfun: Callable[[], datetime] | None = None, app: Any = None) -> None:
        """``nowfun`` tells the time instead of the app; the app is the current one when None."""
        self.nowfun = nowfun
        self._app = app

    def now(self) -> datetime:
        return (self.nowfun or self.app.now)()

    def remaining_estimate(self, last_run_at: datetime) -> timedelta:
        """The time until the next run; not positive when that is due."""
        raise NotImplementedError()

    def is_due(self, last_run_at: datetime) -> schedstate:
        """Whether the next run is due, and when to ask again."""
        raise NotImplementedError()

    def maybe_make_aware(self, dt: datetime, naive_as_utc: bool = True) -> datetime:
        return maybe_make_aware(dt, self.tz, naive_as_utc=naive_as_utc)

    @property
    def app(self) -> Any:
        return self._app or current_app._get_current_object()

    @app.setter
    def app(self, app: Any) -> None:
        self._app = app

    @cached_property
    def tz(self) -> tzinfo:
        """The app's time zone, which crontabs are in."""
        return self.app.timezone

    @cached_property
    def utc_enabled(self) -> bool:
        return self.app.conf.enable_utc

    def to_local(self, dt: datetime) -> datetime:
        return dt if self.utc_enabled else timezone.to_local_fallback(dt)

    def __eq__(self, other: object) -> Any:
        return self.nowfun == other.nowfun if isinstance(other, BaseSchedule) else NotImplemented

    def _due_now_or_later(self, left: timedelta) -> schedstate:
        """The answer when so much time is left until the run, and the run after it is reckoned from now."""
        seconds = left.total_seconds()
        return schedstate(False, seconds) if seconds > 0 else schedstate(True, self._seconds_from_now())

    def _seconds_from_now(self) -> float:
        return max(self.remaining_estimate(self.now()).total_seconds(), 0)


class schedule(BaseSchedule):
    """Every ``run_every`` seconds, or timedelta.

    Arguments:
        relative: at full minutes, hours or days, whichever is the largest unit that fits into the interval.
    """

    relative = False

    def __init__(
        self,
        run_every: float | timedelta | None = None,
        relative: bool = False,
        nowfun: Callable[[], datetime] | None = None,
        app: Any = None,
    ) -> None:
        self.run_every: timedelta = maybe_timedelta(run_every)
        self.relative = relative
        super().__init__(nowfun=nowfun, app=app)

    def remaining_estimate(self, last_run_at: datetime) -> timedelta:
        last, now = self.maybe_make_aware(last_run_at), self.maybe_make_aware(self.now())
        return remaining(last, self.run_every, now, self.relative)

    def is_due(self, last_run_at: datetime) -> schedstate:
        """Runs that were missed are not made up for: there is one, and the next after the interval."""
        last_run_at = self.maybe_make_aware(last_run_at)
        left = self.remaining_estimate(last_run_at).total_seconds()
        if left > 0:
            return schedstate(False, left)
        until_boundary = 0.0
        if self.relative:
            now = self.maybe_make_aware(self.now()).astimezone(last_run_at.tzinfo)
            until_boundary = self.remaining_estimate(now).total_seconds()
        # Intervals of less than a second may have no boundary ahead.
        return schedstate(True, until_boundary if until_boundary > 0 else self.seconds)

    @property
    def seconds(self) -> float:
        return max(self.run_every.total_seconds(), 0)

    @property
    def human_seconds(self) -> str:
        return humanize_seconds(self.seconds)

    def __repr__(self) -> str:
        return f"<freq: {self.human_seconds}>"

    def __eq__(self, other: object) -> Any:
        return self.run_every == (other.run_every if isinstance(other, schedule) else other)

    def __reduce__(self) -> Any:
        return type(self), (self.run_every, self.relative, self.nowfun)


class crontab_parser:
    """One field of a crontab: ``*``, ``*/15``, ``8-17/2``, ``mon-fri``, ``22-2`` and several of them with commas."""

    ParseException = ParseException

    _PART = re.compile(r"(?:(?P<first>\w+?)-(?P<last>\w+)|(?P<all>\*))(?P<slash>/(?P<step>\w+)?)?")

    def __init__(self, max_: int = 60, min_: int = 0) -> None:
        """``max_`` is how many values there are, beginning with ``min_``."""
        self.max_ = max_
        self.min_ = min_

    def parse(self, spec: str) -> set[int]:
        """The numbers that the field stands for.

        Raises:
            ParseException: nothing between two commas, or after a slash.
            ValueError: a number out of range, or a word that is no day and no month.
        """
        return {number for part in spec.split(",") for number in self._numbers(part)}

    def _numbers(self, part: str) -> list[int]:
        if not part:
            raise self.ParseException("empty part")
        # What follows is passed over, as in Celery.
        found = self._PART.match(part)
        if found is None or (found["all"] and not found["slash"] and part.rstrip("\n") != "*"):
            return [self._number(part)]
        if found["slash"] and not found["step"]:
            raise self.ParseException("empty filter")
        every = int(found["step"] or 1)
        if found["all"]:
            return list(range(self.min_, self.min_ + self.max_))[::every]
        first, last = self._number(found["first"]), self._number(found["last"])
        if last < first:
            return [*range(first, self.min_ + self.max_), *range(self.min_, last + 1)][::every]
        return list(range(first, last + 1))[::every]

    def _number(self, word: str) -> int:
        if word.startswith("-"):
            raise self.ParseException("negative numbers not supported")
        number = self._by_digits_or_name(word)
        last = self.min_ + self.max_ - 1
        if number > last:
            raise ValueError(f"Invalid end range: {number} > {last}.")
        if number < self.min_:
            raise ValueError(f"Invalid beginning range: {number} < {self.min_}.")
        return number

    @staticmethod
    def _by_digits_or_name(word: str) -> int:
        for read in (int, yearmonth, weekday):
            try:
                return read(word)
            except (ValueError, KeyError):
                continue
        raise ValueError(f"Invalid weekday literal {word!r}.")


_FIELDS = ("minute", "hour", "day_of_week", "day_of_month", "month_of_year")


class crontab(BaseSchedule):
    """At the times that all fields allow; Sunday is 0.

    Each is a number, a list or set of numbers, or text as ``crontab_parser`` reads it.

    Raises:
        ValueError: a number is out of range, or no month has such a day.
        TypeError: a field is nothing of that.
    """

    def __init__(
        self,
        minute: Cronspec = "*",
        hour: Cronspec = "*",
        day_of_week: Cronspec = "*",
        day_of_month: Cronspec = "*",
        month_of_year: Cronspec = "*",
        **kwargs: Any,
    ) -> None:
        for name, given in zip(_FIELDS, (minute, hour, day_of_week, day_of_month, month_of_year), strict=True):
            setattr(self, f"_orig_{name}", cronfield(given))
        self._orig_kwargs = kwargs
        self.hour = self._expand_cronspec(hour, 24)
        self.minute = self._expand_cronspec(minute, 60)
        self.day_of_week = self._expand_cronspec(day_of_week, 7)
        self.day_of_month = self._expand_cronspec(day_of_month, 31, 1)
        self.month_of_year = self._expand_cronspec(month_of_year, 12, 1)
        if all(day > CRON_DAYS_IN_MONTH[month] for month in self.month_of_year for day in self.day_of_month):
            given = {name: getattr(self, f"_orig_{name}") for name in _FIELDS}
            raise ValueError(CRON_INVALID_DATE.format(**given))
        super().__init__(**kwargs)

    @classmethod
    def from_string(cls, crontab: str) -> Any:
        """From five fields in cron's own order: minute, hour, day of month, month, day of week."""
        minute, hour, day_of_month, month_of_year, day_of_week = crontab.split(" ")
        return cls(minute, hour, day_of_week, day_of_month, month_of_year)

    @staticmethod
    def _expand_cronspec(cronspec: Any, max_: int, min_: int = 0) -> set[int]:
        if isinstance(cronspec, int):
            numbers = {cronspec}
        elif isinstance(cronspec, str):
            numbers = crontab_parser(max_, min_).parse(cronspec)
        elif isinstance(cronspec, Iterable):
            numbers = cronspec if isinstance(cronspec, set) else set(cronspec)
        else:
            raise TypeError(CRON_INVALID_TYPE.format(type=type(cronspec)))
        for number in numbers:
            if number >= max_ + min_ or number < min_:
                raise ValueError(CRON_PATTERN_INVALID.format(min=min_, max=max_ - 1 + min_, value=number))
        return numbers

    def remaining_delta(
        self, last_run_at: datetime, tz: str | tzinfo | None = None, ffwd: type = ffwd
    ) -> tuple[datetime, Any, datetime]:
        """The last run, what the clock shows at the next one, and now, all in the schedule's zone."""
        zone = timezone.get_timezone(tz or self.tz)
        last = self.maybe_make_aware(last_run_at).astimezone(zone)
        now = self.maybe_make_aware(self.now()).astimezone(zone)
        return last, ffwd(**self._next_time(last), second=0, microsecond=0), now

    def _next_time(self, last: datetime) -> dict[str, int]:
        """The fields of the clock that change until the next run."""
        if self._allows(last.date()):
            minutes = [minute for minute in self.minute if minute > last.minute]
            if last.hour in self.hour and minutes:
                return {"minute": min(minutes)}
            hours = [hour for hour in self.hour if hour > last.hour]
            if hours:
                return {"hour": min(hours), "minute": min(self.minute)}
        day, hour, minute = self._next_day(last.date()), min(self.hour), min(self.minute)
        return {"year": day.year, "month": day.month, "day": day.day, "hour": hour, "minute": minute}

    def _allows(self, day: date) -> bool:
        of_month = day.month in self.month_of_year and day.day in self.day_of_month
        return of_month and day.isoweekday() % 7 in self.day_of_week

    def _next_day(self, after: date) -> date:
        # 29 February is on a given day of the week at least once in 40 years.
        for year in range(after.year, min(after.year + 41, MAXYEAR + 1)):
            for month in sorted(self.month_of_year):
                for number in sorted(self.day_of_month):
                    if number > monthrange(year, month)[1]:
                        break
                    day = date(year, month, number)
                    if day > after and self._allows(day):
                        return day
        raise RuntimeError(f"{self!r} has no day after {after}")

    def remaining_estimate(self, last_run_at: datetime, ffwd: type = ffwd) -> timedelta:
        return remaining(*self.remaining_delta(last_run_at, ffwd=ffwd))

    def is_due(self, last_run_at: datetime) -> schedstate:
        """However many runs were missed, one is made up for; none that is older than beat_cron_starting_deadline."""
        left = self.remaining_estimate(last_run_at)
        deadline = self.app.conf.beat_cron_starting_deadline
        if left < timedelta(0) and deadline is not None and not self._was_due_within(deadline):
            return schedstate(False, self._seconds_from_now())
        return self._due_now_or_later(left)

    def _was_due_within(self, seconds: float) -> bool:
        # A run at the very beginning of that time counts.
        since = add_seconds_to_datetime(self.maybe_make_aware(self.now()), -seconds) - timedelta(microseconds=1)
        return self.remaining_estimate(since) <= timedelta(0)

    def __repr__(self) -> str:
        return CRON_REPR.format(self)

    def __eq__(self, other: object) -> Any:
        if not isinstance(other, crontab):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in _FIELDS) and super().__eq__(other)

    def __reduce__(self) -> Any:
        return type(self), tuple(getattr(self, f"_orig_{name}") for name in _FIELDS), self._orig_kwargs

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        super().__init__(**state)
        self._orig_kwargs = dict(state)


def maybe_schedule(s: Any, relative: bool = False, app: Any = None) -> Any:
    """Seconds or a timedelta as a schedule; a schedule as it is, with the app; None as it is."""
    if s is None:
        return None
    if isinstance(s, (int, float)):
        s = timedelta(seconds=s)
    if isinstance(s, timedelta):
        return schedule(s, relative, app=app)
    s.app = app
    return s


#: How far below the horizon the sun is. For sunrise and sunset that is half its width, and what the air bends.
_HORIZONS = {
    **{
        f"{time}_{kind}": degrees
        for time in ("dawn", "dusk")
        for kind, degrees in (("civil", "-6"), ("nautical", "-12"), ("astronomical", "-18"))
    },
    **{"sunrise": "-0:34", "sunset": "-0:34", "solar_noon": "0"},
}


class solar(BaseSchedule):
    """At an event of the sun, seen from a place: sunrise, sunset, solar_noon, or a kind of dawn or dusk.

    Raises:
        ImproperlyConfigured: the package ephem is not installed.
        ValueError: there is no such event, or no such place.
    """

    #: How far ahead to look for what the sun does not do every day near the poles.
    max_search_days = 366

    def __init__(self, event: str, lat: float, lon: float, **kwargs: Any) -> None:
        try:
            import ephem
        except ImportError as missing:
            raise ImproperlyConfigured(SOLAR_EPHEM_NOT_INSTALLED) from missing
        self.ephem = ephem
        self.event = event
        self.lat = lat
        self.lon = lon
        super().__init__(**kwargs)
        if event not in _HORIZONS:
            raise ValueError(SOLAR_INVALID_EVENT.format(event=event, all_events=", ".join(sorted(_HORIZONS))))
        if not -90 <= lat <= 90:
            raise ValueError(SOLAR_INVALID_LATITUDE.format(lat=lat))
        if not -180 <= lon <= 180:
            raise ValueError(SOLAR_INVALID_LONGITUDE.format(lon=lon))
        self.use_center = event.startswith(("dawn", "dusk"))
        rises, noon = event.startswith(("dawn", "sunrise")), event == "solar_noon"
        self.method = "next_rising" if rises else "next_transit" if noon else "next_setting"
        self.cal = ephem.Observer()
        self.cal.lat, self.cal.lon, self.cal.elev = str(lat), str(lon), 0
        self.cal.horizon, self.cal.pressure = _HORIZONS[event], 0

    def remaining_estimate(self, last_run_at: datetime) -> timedelta:
        """The time until the event, or, without one within ``max_search_days``, until it is looked for again."""
        self.cal.date = self.maybe_make_aware(last_run_at).astimezone(UTC)
        event = self._next_event(self.cal.date)
        return subtract_datetimes(self.maybe_make_aware(event.datetime()), self.maybe_make_aware(self.now()))

    def _next_event(self, start: Any) -> Any:
        sun = self.ephem.Sun()
        options = {"use_center": True} if self.use_center else {}
        for _ in range(self.max_search_days):
            try:
                return getattr(self.cal, self.method)(sun, start=start, **options)
            except self.ephem.CircumpolarError:
                start = self.cal.next_antitransit(sun, start=start)
        return start

    def is_due(self, last_run_at: datetime) -> schedstate:
        return self._due_now_or_later(self.remaining_estimate(last_run_at))

    def __repr__(self) -> str:
        return f"<solar: {self.event} at latitude {self.lat}, longitude: {self.lon}>"

    def __eq__(self, other: object) -> Any:
        place = (self.event, self.lat, self.lon)
        return place == (other.event, other.lat, other.lon) if isinstance(other, solar) else NotImplemented

    def __reduce__(self) -> Any:
        return type(self), (self.event, self.lat, self.lon)
