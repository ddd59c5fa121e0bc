"""Schedules of both sides give the same answers, on many random schedules and instants, most of them near a change of
clocks."""

from __future__ import annotations

import datetime as dt
import pickle
import random
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import celery.schedules
import celery.utils.time
import pytest
from celery import Celery as RealCelery

import celery_taskq.schedules
import celery_taskq.utils.time
from celery_taskq import Celery

SEED = 20301027
BOTH = (celery.schedules, celery_taskq.schedules)
#: Changes by an hour and by half of one, at midnight, in the south, with a day left out, and without any.
ZONES = (
    "UTC",
    "Europe/Riga",
    "America/New_York",
    "Australia/Lord_Howe",
    "America/Sao_Paulo",
    "Pacific/Apia",
    "Asia/Kathmandu",
)
DAYS = ("sun", "monday", "tue", "wed", "thursday", "fri", "sat")
MONTHS = ("jan", "feb", "march", "apr", "may", "jun", "jul", "august", "sep", "oct", "nov", "dec")


def both_apps(zone, **settings):
    apps = [make("proj", set_as_current=False) for make in (RealCelery, Celery)]
    for app in apps:
        app.conf.update({"timezone": zone, **settings})
    return apps


@pytest.fixture(scope="module")
def changes_of_clocks():
    """For each zone the hours, in UTC, before which clocks were changed."""
    found = {}
    for name in ZONES:
        zone, hour, end = ZoneInfo(name), dt.datetime(2005, 1, 1, tzinfo=dt.UTC), dt.datetime(2032, 1, 1, tzinfo=dt.UTC)
        offset, found[name] = None, []
        while hour < end:
            before, offset = offset, hour.astimezone(zone).utcoffset()
            if before not in (None, offset):
                found[name].append(hour)
            hour += dt.timedelta(hours=1)
    return found


class Draw:
    """Random schedules and instants, the same in each run."""

    def __init__(self, changes):
        self.random = random.Random(SEED)
        self.changes = changes

    def instant(self, zone):
        """Two of three times within hours of a change of clocks, and then often at a full minute."""
        near = self.changes[zone]
        if near and self.random.random() < 0.66:
            moment = self.random.choice(near) + dt.timedelta(seconds=self.random.randrange(-9000, 9000))
        else:
            moment = dt.datetime(2005, 1, 1, tzinfo=dt.UTC) + dt.timedelta(seconds=self.random.randrange(10**9))
        return moment.replace(second=0) if self.random.random() < 0.5 else moment + dt.timedelta(microseconds=7)

    def before(self, now):
        longest = self.random.choice([60, 3600, 7200, 86400, 40 * 86400, 900 * 86400])
        return now - dt.timedelta(seconds=self.random.randrange(longest))

    def shown(self, moment, zone):
        """As the app's zone shows it, in UTC, in another zone, or naive, which is UTC."""
        kind = self.random.random()
        if kind < 0.6:
            return moment.astimezone(ZoneInfo(zone))
        if kind < 0.8:
            return moment
        return moment.replace(tzinfo=None) if kind < 0.9 else moment.astimezone(ZoneInfo("Asia/Tokyo"))

    def field(self, first, last, words=()):
        number = lambda: self.random.randint(first, last)  # noqa: E731
        step = self.random.choice([2, 3, 5, 7, 10, 15])
        one = self.random.choice(words) if words else number()
        return self.random.choice(
            [number(), one, f"*/{step}", f"{number()}-{number()}", f"{number()}-{number()}/{step}",
             f"{number()},{one}", {number(), number()}, [number()], None, str(number())]
        )  # fmt: skip

    def crontab(self):
        fields = {"minute": (0, 59), "hour": (0, 23), "day_of_week": (0, 6, DAYS),
                  "day_of_month": (1, 31), "month_of_year": (1, 12, MONTHS)}  # fmt: skip
        chances = self.random.choice([(0.9, 0.7, 0.1, 0.1, 0.1), (0.5, 0.3, 0.4, 0, 0), (0.8, 0.8, 0.4, 0.5, 0.4)])
        drawn = zip(fields.items(), chances, strict=True)
        given = {name: self.field(*span) for (name, span), chance in drawn if self.random.random() < chance}
        return {name: "*" if value is None else value for name, value in given.items()}

    def interval(self):
        unit = self.random.choice([0.25, 1, 60, 3600, 86400])
        return unit * self.random.choice([1, 1, 2, 7, 30, 1.5])


