"""From a call to the message that is stored."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from kombu import Queue

from celery_taskq import Celery, shared_task
from celery_taskq.exceptions import AlwaysEagerIgnored, CDeprecationWarning
from celery_taskq.messages import TaskMessage
from celery_taskq.result import AsyncResult

from .conftest import Jobs

UTC = dt.UTC


@shared_task
def add(x: Any, y: Any = 1) -> Any:
    return x + y


@shared_task(bind=True)
def bound(self: Any, x: Any) -> Any:
    return x


@shared_task(typing=False)
def loose(*args: Any, **kwargs: Any) -> None: ...


def headers_of(message: TaskMessage) -> dict[str, Any]:
    assert message.headers is not None
    return json.loads(message.headers)  # type: ignore[no-any-return]


@pytest.fixture(autouse=True)
def current(app: Celery) -> None:
    """Shared tasks need an app."""


def test_delay_stores_one_message_and_returns_its_result(jobs: Jobs) -> None:
    result = add.delay(1, y=2)
    message = jobs.last
    assert message == TaskMessage(
        task_id=result.id,
        name=f"{__name__}.add",
        queue="celery",
        payload='[[1], {"y": 2}]',
        headers=message.headers,
        argsrepr="(1,)",
        kwargsrepr="{'y': 2}",
    )
    assert isinstance(result, AsyncResult)
    assert list(headers_of(message)) == ["origin"]


def test_no_keyword_of_a_task_is_taken_for_an_option(jobs: Jobs) -> None:
    loose.delay(countdown=1, queue="q", task_id="t", self=2, args=3)
    assert jobs.last.payload == '[[], {"countdown": 1, "queue": "q", "task_id": "t", "self": 2, "args": 3}]'


@pytest.mark.parametrize(
    ("task", "args", "kwargs", "text"),
    [
        (add, (), {}, r"add\(\) missing 1 required positional argument: 'x'"),
        (add, (1, 2, 3), {}, r"add\(\) takes from 1 to 2 positional arguments but 3 were given"),
        (add, (1,), {"q": 1}, r"add\(\) got an unexpected keyword argument 'q'"),
        (bound, (), {}, r"bound\(\) missing 1 required positional argument: 'x'"),
        (bound, (1, 2), {}, r"bound\(\) takes 2 positional arguments but 3 were given"),
    ],
)
def test_arguments_that_the_task_would_refuse_are_refused_at_the_call(
    jobs: Jobs, task: Any, args: Any, kwargs: Any, text: str
) -> None:
    with pytest.raises(TypeError, match=text):
        task.delay(*args, **kwargs)
    assert jobs.messages == []


def test_typing_false_leaves_that_to_the_worker(app: Celery, jobs: Jobs) -> None:
    @app.task(typing=False)
    def unchecked(x: int) -> None: ...

    unchecked.delay()
    assert jobs.last.payload == "[[], {}]"


def test_a_countdown_is_left_to_the_databases_clock(jobs: Jobs) -> None:
    before = dt.datetime.now(UTC)
    add.apply_async((1,), countdown=0.5)
    assert (jobs.last.countdown, jobs.last.eta) == (0.5, None)
    eta = dt.datetime.fromisoformat(headers_of(jobs.last)["eta"])
    assert before + dt.timedelta(seconds=0.5) <= eta


@pytest.mark.parametrize("countdown", [0, None, False])
def test_no_countdown_is_no_countdown(jobs: Jobs, countdown: Any) -> None:
    add.apply_async((1,), countdown=countdown)
    assert (jobs.last.countdown, jobs.last.eta, "eta" in headers_of(jobs.last)) == (None, None, False)


def test_a_countdown_wins_over_an_eta_and_0_does_not(jobs: Jobs) -> None:
    eta = dt.datetime(2030, 1, 1, tzinfo=UTC)
    add.apply_async((1,), countdown=5, eta=eta)
    assert (jobs.last.countdown, jobs.last.eta) == (5.0, None)
    add.apply_async((1,), countdown=0, eta=eta)
    assert (jobs.last.countdown, jobs.last.eta) == (None, eta)


@pytest.mark.parametrize(
    "eta",
    [
        dt.datetime(2030, 1, 1, 12),
        dt.datetime(2030, 1, 1, 12, tzinfo=UTC),
        dt.datetime(2030, 1, 2, 2, tzinfo=dt.timezone(dt.timedelta(hours=14))),
        dt.datetime(2030, 1, 1, 0, tzinfo=dt.timezone(dt.timedelta(hours=-12))),
        "2030-01-01T12:00:00",
        "2030-01-01T12:00:00Z",
        "2030-01-01T15:00:00+03:00",
    ],
)
def test_an_eta_is_one_instant_and_naive_is_utc(jobs: Jobs, eta: Any) -> None:
    add.apply_async((1,), eta=eta)
    assert jobs.last.eta == dt.datetime(2030, 1, 1, 12, tzinfo=UTC)
    assert headers_of(jobs.last)["eta"] == (eta if isinstance(eta, str) else eta.isoformat())


def test_a_date_is_its_midnight_in_utc(jobs: Jobs) -> None:
    add.apply_async((1,), eta=dt.date(2030, 1, 1))
    assert jobs.last.eta == dt.datetime(2030, 1, 1, tzinfo=UTC)


def test_expires_in_seconds_is_left_to_the_databases_clock(jobs: Jobs) -> None:
    add.apply_async((1,), expires=60)
    assert (jobs.last.expires_in, jobs.last.expires) == (60.0, None)


def test_expires_as_an_instant(jobs: Jobs) -> None:
    add.apply_async((1,), expires=dt.datetime(2030, 1, 1))
    assert (jobs.last.expires_in, jobs.last.expires) == (None, dt.datetime(2030, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize("expires", [0, -5, dt.datetime(2000, 1, 1, tzinfo=UTC)])
def test_what_has_expired_is_stored_with_a_warning(jobs: Jobs, caplog: Any, expires: Any) -> None:
    add.apply_async((1,), expires=expires)
    assert jobs.last.expires_in == expires or jobs.last.expires == expires
    assert ("expiration date in the past" in caplog.text) == (expires != 0)


def test_options_of_the_call_win_over_those_of_the_task(app: Celery, jobs: Jobs) -> None:
    @app.task(priority=3, time_limit=30, soft_time_limit=20, ignore_result=True, expires=60)
    def opts() -> None: ...

    with pytest.warns(CDeprecationWarning):
        opts.delay()
    assert (jobs.last.priority, jobs.last.expires_in) == (3, 60.0)
    assert headers_of(jobs.last)["timelimit"] == [30, 20]
    assert headers_of(jobs.last)["ignore_result"] is True
    opts.apply_async(priority=9, time_limit=99, soft_time_limit=1, ignore_result=False, expires=None)
    assert (jobs.last.priority, jobs.last.expires_in) == (9, None)
    assert headers_of(jobs.last)["timelimit"] == [99, 1]
    opts.apply_async(priority=None)
    assert jobs.last.priority == 0
    opts.s().set(priority=7).apply_async(priority=None)
    assert jobs.last.priority == 7
    app.send_task(opts.name)
    assert (jobs.last.priority, headers_of(jobs.last)["timelimit"]) == (3, [30, 20])


def test_a_soft_limit_of_the_task_beyond_its_hard_limit_is_refused(app: Celery) -> None:
    @app.task(time_limit=1, soft_time_limit=2)
    def wrong() -> None: ...

    with pytest.raises(ValueError, match="soft_time_limit must be less than or equal to time_limit"):
        wrong.delay()


def test_ids_shadow_and_headers_are_stored(jobs: Jobs) -> None:
    add.apply_async(
        (1,), task_id="T", root_id="R", parent_id="P", group_id="G", shadow="alias", headers={"my": 1}, reply_to="x"
    )
    kept = headers_of(jobs.last)
    del kept["origin"]
    assert kept == {
        "shadow": "alias",
        "group": "G",
        "root_id": "R",
        "parent_id": "P",
        "my": 1,
        "properties": {"reply_to": "x"},
    }


def test_a_header_can_say_what_an_option_says(jobs: Jobs) -> None:
    add.apply_async((1,), headers={"retries": 5, "eta": "2030-01-01T00:00:00+00:00"})
    assert (jobs.last.retries, jobs.last.eta) == (5, dt.datetime(2030, 1, 1, tzinfo=UTC))


def test_an_id_comes_back_as_it_was_given_and_is_stored_as_text(jobs: Jobs) -> None:
    assert add.apply_async((1,), task_id=5).id == 5
    assert jobs.last.task_id == "5"
    assert add.apply_async((1,), task_id="").id == jobs.last.task_id != ""


def test_an_option_that_nobody_knows_becomes_a_property(jobs: Jobs) -> None:
    add.apply_async((1,), MessageGroupId="g", exchange="ex", routing_key="rk", delivery_mode=9, retry=False)
    assert headers_of(jobs.last)["properties"] == {"MessageGroupId": "g"}


def test_a_queue_can_be_a_kombu_queue(jobs: Jobs) -> None:
    add.apply_async((1,), queue=Queue("mail"))
    assert jobs.last.queue == "mail"


def test_a_task_can_be_sent_by_a_name_that_only_the_worker_knows(app: Celery, jobs: Jobs) -> None:
    app.send_task("no.such", (1,), {"a": 2}, countdown=5, queue="q")
    assert (jobs.last.name, jobs.last.payload, jobs.last.queue) == ("no.such", '[[1], {"a": 2}]', "q")


def test_send_task_warns_that_it_is_not_eager(app: Celery, jobs: Jobs) -> None:
    app.conf.task_always_eager = True
    with pytest.warns(AlwaysEagerIgnored):
        app.send_task("no.such")
    assert len(jobs.messages) == 1


def test_a_result_to_be_ignored_is_none(jobs: Jobs) -> None:
    result = add.apply_async((1,), ignore_result=True)
    assert (result.ignored, result.get()) == (True, None)


def test_arguments_are_shown_cut_and_the_caller_can_say_how(jobs: Jobs) -> None:
    loose.delay("x" * 5000)
    assert len(jobs.last.argsrepr) == 1024
    loose.apply_async(("secret",), argsrepr="(***)", kwargsrepr=5)
    assert (jobs.last.argsrepr, jobs.last.kwargsrepr) == ("(***)", "5")


def test_publish_signals_carry_the_message_as_celerys_do(events: Any, jobs: Jobs) -> None:
    seen = events("before_task_publish", "after_task_publish", "task_sent")
    add.apply_async((1,), {"y": 5}, queue="q", headers={"h": 1}, task_id="T")
    assert [name for name, _ in seen] == ["before_task_publish", "after_task_publish", "task_sent"]
    before, after, sent = (kwargs for _, kwargs in seen)
    assert before["sender"] == after["sender"] == sent["sender"] == f"{__name__}.add"
    assert (before["exchange"], before["routing_key"], [q.name for q in before["declare"]]) == ("", "q", ["q"])
    nothing = {"callbacks": None, "errbacks": None, "chain": None, "chord": None}
    assert before["body"] == ((1,), {"y": 5}, nothing)
    origin = before["headers"].pop("origin")
    assert origin.startswith("gen")
    assert before["headers"] == {
        "lang": "py",
        "task": f"{__name__}.add",
        "id": "T",
        "shadow": None,
        "eta": None,
        "expires": None,
        "group": None,
        "group_index": None,
        "retries": 0,
        "timelimit": [None, None],
        "root_id": "T",
        "parent_id": None,
        "argsrepr": "(1,)",
        "kwargsrepr": "{'y': 5}",
        "ignore_result": False,
        "replaced_task_nesting": 0,
        "stamped_headers": None,
        "stamps": {},
        "h": 1,
    }
    assert before["properties"] == {"correlation_id": "T", "reply_to": ""}
    assert sorted(before["retry_policy"]) == ["interval_max", "interval_start", "interval_step", "max_retries"]
    assert (sent["task_id"], sent["task"], sent["args"], sent["kwargs"]) == ("T", add.name, (1,), {"y": 5})


def test_a_receiver_changes_what_is_stored(jobs: Jobs) -> None:
    from celery_taskq.signals import before_task_publish

    @before_task_publish.connect(sender=add.name)
    def change(headers: Any, body: Any, properties: Any, **kwargs: Any) -> None:
        headers.update(task="renamed", id="other", tenant="t", eta="2031-01-01T00:00:00+00:00")
        properties["priority"] = 4
        body[1]["y"] = 7

    add.apply_async((1,), {"y": 5}, countdown=9)
    message = jobs.last
    assert (message.name, message.task_id, message.priority) == ("renamed", "other", 4)
    assert (message.payload, message.eta, message.countdown) == (
        '[[1], {"y": 7}]',
        dt.datetime(2031, 1, 1, tzinfo=UTC),
        None,
    )
    assert headers_of(message)["tenant"] == "t"


def test_a_task_that_is_sent_by_a_task_knows_its_parent_and_its_root(app: Celery, jobs: Jobs, work: Any) -> None:
    @app.task(bind=True)
    def parent(self: Any) -> None:
        add.delay(1)
        seen.append([child.id for child in self.request.children])

    seen: list[Any] = []
    root = parent.apply_async(task_id="child", root_id="root")
    work()
    assert headers_of(jobs.last)["parent_id"] == root.id
    assert headers_of(jobs.last)["root_id"] == "root"
    assert seen == [[jobs.last.task_id]]


def test_the_priority_of_the_parent_is_inherited_where_the_setting_says_so(app: Celery, jobs: Jobs, work: Any) -> None:
    app.conf.task_inherit_parent_priority = True

    @app.task
    def parent() -> None:
        add.delay(1)

    parent.apply_async(priority=6)
    work()
    assert (jobs.last.name, jobs.last.priority) == (add.name, 6)


def test_a_million_children_are_not_kept(app: Celery, jobs: Jobs, work: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("celery_taskq.app.task.MAX_CHILDREN", 3)

    @app.task(bind=True)
    def parent(self: Any) -> None:
        for _ in range(10):
            add.delay(1)
        seen.append(len(self.request.children))

    seen: list[int] = []
    parent.delay()
    work()
    assert (seen, len(jobs.messages)) == ([3], 11)
