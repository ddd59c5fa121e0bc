"""What a call refuses, before anything is stored, and what it brings back unchanged."""

from __future__ import annotations

import base64
import collections
import datetime as dt
import decimal
import enum
import json
import math
import pathlib
import sys
import uuid
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db.models import F, Q
from django.utils.functional import SimpleLazyObject
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy
from kombu.exceptions import ContentDisallowed, EncodeError, SerializerNotInstalled

from celery_taskq import Celery, chain, chord, group, shared_task
from celery_taskq.app.payload import decode_arguments
from tests.project.models import Order

from .conftest import Jobs

#: Why a test is left out.
DEEP = "Python 3.13 encodes this deep, and reads it again, as it does for Celery"


@shared_task
def take(*args: Any, **kwargs: Any) -> None: ...


@pytest.fixture(autouse=True)
def current(app: Celery) -> None:
    """Shared tasks need an app."""


def through(jobs: Jobs, value: Any) -> Any:
    """The value as the task would get it."""
    take.delay(value)
    payload = jobs.last.payload
    assert payload.isascii()
    assert "\0" not in payload
    return decode_arguments(payload)[0][0]


class Number(enum.IntEnum):
    ONE = 1


class Text(enum.StrEnum):
    A = "a"


class OwnText(str):
    __slots__ = ()


class OwnDatetime(dt.datetime):
    pass


class Speaking:
    def __json__(self) -> dict[str, int]:
        return {"j": 1}


Pair = collections.namedtuple("Pair", "a b")


@pytest.mark.parametrize(
    ("value", "comes_back"),
    [
        (math.inf, math.inf),
        (-math.inf, -math.inf),
        (1e308, 1e308),
        (2**63, 2**63),
        (2**200, 2**200),
        (True, True),
        (None, None),
        ("", ""),
        ("a\0b", "a\0b"),
        ("\ud800", "\ud800"),
        ("😀 e\u0301 \u202e \x1b[31m", "😀 e\u0301 \u202e \x1b[31m"),
        ("x" * 1_000_000, "x" * 1_000_000),
        ({1: 2}, {"1": 2}),
        ({None: 1, True: 2}, {"null": 1, "true": 2}),
        ({1: "a", "1": "b"}, {"1": "b"}),
        ((1, 2), [1, 2]),
        (Pair(1, 2), [1, 2]),
        (b"\xff\x00", b"\xff\x00"),
        (decimal.Decimal("1.10"), decimal.Decimal("1.10")),
        (uuid.UUID(int=5), uuid.UUID(int=5)),
        (dt.datetime(2030, 1, 1), dt.datetime(2030, 1, 1)),
        (dt.datetime(2030, 1, 1, tzinfo=dt.UTC), dt.datetime(2030, 1, 1, tzinfo=dt.UTC)),
        (dt.date(1, 1, 1), dt.date(1, 1, 1)),
        (dt.time(1), dt.time(1)),
        (Number.ONE, 1),
        (Text.A, "a"),
        (OwnText("s"), "s"),
        (OwnDatetime(2030, 1, 1), dt.datetime(2030, 1, 1)),
        (Speaking(), {"j": 1}),
        (gettext_lazy("hello"), "hello"),
        (SafeString("<b>"), "<b>"),
        ({"__type__": "datetime", "__value__": "2024-01-01"}, dt.datetime(2024, 1, 1)),
        ({"__type__": "x", "__value__": 1, "more": 2}, {"__type__": "x", "__value__": 1, "more": 2}),
        ('{"__type__": "x", "__value__": 1}', '{"__type__": "x", "__value__": 1}'),
    ],
)
def test_a_value_comes_back_as_it_does_from_celery(jobs: Jobs, value: Any, comes_back: Any) -> None:
    got = through(jobs, value)
    assert got == comes_back
    assert type(got) is type(comes_back)


def test_nan_and_minus_zero_come_back(jobs: Jobs) -> None:
    assert math.isnan(through(jobs, math.nan))
    assert through(jobs, decimal.Decimal("NaN")).is_nan()
    assert math.copysign(1, through(jobs, -0.0)) == -1