def answer(ask):
    try:
        return ask()
    except Exception as refused:  # noqa: BLE001 - what is raised is compared
        return type(refused).__name__, str(refused)


def next_run(crontab, last):
    start, delta, _ = crontab.remaining_delta(last)
    return tuple(crontab.is_due(last)), crontab.remaining_estimate(last), start + delta


def is_repeated(moment, zone):
    """Whether clocks show this moment for the second time."""
    return moment.astimezone(ZoneInfo(zone)).fold == 1


def test_crontabs_are_due_at_the_same_time(changes_of_clocks):
    draw, different, asked = Draw(changes_of_clocks), [], 0
    for zone in ZONES:
        for deadline in (None, 90, 86400):
            apps = both_apps(zone, beat_cron_starting_deadline=deadline)
            for _ in range(400):
                now = draw.instant(zone)
                last = draw.before(now)
                given, last_shown, now_shown = draw.crontab(), draw.shown(last, zone), draw.shown(now, zone)
                since = now - dt.timedelta(seconds=deadline or 0, microseconds=1)
                if any(is_repeated(moment, zone) for moment in (now, last, since)):
                    # The next test.
                    continue
                answers = [
                    answer(lambda: next_run(module.crontab(**given, nowfun=lambda: now_shown, app=app), last_shown))  # noqa: B023
                    for module, app in zip(BOTH, apps, strict=True)
                ]
                asked += 1
                if answers[0] != answers[1]:
                    different.append((zone, given, last_shown, now_shown, deadline, *answers))
    assert [] == different
    assert 7000 < asked


def test_a_crontab_that_runs_in_an_hour_that_comes_twice_does_not_run_all_the_time():
    """In Celery it does: the next run is looked for in the first of the two hours, which is over."""
    now = dt.datetime(2030, 10, 27, 3, 10, 5, tzinfo=ZoneInfo("Europe/Riga"), fold=1)
    last = now.replace(second=0)
    answers = [
        module.crontab(minute="*/10", nowfun=lambda: now, app=app).is_due(last)
        for module, app in zip(BOTH, both_apps("Europe/Riga"), strict=True)
    ]
    assert [(True, 0), (False, 595)] == answers


@pytest.mark.parametrize("relative", [False, True])
def test_intervals_are_due_at_the_same_time(changes_of_clocks, relative):
    draw, different = Draw(changes_of_clocks), []
    for zone in ZONES:
        apps = both_apps(zone)
        for _ in range(800):
            now = draw.instant(zone)
            every, last_shown, now_shown = draw.interval(), draw.shown(draw.before(now), zone), draw.shown(now, zone)
            answers = []
            for module, app in zip(BOTH, apps, strict=True):
                made = module.schedule(every, relative, nowfun=lambda: now_shown, app=app)  # noqa: B023
                answers.append((tuple(made.is_due(last_shown)), made.remaining_estimate(last_shown), repr(made)))
            if answers[0] != answers[1]:
                different.append((zone, every, last_shown, now_shown, *answers))
    assert [] == different


CRONSPECS = [
    "*", "*/1", "*/15", "*/61", "*/0", "*/", "*5", "**", "*\n", "5", " 5 ", "1, 2", "1,,2", "", ",", "1-", "-1", "-",
    "5/10", "10-20/5", "10-20/", "55-5/5", "20-10", "1-5 ", "1-5abc", "1-5/2/3", "*/5x", "60", "0", "00", "1_0", "٣",
    "a", "jan", "Sun", "monday-fri", "fri-mon", "dec-feb", "sunday", "7", "0-7", "x-1", "1-x", "mon/2", "mon-fri/2",
    5, 0, -1, 60, True, 1.5, None, [], [1, 2], {3}, (1,), range(2, 4), ["1"], {1.5}, b"5", object,
]  # fmt: skip


@pytest.mark.parametrize("field", ["minute", "hour", "day_of_week", "day_of_month", "month_of_year"])
@pytest.mark.parametrize("spec", CRONSPECS, ids=repr)
def test_fields_are_read_and_refused_alike(field, spec):
    celery_s, ours = (answer(lambda module=module: getattr(module.crontab(**{field: spec}), field)) for module in BOTH)
    assert celery_s == ours


