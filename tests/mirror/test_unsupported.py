"""What takes a broker, a result backend or a worker in the same process says so when it is used, and what to do."""

from __future__ import annotations

import pytest

from celery_taskq import Celery
from celery_taskq.canvas import Signature, StampingVisitor, chain, chord, group, maybe_signature, signature
from celery_taskq.contrib.abortable import ABORTED, AbortableAsyncResult, AbortableTask
from celery_taskq.result import AsyncResult, GroupResult, ResultSet
from tests.mirror.conftest import Jobs


@pytest.fixture
def app():
    app = Celery("unsupported", set_as_current=False)
    app.jobs = Jobs()
    return app


@pytest.mark.parametrize(
    "use",
    [
        lambda app: app.connection(),
        lambda app: app.connection_for_write("amqp://"),
        lambda app: app.broker_connection(),
        lambda app: app.connection_or_acquire(),
        lambda app: app.producer_or_acquire(),
        lambda app: app.pool,
        lambda app: app.backend,
        lambda app: app.events,
        lambda app: app.steps,
        lambda app: app.Worker(),
        lambda app: app.start(),
        lambda app: app.worker_main(["worker"]),
        lambda app: app.setup_security(),
        lambda app: app.add_periodic_task(10, None),
        lambda app: app.control.revoke("id", terminate=True),
        lambda app: app.control.terminate("id"),
        lambda app: app.control.purge(),
        lambda app: app.control.ping(timeout=1),
        lambda app: app.control.broadcast("shutdown"),
        lambda app: app.control.inspect().active(),
        lambda app: app.control.inspect(["a@b"]).ping(),
    ],
)
def test_what_is_not_there_is_refused_with_the_paragraph_that_helps(app, use):
    with pytest.raises(NotImplementedError, match=r'See MIGRATION\.md, "What is refused or missing'):
        use(app)


@pytest.mark.parametrize(("expected", "ids"), [(["a"], "a"), (["a", "b"], ["a", "b"]), (["5"], 5), ([], [])])
def test_control_revokes_tasks_that_wait(app, expected, ids):
    app.control.revoke(ids)
    assert expected == app.jobs.revoked


def test_the_control_class_can_be_replaced():
    class Own:
        def __init__(self, app):
            self.app = app

    app = Celery("own", set_as_current=False, control=Own)
    assert (Own, app) == (type(app.control), app.control.app)


@pytest.mark.parametrize("kind", [chain, group, chord])
def test_workflows_are_signatures_that_cannot_be_made(kind):
    assert issubclass(kind, Signature)
    assert not isinstance(signature("a"), kind)
    with pytest.raises(NotImplementedError, match=r"MIGRATION\.md"):
        kind(signature("a"))


@pytest.mark.parametrize("name", ["chain", "group", "chord", "chunks", "xmap", "xstarmap"])
def test_workflows_that_came_through_json_are_refused(name):
    with pytest.raises(NotImplementedError, match=r"MIGRATION\.md"):
        maybe_signature({"task": f"celery.{name}", "args": [], "kwargs": {}, "options": {}, "subtask_type": name})


class Visitor(StampingVisitor):
    def __init__(self, stamps):
        self.stamps = stamps

    def on_signature(self, sig, **headers):
        return self.stamps


@pytest.mark.parametrize(
    ("expected", "stored", "visitors", "append", "given"),
    [
        ({"foo": 1, "stamped_headers": ["foo"]}, {}, None, False, {"foo": 1}),
        ({"foo": 1, "a": 2, "stamped_headers": ["foo", "a"]}, {}, {"a": 2}, False, {"foo": 1}),
        ({"foo": 1, "stamped_headers": ["foo"]}, {}, {"foo": 2}, False, {"foo": 1}),
        ({"foo": [1, 2], "stamped_headers": ["foo"]}, {}, {"foo": 2}, True, {"foo": 1}),
        ({"a": 1, "b": 2, "stamped_headers": ["b"]}, {}, {"a": 1, "b": 2, "stamped_headers": ["b"]}, False, {}),
        ({"foo": [1, 0], "stamped_headers": ["foo"]}, {"foo": 0, "stamped_headers": ["foo"]}, None, True, {"foo": 1}),
        ({"foo": 0, "z": 1, "stamped_headers": ["z", "foo"]}, {"foo": 0, "stamped_headers": ["foo"]}, None, False,
         {"z": 1}),
        ({"stamped_headers": []}, {}, None, False, {}),
    ],
)  # fmt: skip
def test_stamps_are_collected_from_the_call_the_visitor_and_the_signature(expected, stored, visitors, append, given):
    made = signature("a", options=stored)
    assert made is made.stamp(Visitor(visitors) if visitors is not None else None, append, **given)
    assert expected == made.options


def test_a_set_of_results_is_a_list_of_each_once(app):
    a, b, c = (AsyncResult(id, app=app) for id in "abc")
    results = ResultSet([a], app=app)
    results.add(a)
    results.update([b, b, c])
    results.discard(c)
    results.discard(c)
    assert [a, b] == list(results)
    results.remove("b")
    with pytest.raises(KeyError):
        results.remove(b)
    results.clear()
    assert [] == results.results


def test_a_set_of_results_knows_what_the_rows_know(app):
    results = ResultSet([AsyncResult(id, app=app) for id in "ab"], app=app)
    assert (True, False, False) == (results.ready(), results.waiting(), results.failed())
    app.jobs.states = {"a": "PENDING", "b": "FAILURE"}
    assert (False, True, True) == (results.ready(), results.waiting(), results.failed())
    results.revoke()
    assert ["a", "b"] == app.jobs.revoked
    for ask in (results.get, results.join, results.successful, results.completed_count):
        with pytest.raises(NotImplementedError, match="Results"):
            ask()


def test_the_result_of_a_group_can_be_stored_as_a_tuple(app):
    result = GroupResult("g", [AsyncResult("a", app=app)])
    assert (("g", None), [(("a", None), None)]) == result.as_tuple()
    assert "<GroupResult: g [a]>" == repr(result)


def test_a_task_can_be_asked_to_abort_and_can_ask_whether_it_was(app):
    @app.task(base=AbortableTask, name="stop_me")
    def stop_me():
        """Does nothing."""

    result = app.tasks["stop_me"].AsyncResult("x")
    assert type(result) is AbortableAsyncResult
    app.jobs.states = {"x": "STARTED"}
    assert not result.is_aborted()
    app.jobs.states = {"x": ABORTED}
    assert app.tasks["stop_me"].is_aborted(task_id="x")
    result.abort()
    assert ["x"] == app.jobs.aborted
