"""Helpers: showing, encoding, waiting, naming."""

from __future__ import annotations

import datetime as dt
import functools
import logging
import os
import random
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from celery_taskq.utils import chunks, gen_unique_id, log, nodenames, text, time, uuid
from celery_taskq.utils.einfo import ExceptionInfo, describe, format_exception
from celery_taskq.utils.functional import first, head_from_fun, maybe, mlazy, padlist, uniq
from celery_taskq.utils.imports import instantiate, qualname
from celery_taskq.utils.objects import mro_lookup
from celery_taskq.utils.saferepr import saferepr
from celery_taskq.utils.serialization import (
    UnpickleableExceptionWrapper,
    get_pickleable_exception,
    get_pickled_exception,
    strtobool,
)


class Silent:
    def __repr__(self) -> str:
        raise RuntimeError


class Loud:
    def __repr__(self) -> str:
        return "L" * 5000


class Dirty:
    def __repr__(self) -> str:
        return "a\0b\x1b[31m"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ((1,), "(1,)"),
        ((), "()"),
        ({}, "{}"),
        (("x", None, True, 1.5), "('x', None, True, 1.5)"),
        ({"y": {"a": 1}}, "{'y': {'a': 1}}"),
        ([1, [2, [3, [4]]]], "[1, [2, [3, [...]]]]"),
        (({"a": {"b": {"c": 1}}},), "({'a': {'b': {...}}},)"),
        (((((1,),),),), "((((...),),),)"),
        (({1, 2}, set(), frozenset({1})), "({1, 2}, set(), frozenset({1}))"),
        ((dt.date(2030, 1, 1),), "(datetime.date(2030, 1, 1),)"),
        ((Silent(),), f"(<Unrepresentable {Silent!r}: RuntimeError>,)"),
        ((Dirty(),), "(a?b?[31m,)"),
        ("text", "'text'"),
    ],
)
def test_saferepr_shows_values(value: Any, shown: str) -> None:
    assert saferepr(value, 1024) == shown


@pytest.mark.parametrize(
    "value",
    [("x" * 5000,), (b"x" * 5000,), tuple(range(5000)), {f"k{n}": n for n in range(500)}, (Loud(),), ("a" * 150,) * 20],
)
def test_saferepr_never_gets_longer_than_asked_for(value: Any) -> None:
    shown = saferepr(value, 1024)
    assert len(shown) <= 1024
    assert shown.endswith("...")


def test_saferepr_of_a_list_in_itself_ends() -> None:
    value: list[Any] = [1]
    value.append(value)
    assert "Recursion on list" in saferepr((value,), 1024)


def test_saferepr_refuses_what_python_cannot_write() -> None:
    with pytest.raises(ValueError, match="4300 digits"):
        saferepr((10**5000,))


class Plain(Exception):
    pass


def test_an_exception_that_can_be_pickled_stays_itself() -> None:
    for exc in (ValueError("x"), Plain("x"), KeyError(1)):
        assert get_pickleable_exception(exc) is exc
        assert get_pickled_exception(exc) is exc
    assert get_pickleable_exception(None) is None


def test_an_exception_that_cannot_be_pickled_becomes_its_nearest_base_or_a_wrapper() -> None:
    class Local(ValueError):
        pass

    class Own(Exception):
        pass

    assert type(get_pickleable_exception(Local("x"))) is ValueError
    wrapper = get_pickleable_exception(Own("x", lambda: None))
    assert isinstance(wrapper, UnpickleableExceptionWrapper)
    assert (wrapper.exc_cls_name, wrapper.exc_args[0], str(wrapper)[:4]) == ("Own", "x", "Own(")
    assert type(get_pickled_exception(wrapper)).__name__ == "Own"


def test_strtobool() -> None:
    assert (strtobool("Yes"), strtobool("off"), strtobool(5)) == (True, False, 5)
    with pytest.raises(TypeError, match="Cannot coerce 'maybe'"):
        strtobool("maybe")


def test_backoff_doubles_up_to_a_maximum() -> None:
    wait = functools.partial(time.get_exponential_backoff_interval, maximum=600)
    assert [wait(1, n) for n in range(12)] == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600]
    assert [wait(5, n) for n in range(3)] == [5, 10, 20]
    assert (wait(0, 3), wait(1, 100_000)) == (0, 600)


def test_full_jitter_is_anything_up_to_that(monkeypatch: Any) -> None:
    monkeypatch.setattr(random, "randrange", lambda end: end - 1)
    assert time.get_exponential_backoff_interval(1, 4, 600, full_jitter=True) == 16


def test_times() -> None:
    naive, utc = dt.datetime(2030, 7, 1, 12), dt.datetime(2030, 7, 1, 12, tzinfo=dt.UTC)
    riga = ZoneInfo("Europe/Riga")
    assert time.maybe_make_aware(naive) == utc
    assert time.maybe_make_aware(naive, riga).hour == 15
    assert time.maybe_make_aware(naive, riga, naive_as_utc=False).hour == 12
    assert time.maybe_iso8601("2030-07-01T12:00:00Z") == utc
    assert time.maybe_iso8601(None) is None
    assert time.maybe_timedelta(5) == dt.timedelta(seconds=5)
    assert (time.rate("100/m"), time.rate(None), time.rate(3)) == (100 / 60, 0.0, 3.0)
    assert (time.humanize_seconds(7200), time.humanize_seconds(0.1)) == ("2.00 hours", "now")
    assert time.to_utc(utc.astimezone(riga)) == utc


