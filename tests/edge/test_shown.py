import datetime as dt

import pytest

from celery_taskq.admin import shown


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-5, "0 s"),
        (12.4, "12 s"),
        (185, "3 min"),
        (3600, "1 h"),
        (9600, "2 h 40 min"),
        (86400, "1 d"),
        (788400, "9 d 3 h"),
    ],
)
def test_a_duration_is_said_in_the_units_that_matter(seconds, said):
    assert shown.span(seconds) == said


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("a\x1b[1m", "a\\x1b[1m"),
        ("\u202eexe", "\\u202eexe"),
        ("\ud800", "\\ud800"),
        ("line\nnext\ttab", "line\nnext\ttab"),
        ("Łódź 👩\u200d💻 שלום", "Łódź 👩\u200d💻 שלום"),
    ],
)
def test_what_cannot_be_seen_is_written_out_and_the_rest_is_left(text, seen):
    assert shown.visible(text) == seen


def test_one_line_is_one_line_and_cut():
    assert shown.one_line("a\nb\tc") == "a\\nb\\tc"
    assert shown.one_line("x" * 100, 10) == "x" * 9 + "…"


def test_a_name_may_break_after_its_dots_and_is_escaped():
    assert shown.dotted("shop.<b>.pay") == "shop.<wbr>&lt;b&gt;.<wbr>pay"


def test_empty_arguments_are_left_out():
    assert shown.arguments("(1,)", "{}") == "(1,)"
    assert shown.arguments("()", "{'a': 1}") == "{'a': 1}"
    assert shown.arguments("", "") == ""


def test_an_instant_beyond_the_local_zone_is_shown_as_it_is_stored(settings):
    settings.TIME_ZONE = "America/New_York"
    assert shown.instant(dt.datetime(1, 1, 1, tzinfo=dt.UTC)) == "0001-01-01 00:00:00+00:00"
    assert shown.exactly(None) == "-"