def test_the_order_of_a_dict_is_kept(jobs: Jobs) -> None:
    value = collections.OrderedDict.fromkeys("zyxabc", 1)
    assert list(through(jobs, value)) == list("zyxabc")


def test_the_offset_of_an_ambiguous_time_is_kept(jobs: Jobs) -> None:
    second = dt.datetime(2030, 10, 27, 3, 30, fold=1, tzinfo=ZoneInfo("Europe/Riga"))
    assert through(jobs, second).utcoffset() == second.utcoffset()


def test_nesting_comes_back(jobs: Jobs) -> None:
    value: Any = 1
    for _ in range(900):
        value = [value]
    assert through(jobs, value) == value


def deep(levels: int) -> Any:
    value: Any = []
    for _ in range(levels):
        value = [value]
    return value


def endless() -> Any:
    value: list[Any] = []
    value.append(value)
    return value


class NoText:
    def __repr__(self) -> str:
        raise RuntimeError("no repr")


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda: deep(5000), marks=pytest.mark.skipif(sys.version_info >= (3, 13), reason=DEEP)),
        lambda: deep(100_000),
        endless,
        lambda: {(1, 2): 3},
        lambda: {1, 2},
        lambda: frozenset({1}),
        lambda: bytearray(b"x"),
        lambda: memoryview(b"x"),
        lambda: range(3),
        lambda: map(str, [1]),
        lambda: {}.keys(),
        lambda: dt.timedelta(1),
        lambda: enum.Enum("Plain", "A").A,
        lambda: pathlib.Path("/"),
        lambda: ValueError("x"),
        lambda: ValueError,
        lambda: print,
        lambda: json,
        lambda: object(),
        lambda: 1j,
        lambda: ...,
        lambda: SimpleLazyObject(lambda: "x"),
        lambda: F("x"),
        lambda: Q(x=1),
        NoText,
        lambda: {"__type__": "x", "__value__": 1},
        lambda: {"__type__": "datetime", "__value__": "garbage"},
        lambda: [{"__type__": [], "__value__": 1}],
    ],
)
def test_what_json_has_no_word_for_is_refused(jobs: Jobs, make: Any) -> None:
    with pytest.raises(EncodeError):
        take.delay(make())
    with pytest.raises(EncodeError):
        take.delay(key=make())
    assert jobs.messages == []


def test_a_generator_is_refused_and_not_consumed(jobs: Jobs) -> None:
    generator = (number for number in [1, 2])
    with pytest.raises(EncodeError, match="generator is not JSON serializable"):
        take.delay(generator)
    assert list(generator) == [1, 2]


def test_an_int_of_too_many_digits_is_refused(jobs: Jobs) -> None:
    with pytest.raises(ValueError, match="4300 digits"):
        take.delay(10**5000)
    assert jobs.messages == []


def test_a_model_instance_is_refused_with_a_hint_and_without_a_query(jobs: Jobs) -> None:
    with pytest.raises(EncodeError, match=r"argument 1 of .*take is a model instance. Pass its .pk"):
        take.delay(1, Order(number="1"))
    with pytest.raises(EncodeError, match="argument 'order'"):
        take.delay(order=Order(number="1"))