def test_the_argument_check_speaks_pythons_words() -> None:
    def add(x: int, /, y: Any = 1, *more: int, z: str, **others: Any) -> None: ...

    check = head_from_fun(add)
    check(1, 2, 3, z="", w=1)
    with pytest.raises(TypeError, match=r"add\(\) missing 1 required keyword-only argument: 'z'"):
        check(1)
    with pytest.raises(TypeError, match=r"add\(\) missing 1 required positional argument: 'x'"):
        check(z="")


def test_the_argument_check_of_a_decorated_function_is_that_of_the_decorator() -> None:
    def original(x: int) -> None: ...

    @functools.wraps(original)
    def wrapper(*args: Any, **kwargs: Any) -> None: ...

    head_from_fun(wrapper)(1, 2, 3)


def test_text_is_cut_and_cleaned() -> None:
    assert text.truncate("hello world", 8) == "hello..."
    assert (text.abbr("hello world", 8), text.abbr("short", 8)) == ("hello...", "short")
    assert text.clean("a\0b\ud800") == "a\ufffdb\ufffd"
    assert text.one_line("a\n\tb\x1b c" + "x" * 100, 10) == "a b  cxxx…"
    assert text.head_and_tail("short", 100) == "short"
    assert len(text.head_and_tail("x" * 10_000, 1000)) <= 1000


def test_names_of_workers() -> None:
    host = nodenames.gethostname()
    assert nodenames.anon_nodename() == f"gen{os.getpid()}@{host}"
    assert (nodenames.nodename("w", "h"), nodenames.nodesplit("w@h"), nodenames.nodesplit("h")) == (
        "w@h",
        ["w", "h"],
        (None, "h"),
    )
    assert nodenames.default_nodename("w1@") == f"w1@{host}"
    assert nodenames.node_format("%n-%h-%p-%%-%x", "w1@my.host") == "w1-my.host-w1@my.host-%-%x"


def test_small_helpers() -> None:
    assert list(chunks(iter(range(5)), 2)) == [[0, 1], [2, 3], [4]]
    assert (list(uniq([1, 2, 1])), padlist([1], 3, 0), maybe(int, None), maybe(int, "1")) == (
        [1, 2],
        [1, 0, 0],
        None,
        1,
    )
    assert (first(None, [None, 2]), first(lambda x: x > 1, [1, 2]), first(None, [])) == (2, 2, None)
    assert uuid() != uuid()
    assert gen_unique_id is uuid
    assert (qualname(Silent), qualname(Silent())) == (f"{__name__}.Silent",) * 2
    # Of what is defined within another, Celery gives the path alone.
    assert qualname(Silent.__repr__) == "Silent.__repr__"
    assert instantiate("collections:Counter", "aa")["a"] == 2
    calls: list[int] = []
    value = mlazy(lambda: calls.append(1) or 5)  # type: ignore[func-returns-value]
    assert (value.evaluate(), value.evaluate(), calls) == (5, 5, [1])


def test_mro_lookup_finds_who_defines_an_attribute() -> None:
    class Base:
        def hook(self) -> None: ...

    class Own(Base):
        def hook(self) -> None: ...

    assert mro_lookup(Own, "hook", stop={Base}) is Own
    assert mro_lookup(type("Empty", (Base,), {}), "hook", stop={Base}) is None
    assert mro_lookup(Base, "hook", stop={Base}, monkey_patched=["somewhere.else"]) is Base


def test_exception_info_is_its_traceback() -> None:
    try:
        raise KeyError("k")
    except KeyError as exc:
        einfo = ExceptionInfo((type(exc), exc, exc.__traceback__))
    assert str(einfo) == einfo.traceback
    assert str(einfo).endswith("KeyError: 'k'\n")
    assert (einfo.type, repr(einfo.exception), repr(einfo)) == (
        KeyError,
        "KeyError('k')",
        "<ExceptionInfo: KeyError: 'k'>",
    )


def test_describing_an_exception_never_fails() -> None:
    class Bad(Exception):
        def __str__(self) -> str:
            raise ValueError

    assert describe(Bad()) == "Bad (its text could not be read: ValueError)"
    assert "exception str() failed" in format_exception(Bad())


def test_a_task_logger_hangs_under_celerys() -> None:
    logger = log.get_task_logger("words.module")
    assert (logger.parent, logger.parent.parent) == (logging.getLogger("celery.task"), logging.getLogger("celery"))
    assert log.get_task_logger("words.module") is logger
    assert log.get_task_logger("celery.task.x").parent is logging.getLogger("celery.task")
    for name in ("celery", "celery.task"):
        with pytest.raises(RuntimeError, match="is reserved"):
            log.get_task_logger(name)
    assert (log.mlevel("info"), log.mlevel(10), log.mlevel(None)) == (20, 10, None)


def test_a_file_that_is_a_logger(caplog: Any) -> None:
    caplog.set_level(logging.INFO)
    proxy = log.LoggingProxy(logging.getLogger("words.printed"), "WARNING")
    proxy.writelines(["100%\n", "\n"])
    proxy.flush()
    assert [(r.levelname, r.getMessage()) for r in caplog.records] == [("WARNING", "100%")]
    assert not proxy.isatty()
    proxy.close()
    assert proxy.write("x") == 0


def test_colours_are_for_terminals() -> None:
    record = logging.LogRecord("x", logging.ERROR, "f", 1, "bad", (), None)
    assert log.ColorFormatter(use_color=True).format(record) == "\033[1;31mbad\033[0m"
    assert log.ColorFormatter(use_color=False).format(record) == "bad"