@pytest.mark.parametrize(
    "ask",
    [
        lambda m: repr(m.crontab(0, "*/2", "mon")),
        lambda m: repr(m.crontab(None, None, {1})),
        lambda m: repr(m.crontab.from_string("0 4 1-7 * mon")),
        lambda m: m.crontab.from_string("0 4 * *"),
        lambda m: m.crontab(day_of_month=31, month_of_year="feb,4"),
        lambda m: m.crontab("0") == m.crontab(0),
        lambda m: m.crontab(0) == m.crontab(1),
        lambda m: m.crontab(0) == m.crontab(0, nowfun=dt.datetime.now),
        lambda m: m.crontab(0) == m.schedule(0),
        lambda m: m.crontab() == "*",
        lambda m: hash(m.crontab()),
        lambda m: hash(m.schedule(1)),
        lambda m: m.schedule(5) == 5,
        lambda m: m.schedule(5) == dt.timedelta(seconds=5),
        lambda m: m.schedule(5, relative=True) == m.schedule(5),
        lambda m: m.schedule(),
        lambda m: m.schedule().is_due(dt.datetime(2030, 1, 1)),
        lambda m: repr(m.schedule()),
        lambda m: m.schedule(-5).seconds,
        lambda m: repr(m.maybe_schedule(10)),
        lambda m: m.maybe_schedule(10, relative=True).relative,
        lambda m: repr(m.maybe_schedule(dt.timedelta(days=1))),
        lambda m: m.maybe_schedule(None),
        lambda m: m.maybe_schedule("10"),
        lambda m: repr(m.maybe_schedule(m.crontab(1))),
        lambda m: m.BaseSchedule().is_due(dt.datetime(2030, 1, 1)),
        lambda m: m.BaseSchedule().remaining_estimate(dt.datetime(2030, 1, 1)),
        lambda m: m.BaseSchedule() == m.BaseSchedule(),
        lambda m: m.BaseSchedule() == 5,
        lambda m: m.cronfield(None),
        lambda m: m.crontab_parser(7).parse("*/2"),
        lambda m: m.crontab_parser(31, 1).parse("*/3"),
        lambda m: m.crontab_parser.ParseException is m.ParseException,
        lambda m: m.CRON_DAYS_IN_MONTH,
        lambda m: m.schedstate(True, 5)._asdict(),
        lambda m: repr(m.solar("sunset", 56.9, 24.1)),
        lambda m: m.solar("nope", 0, 0),
        lambda m: m.solar("sunset", 91, 0),
        lambda m: m.solar("sunset", 0, -181),
        lambda m: m.solar("sunset", 1, 2) == m.solar("sunset", 1, 2),
        lambda m: m.solar("sunset", 1, 2) == m.solar("sunset", 1, 3),
        lambda m: m.solar("sunset", 1, 2) == 5,
    ],
)
def test_schedules_look_and_compare_alike(ask):
    pytest.importorskip("ephem")
    celery_s, ours = (answer(lambda module=module: ask(module)) for module in BOTH)
    assert SimpleNamespace(answer=celery_s if not isinstance(celery_s, celery.schedules.schedule) else None) == (
        SimpleNamespace(answer=ours if not isinstance(ours, celery_taskq.schedules.schedule) else None)
    )


@pytest.mark.parametrize("event", sorted(celery.schedules.solar._all_events))
@pytest.mark.parametrize("latitude", [-33.9, 0, 56.9, 78.2])
def test_the_sun_rises_and_sets_at_the_same_time(event, latitude):
    pytest.importorskip("ephem")
    apps = both_apps("Europe/Riga")
    for day in range(0, 360, 30):
        now = dt.datetime(2030, 1, 1, 12, tzinfo=dt.UTC) + dt.timedelta(days=day)
        for last in (now, now - dt.timedelta(hours=20), now - dt.timedelta(days=3)):
            celery_s, ours = (
                module.solar(event, latitude, 24.1, nowfun=lambda: now, app=app).is_due(last)  # noqa: B023
                for module, app in zip(BOTH, apps, strict=True)
            )
            assert celery_s == ours


