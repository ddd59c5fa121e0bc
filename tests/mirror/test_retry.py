"""retry(), in a worker: the message that takes the place of the row."""

from __future__ import annotations

import datetime as dt
import json
import logging
from typing import Any

import pytest

from celery_taskq import Celery, shared_task
from celery_taskq.exceptions import MaxRetriesExceededError, Reject, Retry
from celery_taskq.messages import Ending, TaskMessage

from .conftest import Jobs


class Trouble(Exception):
    pass


@pytest.fixture
def task(app: Celery) -> Any:
    """A task that runs the function that it is set to."""

    @app.task(bind=True, name="proj.task")
    def task(self: Any, *args: Any, **kwargs: Any) -> Any:
        return self.body(self)

    return task


@pytest.fixture
def run(task: Any, work: Any) -> Any:
    """Send the task and run it in a worker, with this body."""

    def run(body: Any, args: Any = (1,), kwargs: Any = None, **options: Any) -> Any:
        task.body = body
        task.apply_async(args, kwargs or {"k": 2}, **{"task_id": "TID", **options})
        return work()

    return run


def headers_of(message: TaskMessage) -> dict[str, Any]:
    return json.loads(str(message.headers))  # type: ignore[no-any-return]


def test_a_retry_becomes_the_row_and_no_second_one(run: Any, jobs: Jobs, events: Any, caplog: Any) -> None:
    caplog.set_level(logging.INFO)
    seen = events("task_retry", "task_postrun", "before_task_publish", "after_task_publish")

    outcome = run(lambda self: self.retry(exc=Trouble("tmp"), countdown=0.2))

    message = outcome.message
    assert (outcome.ending, outcome.error) == (Ending.RETRY, "Trouble('tmp')")
    assert (message.task_id, message.name, message.retries, message.countdown) == ("TID", "proj.task", 1, 0.2)
    assert message.payload == '[[1], {"k": 2}]'
    assert len(jobs.messages) == 1
    assert [name for name, _ in seen] == [
        "before_task_publish",
        "after_task_publish",
        "before_task_publish",
        "after_task_publish",
        "task_retry",
        "task_postrun",
    ]
    assert isinstance(seen[4][1]["reason"], Retry)
    assert seen[4][1]["request"].id == "TID"
    assert seen[5][1]["state"] == "RETRY"
    assert caplog.messages[-1] == "Task proj.task[TID] retry: Retry in 0.2s: Trouble('tmp')"


def test_a_retry_keeps_what_the_call_said(run: Any) -> None:
    message = run(
        lambda self: self.retry(),
        root_id="ROOT",
        parent_id="PAR",
        shadow="SH",
        time_limit=30,
        soft_time_limit=20,
        headers={"hh": 1},
        queue="qq",
        priority=4,
        reply_to="RT",
        ignore_result=True,
        expires=dt.datetime(2090, 1, 1, tzinfo=dt.UTC),
    ).message
    kept = headers_of(message)
    assert (message.queue, message.priority, message.countdown) == ("qq", 4, 180.0)
    assert message.expires == dt.datetime(2090, 1, 1, tzinfo=dt.UTC)
    assert {name: kept[name] for name in ("root_id", "parent_id", "shadow", "timelimit", "hh", "ignore_result")} == {
        "root_id": "ROOT",
        "parent_id": "PAR",
        "shadow": "SH",
        "timelimit": [30, 20],
        "hh": 1,
        "ignore_result": True,
    }
    assert kept["properties"]["reply_to"] == "RT"


def test_a_retry_of_a_task_without_a_parent_is_its_own_child_as_in_celery(run: Any) -> None:
    kept = headers_of(run(lambda self: self.retry()).message)
    assert (kept["parent_id"], "root_id" in kept) == ("TID", False)


def test_a_retry_says_what_is_to_be_otherwise(run: Any) -> None:
    message = run(lambda self: self.retry(queue="other", priority=9, expires=5, countdown=0)).message
    assert (message.queue, message.priority, message.expires_in, message.countdown) == ("other", 9, 5.0, None)


def test_a_retry_at_an_eta(run: Any) -> None:
    when = dt.datetime(2030, 1, 1, tzinfo=dt.UTC)
    assert run(lambda self: self.retry(eta=when)).message.eta == when


@pytest.mark.parametrize(
    ("args", "kwargs", "payload"),
    [
        (None, None, '[[1], {"k": 2}]'),
        ([9], None, '[[9], {"k": 2}]'),
        (None, {"z": 1}, '[[1], {"z": 1}]'),
        ([9], {}, "[[9], {}]"),
        ([], None, '[[], {"k": 2}]'),
    ],
)
def test_new_arguments_keep_those_of_the_other_kind(run: Any, args: Any, kwargs: Any, payload: str) -> None:
    assert run(lambda self: self.retry(args=args, kwargs=kwargs)).message.payload == payload


