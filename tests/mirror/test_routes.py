"""Which queue a task goes to."""

from __future__ import annotations

import re
from typing import Any

import pytest
from kombu import Queue

from celery_taskq import Celery
from celery_taskq.exceptions import CDeprecationWarning, QueueNotFound


class ByClass:
    def route_for_task(self, task: str, args: Any = None, kwargs: Any = None) -> dict[str, str]:
        return {"queue": "cls"}


def by_function(name: str, args: Any, kwargs: Any, options: Any, task: Any = None, **more: Any) -> Any:
    return {"queue": "fn", "priority": 2} if name.startswith("proj") else None


def route(routes: Any, name: str = "proj.x", **options: Any) -> dict[str, Any]:
    app = Celery("x", set_as_current=False, task_routes=routes)
    return app.amqp.router.route(options, name, (), {})  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("routes", "routed"),
    [
        (None, {"queue": "celery"}),
        ({"proj.x": "q1"}, {"queue": "q1"}),
        ({"proj.x": {"queue": "q1", "priority": 5}}, {"queue": "q1", "priority": 5}),
        ({"proj.*": "g"}, {"queue": "g"}),
        ({"p*x": "g"}, {"queue": "g"}),
        ({"proj.*": "g", "proj.x": "x"}, {"queue": "x"}),
        ({"proj.*": "g1", "*": "g2"}, {"queue": "g1"}),
        ({re.compile("pr"): "rx"}, {"queue": "rx"}),
        ({re.compile("x"): "rx"}, {"queue": "celery"}),
        (([("proj.*", "q")],), {"queue": "q"}),
        ([{"other": "first"}, {"proj.x": "second"}], {"queue": "second"}),
        (by_function, {"queue": "fn", "priority": 2}),
        ([lambda *args, **kwargs: None, {"proj.x": "rest"}], {"queue": "rest"}),
        (lambda *args, **kwargs: "text", {"queue": "text"}),
        (ByClass(), {"queue": "cls"}),
        ("tests.mirror.test_routes:ByClass", {"queue": "cls"}),
        ("tests.mirror.test_routes.by_function", {"queue": "fn", "priority": 2}),
        ({"proj.x": {"priority": 3}}, {"queue": "celery", "priority": 3}),
    ],
)
def test_routes_in_all_their_forms(routes: Any, routed: dict[str, Any]) -> None:
    assert route(routes) == routed


def test_a_list_of_pairs_must_stand_in_a_list() -> None:
    with pytest.raises(ValueError, match="too many values to unpack"):
        route([("proj.*", "q")])


def test_the_call_wins_over_the_route_unless_it_says_none() -> None:
    routes = {"proj.x": {"queue": "routed", "priority": 9}}
    assert route(routes, queue="called") == {"queue": "called", "priority": 9}
    assert route(routes, priority=1) == {"queue": "routed", "priority": 1}
    assert route(routes, priority=None, queue=None) == {"queue": "routed", "priority": 9}


def test_the_task_wins_over_the_route_and_the_call_over_the_task(app: Celery, jobs: Any) -> None:
    app.conf.task_routes = {"*": {"queue": "routed", "priority": 9}}

    @app.task(queue="attribute")
    def task() -> None: ...

    with pytest.warns(CDeprecationWarning):
        task.delay()
    assert (jobs.last.queue, jobs.last.priority) == ("attribute", 9)
    task.apply_async(queue="called")
    assert jobs.last.queue == "called"
    task.s().set(queue="signed").delay()
    assert jobs.last.queue == "signed"


def test_the_default_queue_is_a_setting(app: Celery, jobs: Any) -> None:
    app.conf.task_default_queue = "mine"
    app.send_task("x")
    assert jobs.last.queue == "mine"


def test_changed_routes_take_effect(app: Celery, jobs: Any) -> None:
    for queue in ("one", "two"):
        app.conf.task_routes = {"x": queue}
        app.send_task("x")
        assert jobs.last.queue == queue


@pytest.mark.parametrize("queues", [[Queue("known")], {"known": {}}, ["known"]])
def test_only_known_queues_are_used_where_missing_ones_are_not_made(app: Celery, jobs: Any, queues: Any) -> None:
    app.conf.update(task_create_missing_queues=False, task_queues=queues)
    app.send_task("x", queue="known")
    with pytest.raises(QueueNotFound, match="'nope' missing from task_queues"):
        app.send_task("x", queue="nope")
    assert [message.queue for message in jobs.messages] == ["known"]


def test_routers_find_every_option_and_the_queue_as_an_object(app: Celery) -> None:
    asked: list[dict[str, Any]] = []

    def router(name: str, args: Any, kwargs: Any, options: Any, task: Any = None, **more: Any) -> None:
        asked.append(options)

    app.conf.task_routes = router

    @app.task
    def task() -> None: ...

    task.apply_async(queue="mail", headers={"tenant": 1}, colour="red")
    (options,) = asked
    assert (options["queue"].name, options["headers"], options["colour"]) == ("mail", {"tenant": 1}, "red")
    assert [options[name] for name in ("exchange", "routing_key", "priority")] == [None, None, None]


def test_a_route_may_add_headers_that_the_call_does_not_have(app: Celery, jobs: Any, work: Any) -> None:
    app.conf.task_routes = {"*": {"headers": {"tenant": "routed"}}}
    seen: list[Any] = []

    @app.task(bind=True)
    def task(self: Any) -> None:
        seen.append(self.request.headers)

    task.delay()
    work()
    task.apply_async(headers={"tenant": "called"})
    work()
    assert seen == [{"tenant": "routed"}, {"tenant": "called"}]