@pytest.mark.parametrize("made", [
    celery_taskq.schedules.crontab("*/5", 3, "mon", "1-7", {1, 2}),
    celery_taskq.schedules.schedule(30, relative=True),
], ids=repr)  # fmt: skip
def test_schedules_survive_pickling(made):
    again = pickle.loads(pickle.dumps(made))
    assert made == again
    assert repr(made) == repr(again)


@pytest.mark.parametrize("function", ["maybe_make_aware", "localize", "make_aware", "delta_resolution", "remaining"])
def test_instants_are_reckoned_alike(changes_of_clocks, function):
    draw, different = Draw(changes_of_clocks), []
    modules = (celery.utils.time, celery_taskq.utils.time)
    for _ in range(2000):
        zone = draw.random.choice(ZONES)
        moment, now, tz = draw.shown(draw.instant(zone), zone), draw.instant(zone), ZoneInfo(zone)
        delta = dt.timedelta(seconds=draw.interval())
        wall = moment.replace(tzinfo=None, fold=draw.random.randrange(2))
        naive = moment.tzinfo is None
        arguments = {
            "maybe_make_aware": (moment, tz, draw.random.random() < 0.5),
            "localize": (wall if draw.random.random() < 0.5 else moment, tz),
            "make_aware": (wall, tz),
            "delta_resolution": (moment, delta),
            "remaining": (moment.replace(tzinfo=dt.UTC) if naive else moment, delta, now, draw.random.random() < 0.5),
        }[function]
        celery_s, ours = (getattr(module, function)(*arguments) for module in modules)
        if (celery_s, repr(celery_s)) != (ours, repr(ours)):
            different.append((arguments, celery_s, ours))
    assert [] == different


@pytest.mark.parametrize(
    "ask",
    [
        lambda t: t.humanize_seconds(4 * 60 * 60 * 24),
        lambda t: [t.humanize_seconds(s) for s in (0, 0.004, 0.5, 1, 1.01, 59, 60, 61, 3600, 7200, 86400.0, 90061.7)],
        lambda t: [t.humanize_seconds(s, "in", " ", microseconds=True) for s in (0, 0.5, 1, 1.01, 60)],
        lambda t: [t.rate(r) for r in (None, 0, 10, 1.5, "", "10", "10/s", "100/m", "1000/h", "0/s")],
        lambda t: t.rate("10/d"),
        lambda t: [t.weekday(name) for name in ("sunday", "sun", "Mon", "saturdays")],
        lambda t: t.weekday("xyz"),
        lambda t: [t.yearmonth(name) for name in ("january", "jan", "Dec")],
        lambda t: [t.maybe_timedelta(value) for value in (None, 5, 1.5, dt.timedelta(1), "5")],
        lambda t: t.subtract_datetimes(dt.datetime(2030, 1, 2), dt.datetime(2030, 1, 1)),
        lambda t: t.add_seconds_to_datetime(dt.datetime(2030, 1, 2), 30),
        lambda t: dt.datetime(2030, 1, 31, 5, 5) + t.ffwd(month=2, hour=1, weeks=1, weekday=3),
        lambda t: dt.datetime(2028, 1, 31) + t.ffwd(month=2, day=31),
        lambda t: repr(t.ffwd(minute=30, second=0, microsecond=0)),
        lambda t: 5 + t.ffwd(minute=30),
        lambda t: t.utcoffset(),
        lambda t: t.adjust_timestamp(1000.0, 2, here=lambda: 1),
        lambda t: t.timezone.to_local(dt.datetime(2030, 7, 1, 12), ZoneInfo("Europe/Riga")),
        lambda t: t.timezone.to_local(dt.datetime(2030, 7, 1, 12), "Europe/Riga", ZoneInfo("Asia/Tokyo")),
        lambda t: t.timezone.tz_or_local("Asia/Tokyo"),
        lambda t: t.timezone.to_local_fallback(dt.datetime(2030, 7, 1, 12)).utcoffset(),
        lambda t: t.timezone.local.utcoffset(dt.datetime(2030, 7, 1, 12)),
    ],
)
def test_times_are_shown_and_read_alike(ask):
    celery_s, ours = (answer(lambda t=t: ask(t)) for t in (celery.utils.time, celery_taskq.utils.time))
    assert repr(celery_s) == repr(ours)