def test_new_arguments_are_bound_by_name(app: Celery, work: Any) -> None:
    @app.task(bind=True)
    def named(self: Any, a: int, b: int = 2, *, c: int = 3) -> None:
        raise self.retry(**how[0])

    how: list[Any] = [{"kwargs": {"b": 9}}]
    named.delay(1, 5, c=6)
    assert work().message.payload == "[[1, 9], {}]"
    how[0] = {"args": (7, 8)}
    named.apply_async((1,), {"b": 5, "c": 6})
    assert work().message.payload == '[[7, 8], {"c": 6}]'


def test_the_limit_is_reached_after_max_retries(task: Any, run: Any) -> None:
    task.max_retries = 2
    endings = [run(lambda self: self.retry(), retries=retries).ending for retries in range(3)]
    assert endings == [Ending.RETRY, Ending.RETRY, Ending.FAILED]


def test_at_the_limit_the_given_exception_is_the_failure(run: Any) -> None:
    assert run(lambda self: self.retry(exc=Trouble("x")), retries=3).error == "Trouble: x"
    assert run(lambda self: self.retry(exc=Trouble), retries=3).error == "Trouble"
    text = "MaxRetriesExceededError: Can't retry proj.task[TID] args:(1,) kwargs:{'k': 2}"
    assert run(lambda self: self.retry(), retries=3).error == text


def test_max_retries_of_the_call_wins_and_none_is_that_of_the_task(task: Any, run: Any) -> None:
    assert run(lambda self: self.retry(max_retries=5), retries=4).ending is Ending.RETRY
    assert run(lambda self: self.retry(max_retries=None), retries=4).ending is Ending.FAILED
    task.max_retries = None
    assert run(lambda self: self.retry(), retries=1000).ending is Ending.RETRY
    task.max_retries = -1
    assert run(lambda self: self.retry(), retries=0).ending is Ending.FAILED


def test_without_throw_the_body_goes_on_and_the_row_waits_again(run: Any, events: Any) -> None:
    seen = events("task_success", "task_postrun", "task_failure")

    def succeed(self: Any) -> str:
        assert isinstance(self.retry(throw=False, exc=Trouble("t")), Retry)
        return "done"

    def fail(self: Any) -> None:
        self.retry(throw=False)
        raise ValueError("after")

    outcome = run(succeed)
    assert (outcome.ending, outcome.message.retries, outcome.error) == (Ending.RETRY, 1, "Trouble('t')")
    assert [name for name, _ in seen] == ["task_success", "task_postrun"]
    assert run(fail).ending is Ending.RETRY
    assert [name for name, _ in seen][2:] == ["task_failure", "task_postrun"]


def test_a_retry_that_the_body_catches_stands(run: Any) -> None:
    def body(self: Any) -> None:
        try:
            self.retry()
        except Exception:  # noqa: BLE001 - as user code does
            return

    assert run(body).ending is Ending.RETRY


def test_a_second_retry_in_one_run_is_a_task_of_its_own(run: Any, jobs: Jobs) -> None:
    def body(self: Any) -> None:
        self.retry(throw=False, countdown=1)
        self.retry(throw=False, countdown=2)

    outcome = run(body)
    assert outcome.message.countdown == 1.0
    assert [message.countdown for message in jobs.messages] == [None, 2.0]


def test_a_retry_that_cannot_be_stored_is_a_dead_letter(run: Any) -> None:
    outcome = run(lambda self: self.retry(args=[{1}]))
    assert outcome.ending is Ending.FAILED
    assert outcome.error.startswith("rejected: EncodeError(")


def test_a_retry_that_cannot_be_stored_raises_reject(run: Any) -> None:
    def body(self: Any) -> None:
        with pytest.raises(Reject, match=r"EncodeError.*False"):
            self.retry(args=[{1}])

    run(body)


def test_a_retry_by_the_tasks_name_is_a_retry_of_the_run(app: Celery, work: Any) -> None:
    retry_me.delay()
    outcome = work()
    assert (outcome.ending, outcome.message.retries) == (Ending.RETRY, 1)


@shared_task
def retry_me() -> None:
    retry_me.retry(countdown=retry_me.request.retries)


def test_an_overridden_apply_async_is_used_for_the_retry(app: Celery, work: Any, jobs: Jobs) -> None:
    class Tagging(app.Task):
        def apply_async(self, args: Any = None, kwargs: Any = None, **options: Any) -> Any:
            audit.delay()
            return super().apply_async(args, kwargs, **{**options, "headers": {"tag": 1}})

    @app.task
    def audit() -> None: ...

    @app.task(base=Tagging, bind=True)
    def tagged(self: Any) -> None:
        self.retry()

    tagged.delay()
    message = work().message
    assert (message.name, headers_of(message)["tag"]) == (tagged.name, 1)
    assert [message.name for message in jobs.messages] == [audit.name, tagged.name, audit.name]


def test_a_worker_in_eager_mode_still_retries_through_the_row(app: Celery, run: Any) -> None:
    def body(self: Any) -> None:
        app.conf.task_always_eager = True
        self.retry()

    assert run(body).ending is Ending.RETRY


def test_a_receiver_can_change_the_message_of_a_retry(run: Any) -> None:
    from celery_taskq.signals import before_task_publish

    @before_task_publish.connect
    def tag(headers: Any, **kwargs: Any) -> None:
        headers["tag"] = headers["retries"]

    assert headers_of(run(lambda self: self.retry()).message)["tag"] == 1