@pytest.mark.django_db
def test_a_queryset_is_refused_without_a_query(jobs: Jobs, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        for orders in (Order.objects.all(), Order.objects.values_list("number")):
            with pytest.raises(EncodeError):
                take.delay({"orders": [orders]})


def test_the_refusal_says_which_argument_it_was(jobs: Jobs) -> None:
    with pytest.raises(EncodeError) as caught:
        take.delay(1, b={2})
    assert str(caught.value) == "Object of type set is not JSON serializable"
    assert caught.value.__notes__ == [f"It is argument 'b' of {__name__}.take."]


def test_arguments_beyond_the_limit_are_refused(app: Celery, jobs: Jobs) -> None:
    with pytest.raises(ValueError, match="taskq_max_payload allows 1048576"):
        take.delay("x" * 1_100_000)
    app.conf.taskq_max_payload = None
    take.delay("x" * 1_100_000)
    assert len(jobs.messages) == 1


def test_an_object_whose_repr_is_huge_is_shown_cut(jobs: Jobs) -> None:
    class Huge(Speaking):
        def __repr__(self) -> str:
            return "L" * 10_000_000

    take.delay(Huge())
    assert len(jobs.last.argsrepr) == 1024


def test_an_object_whose_repr_raises_can_be_sent(jobs: Jobs) -> None:
    class Silent(Speaking):
        def __repr__(self) -> str:
            raise RuntimeError

    take.delay(Silent())
    assert "Unrepresentable" in jobs.last.argsrepr


@pytest.mark.parametrize(
    ("options", "refusal"),
    [
        ({"args": "abc"}, TypeError),
        ({"args": 5}, TypeError),
        ({"args": {1}}, TypeError),
        ({"args": {"x": 1}}, TypeError),
        ({"args": (n for n in [1])}, TypeError),
        ({"kwargs": [1]}, TypeError),
        ({"kwargs": {1: 2}}, TypeError),
        ({"countdown": math.inf}, OverflowError),
        ({"countdown": math.nan}, ValueError),
        ({"countdown": 1e12}, OverflowError),
        ({"countdown": -(2**31) - 1}, ValueError),
        ({"countdown": 7980 * 366 * 86400}, OverflowError),
        ({"countdown": "5"}, TypeError),
        ({"countdown": dt.timedelta(1)}, TypeError),
        ({"countdown": decimal.Decimal(1)}, TypeError),
        ({"eta": "tomorrow"}, ValueError),
        ({"eta": 5}, AttributeError),
        ({"eta": dt.datetime(9999, 12, 31, 23, 59, tzinfo=dt.UTC)}, ValueError),
        ({"expires": "10"}, ValueError),
        ({"expires": "bad"}, ValueError),
        ({"expires": math.inf}, OverflowError),
        ({"expires": dt.timedelta(1)}, TypeError),
        ({"expires": decimal.Decimal(1)}, AttributeError),
        ({"expires": dt.datetime(9999, 12, 31, 12)}, ValueError),
        ({"queue": "q" * 256}, ValueError),
        ({"queue": "a\nb"}, ValueError),
        ({"queue": "a\0b"}, ValueError),
        ({"queue": "a\ud800"}, ValueError),
        ({"queue": 5}, TypeError),
        ({"task_id": "x" * 256}, ValueError),
        ({"task_id": "a\0"}, ValueError),
        ({"priority": 1.5}, TypeError),
        ({"priority": "high"}, TypeError),
        ({"priority": math.nan}, TypeError),
        ({"time_limit": -1}, ValueError),
        ({"soft_time_limit": "5"}, TypeError),
        ({"serializer": "pickle"}, ContentDisallowed),
        ({"serializer": "nope"}, SerializerNotInstalled),
        ({"compression": "nope"}, KeyError),
        ({"headers": {"a": object()}}, EncodeError),
        ({"unknown": object()}, EncodeError),
        ({"link": 5}, TypeError),
        ({"link_error": [5]}, TypeError),
    ],
)
def test_an_option_that_makes_no_sense_is_refused(jobs: Jobs, options: Any, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        take.apply_async(**options)
    assert jobs.messages == []


@pytest.mark.parametrize(
    "options",
    [{"link": take.s}, {"link_error": take.s}, {"chain": take.s}, {"chord": take.s}],
    ids=["link", "link_error", "chain", "chord"],
)
def test_a_workflow_is_refused_and_not_dropped(jobs: Jobs, options: Any) -> None:
    options = {name: [make()] for name, make in options.items()}
    with pytest.raises(NotImplementedError, match=r'MIGRATION\.md, "Workflows"'):
        take.apply_async(**options)
    with pytest.raises(NotImplementedError, match="Workflows"):
        take.apply(**options)
    assert jobs.messages == []


@pytest.mark.parametrize("workflow", [chain, group, chord])
def test_workflows_are_refused_at_once(workflow: Any) -> None:
    with pytest.raises(NotImplementedError, match=f'{workflow.__name__.lstrip("_")} is not supported: .*"Workflows"'):
        workflow(take.s(1), take.s(2))


@pytest.mark.parametrize("name", ["", "n" * 256, "a\nb", "\x1b[31m", "\u2028"])
def test_a_task_name_that_a_row_cannot_hold_is_refused(app: Celery, jobs: Jobs, name: str) -> None:
    with pytest.raises(ValueError, match="task name"):
        app.send_task(name)
    assert jobs.messages == []


def test_a_task_name_that_is_no_string_is_refused(app: Celery) -> None:
    with pytest.raises(TypeError, match="task name 5 is int"):
        app.send_task(5)


@pytest.mark.parametrize(
    ("given", "stored"),
    [(-1, -1), (256, 256), (2**40, 32767), (-(2**40), -32768), ("5", 5), (5.0, 5), (True, 1), (None, 0)],
)
def test_a_priority_is_a_small_whole_number(jobs: Jobs, given: Any, stored: int) -> None:
    take.apply_async(priority=given)
    assert jobs.last.priority == stored


@pytest.mark.parametrize("queue", ["", None])
def test_no_queue_is_the_default_queue(jobs: Jobs, queue: Any) -> None:
    take.apply_async(queue=queue)
    assert jobs.last.queue == "celery"


@pytest.mark.parametrize("queue", ["a b", "x; DROP TABLE", "it's", '"', "%s", "é", "q" * 255])
def test_a_printable_queue_name_is_taken(jobs: Jobs, queue: str) -> None:
    take.apply_async(queue=queue)
    assert jobs.last.queue == queue


def test_an_eta_before_1970_is_now(jobs: Jobs) -> None:
    take.apply_async(eta=dt.datetime(1, 1, 1, tzinfo=dt.UTC))
    assert (jobs.last.eta, jobs.last.countdown) == (None, None)
    take.apply_async(eta=dt.datetime(1, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=14))))
    assert (jobs.last.eta, jobs.last.countdown) == (None, None)
    take.apply_async(countdown=-(2**31))
    assert (jobs.last.eta, jobs.last.countdown) == (None, None)


