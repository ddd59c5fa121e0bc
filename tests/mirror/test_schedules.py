"""Schedules: when something is due. compat_tests/test_schedules.py compares them with Celery's on many more cases."""

from __future__ import annotations

import datetime as dt
import pickle
import sys
from zoneinfo import ZoneInfo

import pytest

from celery_taskq import Celery
from celery_taskq.exceptions import ImproperlyConfigured
from celery_taskq.schedules import ParseException, crontab, maybe_schedule, schedule, solar

RIGA = ZoneInfo("Europe/Riga")


@pytest.fixture
def app():
    app = Celery("schedules", set_as_current=False)
    app.conf.timezone = "Europe/Riga"
    return app


def at(*clock, fold=0):
    return dt.datetime(*clock, tzinfo=RIGA, fold=fold)


def utc(*moments):
    """In UTC, because Python takes the two times that a clock shows twice for one."""
    return [moment.astimezone(dt.UTC) for moment in moments]


def runs(made, start, count):
    """The next runs, as beat finds them: it sleeps until the next one, and then asks again."""
    found, now = [], start
    made.nowfun = lambda: now
    last = start
    while len(found) < count:
        due, seconds = made.is_due(last)
        if due:
            found.append(now.astimezone(dt.UTC))
            last = now
        now = (now.astimezone(dt.UTC) + dt.timedelta(seconds=seconds)).astimezone(RIGA)
    return found


def test_a_crontab_is_due_at_its_times(app):
    made = crontab(minute="*/30", hour="9-10", day_of_week="mon-fri", app=app)
    expected = utc(
        at(2030, 1, 4, 9), at(2030, 1, 4, 9, 30), at(2030, 1, 4, 10), at(2030, 1, 4, 10, 30), at(2030, 1, 7, 9)
    )
    assert expected == runs(made, at(2030, 1, 3, 23), 5)


def test_a_time_that_clocks_leave_out_comes_after_the_gap(app):
    made = crontab(minute=30, hour=3, app=app)
    assert utc(at(2030, 3, 31, 4, 30), at(2030, 4, 1, 3, 30)) == runs(made, at(2030, 3, 30, 12), 2)


def test_a_time_that_clocks_show_twice_comes_once(app):
    made = crontab(minute=30, hour=3, app=app)
    assert utc(at(2030, 10, 27, 3, 30), at(2030, 10, 28, 3, 30)) == runs(made, at(2030, 10, 26, 12), 2)


def test_a_worker_that_starts_in_the_repeated_hour_goes_on_in_it(app):
    made = crontab(minute="*/20", app=app)
    expected = utc(at(2030, 10, 27, 3, 20, fold=1), at(2030, 10, 27, 3, 40, fold=1), at(2030, 10, 27, 4))
    assert expected == runs(made, at(2030, 10, 27, 3, 10, fold=1), 3)


def test_an_interval_is_real_time_whatever_clocks_do(app):
    made = schedule(3600, app=app)
    start = at(2030, 10, 27, 2, 30)
    assert utc(at(2030, 10, 27, 3, 30), at(2030, 10, 27, 3, 30, fold=1)) == runs(made, start, 2)


def test_a_relative_interval_begins_at_full_units(app):
    made = schedule(dt.timedelta(days=1), relative=True, app=app)
    assert utc(at(2030, 3, 31), at(2030, 4, 1)) == runs(made, at(2030, 3, 30, 12), 2)


def test_after_a_pause_one_run_is_made_up_for(app):
    now = at(2030, 1, 10, 12)
    made = crontab(minute=0, hour=12, app=app, nowfun=lambda: now)
    assert (True, 86400) == made.is_due(at(2030, 1, 1, 12))


def test_a_run_that_is_later_than_the_deadline_is_left_out(app):
    app.conf.beat_cron_starting_deadline = 60
    now = at(2030, 1, 10, 12, 1, 1)
    made = crontab(minute=0, hour=12, app=app, nowfun=lambda: now)
    assert (False, 86400 - 61) == made.is_due(at(2030, 1, 9, 12))
    now = at(2030, 1, 10, 12, 1)
    assert made.is_due(at(2030, 1, 9, 12)).is_due


def test_all_fields_of_a_crontab_must_match(app):
    made = crontab(minute=0, hour=0, day_of_month=13, day_of_week="fri", app=app)
    assert utc(at(2030, 9, 13), at(2030, 12, 13)) == runs(made, at(2030, 1, 1), 2)


def test_a_day_that_never_comes_is_refused():
    with pytest.raises(ValueError, match="day_of_month 30 never occurs in month_of_year 'feb'"):
        crontab(day_of_month=30, month_of_year="feb")


@pytest.mark.parametrize("spec", ["", "1,,2", "*/", "-5"])
def test_a_field_with_a_part_missing_is_refused(spec):
    with pytest.raises(ParseException):
        crontab(minute=spec)


def test_a_crontab_without_days_says_so_instead_of_looking_for_ever(app):
    made = crontab(minute=0, day_of_week=[], app=app, nowfun=lambda: at(2030, 1, 1))
    with pytest.raises(RuntimeError, match="has no day after"):
        made.is_due(at(2030, 1, 1))


def test_schedules_are_pickled_without_their_app():
    for made in (crontab(5, "*/2", "mon"), schedule(30, relative=True)):
        again = pickle.loads(pickle.dumps(made))
        assert (made, repr(made), type(made)) == (again, repr(again), type(again))


def test_numbers_and_timedeltas_become_schedules(app):
    assert [schedule(10), schedule(60), None] == [
        maybe_schedule(10, app=app),
        maybe_schedule(dt.timedelta(minutes=1)),
        maybe_schedule(None),
    ]
    made = crontab()
    assert made is maybe_schedule(made, app=app)
    assert app is made.app


def test_solar_schedules_need_ephem(monkeypatch):
    monkeypatch.setitem(sys.modules, "ephem", None)
    with pytest.raises(ImproperlyConfigured, match="pip install ephem"):
        solar("sunset", 56.9, 24.1)


def test_solar_schedules_know_the_sun(app):
    pytest.importorskip("ephem")
    made = solar("solar_noon", 56.9, 24.1, app=app, nowfun=lambda: at(2030, 6, 21, 12))
    due, seconds = made.is_due(at(2030, 6, 21, 12))
    assert not due
    assert 3600 < seconds < 2 * 3600