def test_the_reason_is_the_exception_that_was_being_handled(run: Any) -> None:
    def body(self: Any) -> None:
        try:
            raise Trouble("underneath")
        except Trouble:
            self.retry()

    assert run(body).error == "Trouble('underneath')"


# -- called like a function


def test_called_directly_nothing_is_sent(task: Any, jobs: Jobs) -> None:
    task.body = lambda self: self.retry()
    with pytest.raises(Retry, match="Task can be retried"):
        task()
    task.body = lambda self: self.retry(exc=Trouble("e"))
    with pytest.raises(Trouble, match="e"):
        task()
    task.body = lambda self: self.retry(throw=False)
    with pytest.raises(Retry):
        task()
    assert jobs.messages == []


def test_called_directly_the_handled_exception_is_the_cause(task: Any) -> None:
    def body(self: Any) -> None:
        try:
            1 / 0  # noqa: B018
        except ZeroDivisionError as exc:
            self.retry(exc=exc if same else None)

    task.body = body
    same = False
    with pytest.raises(Retry) as caught:
        task()
    assert isinstance(caught.value.__cause__, ZeroDivisionError)
    same = True
    with pytest.raises(ZeroDivisionError):
        task()


# -- automatic retries


def waits(app: Celery, **options: Any) -> list[Any]:
    """What each of eight runs of a task that fails comes to: the countdown, or the exception."""

    def failing(self: Any) -> None:
        raise Trouble("x")

    task = app.task(bind=True, shared=False, autoretry_for=(Trouble,), lazy=False, **options)(failing)
    found: list[Any] = []
    for retries in range(8):
        task.push_request(id="T", args=(), kwargs={}, retries=retries, is_eager=True, called_directly=False)
        try:
            task.run()
        except Retry as exc:
            found.append(exc.when)
        except Exception as exc:  # noqa: BLE001 - the point of the test
            found.append(type(exc).__name__)
        finally:
            task.pop_request()
    return found


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ({}, [180, 180, 180]),
        ({"retry_backoff": True, "retry_jitter": False}, [1, 2, 4]),
        ({"retry_backoff": 5, "retry_jitter": False}, [5, 10, 20]),
        ({"retry_backoff": 0.5, "retry_jitter": False}, [1, 2, 4]),
        ({"retry_backoff": 2.9, "retry_jitter": False}, [2, 4, 8]),
        ({"retry_backoff": 0}, [180, 180, 180]),
        ({"retry_kwargs": {"countdown": 7}}, [7, 7, 7]),
        ({"retry_kwargs": {"countdown": 7}, "retry_backoff": True, "retry_jitter": False}, [1, 2, 4]),
        ({"default_retry_delay": 11}, [11, 11, 11]),
        ({"retry_kwargs": {"max_retries": 2}}, [180, 180]),
        ({"max_retries": 1}, [180]),
        ({"dont_autoretry_for": (Trouble,)}, []),
    ],
)
def test_automatic_retries_wait_as_long_as_celerys(app: Celery, options: Any, found: list[Any]) -> None:
    assert waits(app, **options) == found + ["Trouble"] * (8 - len(found))


def test_backoff_ends_at_its_maximum(app: Celery) -> None:
    found = waits(app, retry_backoff=True, retry_backoff_max=10, retry_jitter=False, max_retries=None)
    assert found == [1, 2, 4, 8, 10, 10, 10, 10]


def test_jitter_stays_below_the_backoff(app: Celery) -> None:
    found = waits(app, retry_backoff=True, max_retries=None)
    assert all(0 <= wait <= 2**retries for retries, wait in enumerate(found))


def test_autoretry_for_must_be_a_collection(app: Celery) -> None:
    with pytest.raises(TypeError, match="not iterable"):
        app.task(autoretry_for=Trouble, lazy=False, shared=False)(retry_me_not)


def retry_me_not() -> None: ...


def test_autoretry_can_be_said_by_the_class(app: Celery, work: Any) -> None:
    class Stubborn(app.Task):
        autoretry_for = (Trouble,)
        retry_kwargs = {"max_retries": 1, "countdown": 3}

    @app.task(base=Stubborn)
    def stubborn() -> None:
        raise Trouble("again")

    stubborn.delay()
    outcome = work()
    assert (outcome.ending, outcome.message.countdown) == (Ending.RETRY, 3.0)
    assert (work(outcome.message).ending, work(outcome.message).error) == (Ending.FAILED, "Trouble: again")


def test_a_rejected_task_is_retried_where_every_exception_is(app: Celery, work: Any) -> None:
    @app.task(autoretry_for=(Exception,))
    def rejected() -> None:
        raise Reject("r")

    rejected.delay()
    assert work().ending is Ending.RETRY


def test_an_explicit_limit_holds_for_the_automatic_retry_too(app: Celery, work: Any) -> None:
    @app.task(bind=True, autoretry_for=(Trouble, MaxRetriesExceededError))
    def both(self: Any) -> None:
        self.retry(max_retries=1)

    both.apply_async(retries=1)
    assert work().error.startswith("MaxRetriesExceededError")
