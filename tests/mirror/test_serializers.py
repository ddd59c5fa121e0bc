"""Serializers other than JSON: only by explicit setting, and only in the worker."""

from __future__ import annotations

import base64
import datetime as dt
import pickle
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from kombu import serialization
from kombu.exceptions import ContentDisallowed

from celery_taskq import Celery
from celery_taskq.messages import DONE, Ending, Outcome
from tests.mirror.conftest import Jobs

Work = Callable[..., Outcome]


class Loud:
    """What is run when somebody unpickles it."""

    ran = False

    def __reduce__(self) -> Any:
        return setattr, (Loud, "ran", True)


@pytest.fixture
def got(app: Celery) -> list[Any]:
    got: list[Any] = []

    @app.task(name="proj.take")
    def take(*args: Any, **kwargs: Any) -> None:
        got.append((args, kwargs))

    return got


@pytest.mark.parametrize("accept", [["json", "pickle"], ["application/json", "application/x-python-serialize"]])
def test_pickle_where_accept_content_allows_it_keeps_what_json_would_not(
    app: Celery, jobs: Jobs, work: Work, got: list[Any], accept: list[str]
) -> None:
    app.conf.accept_content = accept
    app.tasks["proj.take"].apply_async(({1, 2},), {"after": dt.timedelta(1)}, serializer="pickle")
    assert jobs.last.payload.startswith("data:application/x-python-serialize;charset=binary;base64,")
    assert jobs.last.payload.isascii()
    assert work() == DONE
    assert [(({1, 2},), {"after": dt.timedelta(1)})] == got


def test_a_task_can_name_its_serializer(app: Celery, jobs: Jobs, work: Work) -> None:
    app.conf.accept_content = ["pickle"]
    got = []

    @app.task(name="proj.one", serializer="pickle")
    def one(value: Any) -> None:
        got.append(value)

    one.delay({3})
    assert work() == DONE
    assert [{3}] == got


def test_pickle_is_refused_at_the_call_without_the_setting(app: Celery, jobs: Jobs, got: list[Any]) -> None:
    with pytest.raises(ContentDisallowed, match=r"accept_content is \['json'\]"):
        app.tasks["proj.take"].apply_async((1,), serializer="pickle")
    assert [] == jobs.messages


def test_a_worker_never_unpickles_what_it_was_not_told_to_accept(
    app: Celery, jobs: Jobs, work: Work, got: list[Any]
) -> None:
    app.tasks["proj.take"].delay()
    evil = base64.b64encode(pickle.dumps([[Loud()], {}])).decode()
    jobs.last.payload = f"data:application/x-python-serialize;charset=binary;base64,{evil}"
    outcome = work()
    assert Ending.FAILED == outcome.ending
    assert outcome.error.startswith("ContentDisallowed")
    assert ([], False) == (got, Loud.ran)


@pytest.mark.parametrize(
    "payload",
    [
        "data:",
        "data:application/json",
        "data:application/x-python-serialize;charset=binary;base64,not base64!",
        "data:application/x-python-serialize;charset=binary;base64,AAAA",
        "data:application/nothing;charset=utf-8;base64,AAAA",
    ],
)
def test_a_damaged_payload_is_a_dead_letter(app: Celery, jobs: Jobs, work: Work, got: list[Any], payload: str) -> None:
    app.conf.accept_content = ["pickle"]
    app.tasks["proj.take"].delay()
    jobs.last.payload = payload
    assert Ending.FAILED == work().ending
    assert [] == got


@pytest.fixture
def shouting() -> Iterator[None]:
    """A serializer that a project registered with kombu."""
    serialization.register(
        "shouting",
        lambda value: repr(value).upper(),
        lambda text: [[text.lower()], {}],
        content_type="application/x-shouting",
        content_encoding="utf-8",
    )
    yield
    serialization.unregister("shouting")


def test_a_serializer_that_was_registered_with_kombu_works(
    app: Celery, jobs: Jobs, work: Work, got: list[Any], shouting: None
) -> None:
    app.conf.accept_content = ["json", "shouting"]
    app.tasks["proj.take"].apply_async(("ä",), serializer="shouting")
    assert work() == DONE
    assert [(("[('ä',), {}]",), {})] == got


def test_eager_mode_uses_the_serializer_too(app: Celery, got: list[Any]) -> None:
    app.conf.accept_content = ["json", "pickle"]
    app.conf.task_always_eager = True
    app.tasks["proj.take"].apply_async(({1},), serializer="pickle")
    assert [(({1},), {})] == got
