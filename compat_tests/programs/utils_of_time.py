"""What projects import from celery.utils.time: zones, ISO text, seconds, backoff, remaining."""

import datetime as dt
from zoneinfo import ZoneInfo

from celery.utils.time import (
    adjust_timestamp,
    delta_resolution,
    ffwd,
    get_exponential_backoff_interval,
    humanize_seconds,
    is_naive,
    localize,
    make_aware,
    maybe_iso8601,
    maybe_make_aware,
    maybe_timedelta,
    rate,
    remaining,
    to_utc,
    utcoffset,
    weekday,
)

from compat_tests.recorder import outcome

RIGA = ZoneInfo("Europe/Riga")
NAIVE = dt.datetime(2030, 7, 1, 12, 30)
AWARE = NAIVE.replace(tzinfo=dt.UTC)


def drive(record):
    record("make_aware", make_aware(NAIVE, dt.UTC), make_aware(NAIVE, RIGA), outcome(make_aware, AWARE, RIGA))
    record("maybe", maybe_make_aware(NAIVE), maybe_make_aware(AWARE, RIGA), maybe_make_aware(NAIVE, RIGA))
    record(
        "gap and overlap",
        make_aware(dt.datetime(2030, 3, 31, 3, 30), RIGA),
        make_aware(dt.datetime(2030, 10, 27, 3, 30), RIGA),
    )
    record("localize", localize(AWARE, RIGA), to_utc(NAIVE), is_naive(NAIVE), is_naive(AWARE))
    for text in (
        "2030-01-02T03:04:05",
        "2030-01-02T03:04:05.678901+02:00",
        "2030-01-02 03:04:05Z",
        "2030-01-02",
        "2030-01-02T03:04",
        "",
        "tomorrow",
        "2030-13-01",
    ):
        found = outcome(maybe_iso8601, text)
        record("ISO", text, found.partition("(")[0] if found.startswith("raised") else found)
    record(
        "ISO of others", maybe_iso8601(None), maybe_iso8601(AWARE) is AWARE, outcome(maybe_iso8601, 5).partition("(")[0]
    )
    for given in (30, 1.5, "30", None, dt.timedelta(1), 0):
        record("maybe_timedelta", given, outcome(maybe_timedelta, given))
    for given in ("10/s", "10/m", "10/h", 5, 2.5, "3", "0/s", None, "", "x", "1/x"):
        record("rate", given, outcome(lambda given=given: round(rate(given), 9)))
    for seconds in (0, 0.5, 1, 59, 60, 61, 3600, 86400, 172801.5, -5):
        record("humanize", seconds, humanize_seconds(seconds), humanize_seconds(seconds, prefix="in "))
    record(
        "humanize",
        humanize_seconds(0.4, microseconds=True),
        humanize_seconds(90, now="soon"),
        humanize_seconds(0, now="now"),
    )
    for day in ("mon", "Sunday", "SAT", "tuesday", "nope"):
        record("weekday", day, outcome(weekday, day))
    resolutions = (dt.timedelta(days=2), dt.timedelta(hours=3), dt.timedelta(minutes=5), dt.timedelta(seconds=5))
    record("delta_resolution", [delta_resolution(AWARE.replace(second=7), delta) for delta in resolutions])
    backoff = [get_exponential_backoff_interval(2, n, 100) for n in range(8)]
    record("backoff", backoff, get_exponential_backoff_interval(0, 5, 10), get_exponential_backoff_interval(5, 60, 600))
    jittered = [get_exponential_backoff_interval(4, 3, 600, full_jitter=True) for _ in range(200)]
    record("jitter", all(0 <= value <= 32 for value in jittered), len(set(jittered)) > 5)
    start, now = AWARE, AWARE + dt.timedelta(seconds=40)
    record("remaining", remaining(start, dt.timedelta(minutes=1), now), remaining(start, dt.timedelta(seconds=30), now))
    record("relative", remaining(start, dt.timedelta(minutes=1), now, relative=True))
    record("ffwd", AWARE + ffwd(hour=3, minute=5), AWARE + ffwd(days=2, hour=0), repr(AWARE + ffwd(weeks=1, day=15)))
    record("adjust", adjust_timestamp(1000, 2, here=lambda: 5), type(utcoffset()).__name__)