@pytest.mark.parametrize(("given", "stored"), [(-5, -5.0), (True, 1.0)])
def test_a_countdown_that_is_odd_is_taken(jobs: Jobs, given: Any, stored: float) -> None:
    take.apply_async(countdown=given)
    assert jobs.last.countdown == stored


def test_args_none_and_kwargs_none_are_nothing(jobs: Jobs) -> None:
    take.apply_async(args=None, kwargs=None)
    assert jobs.last.payload == "[[], {}]"


def test_retries_below_0_are_0(app: Celery, jobs: Jobs) -> None:
    app.send_task("t", retries=-1)
    assert jobs.last.retries == 0


def test_a_shadow_is_cut(jobs: Jobs) -> None:
    take.apply_async(shadow="s" * 10_000)
    assert len(json.loads(str(jobs.last.headers))["shadow"]) == 255


def test_compression_that_exists_is_taken_and_nothing_is_compressed(jobs: Jobs) -> None:
    take.apply_async(("x",), compression="zlib")
    assert jobs.last.payload == '[["x"], {}]'


def test_two_tasks_may_have_one_id(jobs: Jobs) -> None:
    take.apply_async(task_id="same")
    take.apply_async(task_id="same")
    assert [message.task_id for message in jobs.messages] == ["same", "same"]


def test_shown_arguments_hold_nothing_that_a_database_refuses(jobs: Jobs) -> None:
    take.apply_async(argsrepr="a\0b\ud800c")
    assert jobs.last.argsrepr == "a\ufffdb\ufffdc"
    take.delay("\0", "\ud800", base64.b64encode(b"x").decode())
    assert jobs.last.argsrepr == r"('\x00', '\ud800', 'eA==')"
