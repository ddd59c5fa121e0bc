"""Running here and now: apply() and task_always_eager."""

from __future__ import annotations

import pickle
from typing import Any

import pytest
from django.test import override_settings
from kombu.exceptions import EncodeError

from celery_taskq import Celery, Task, _state, current_task, shared_task
from celery_taskq.exceptions import Ignore, Reject, Retry
from celery_taskq.result import EagerResult, allow_join_result, denied_join_result

EVENTS = ("task_prerun", "task_postrun", "task_success", "task_failure", "task_retry", "task_internal_error")
PUBLISHED = ("before_task_publish", "after_task_publish", "task_received")


class Hooked(Task):
    log: list[str] = []

    def before_start(self, *args: Any) -> None:
        self.log.append("before_start")

    def on_success(self, *args: Any) -> None:
        self.log.append("on_success")

    def on_failure(self, *args: Any) -> None:
        self.log.append("on_failure")

    def on_retry(self, *args: Any) -> None:
        self.log.append("on_retry")

    def after_return(self, status: str, *args: Any) -> None:
        self.log.append(f"after_return:{status}")


@pytest.fixture
def eager(app: Celery) -> Celery:
    app.conf.task_always_eager = True
    return app


@pytest.fixture
def task(eager: Celery) -> Any:
    @eager.task(bind=True, base=Hooked, max_retries=2)
    def task(self: Any, mode: str) -> Any:
        if mode == "boom":
            raise KeyError("k")
        if mode == "ignore":
            raise Ignore
        if mode == "reject":
            raise Reject("r", requeue=True)
        if mode == "retry" and self.request.retries < 2:
            self.retry(countdown=100)
        if mode == "exceed":
            self.retry()
        if mode == "bare":
            raise Retry("x", when=1)
        if mode == "exit":
            raise SystemExit(1)
        if mode == "returned":
            return "second" if self.request.retries else self.retry(throw=False)
        return self.request.retries, self.request.is_eager

    return task


@pytest.fixture
def log(events: Any) -> list[str]:
    """Hooks and signals, in their order."""
    from celery_taskq import signals

    Hooked.log = []
    for name in EVENTS + PUBLISHED:

        def receive(signal: Any, _name: str = name, **kwargs: Any) -> None:
            Hooked.log.append(_name + (f":{kwargs['state']}" if _name == "task_postrun" else ""))

        getattr(signals, name).connect(receive, weak=False)
    return Hooked.log


START = ["task_prerun", "before_start"]
OK = [*START, "on_success", "task_success", "after_return:SUCCESS", "task_postrun:SUCCESS"]
FAILED = [*START, "on_failure", "task_failure", "after_return:FAILURE", "task_postrun:FAILURE"]
RETRIED = [*START, "on_retry", "task_retry", "task_postrun:RETRY"]
ESCAPED = [*START, "task_postrun:None", "task_internal_error"]


@pytest.mark.parametrize(
    ("mode", "state", "result", "log_is"),
    [
        ("ok", "SUCCESS", "(0, True)", OK),
        ("boom", "FAILURE", "KeyError('k')", FAILED),
        ("ignore", "IGNORED", "Ignore()", [*START, "task_postrun:IGNORED"]),
        ("reject", "REJECTED", "reject requeue=True: r", [*START, "task_postrun:REJECTED"]),
        ("retry", "SUCCESS", "(2, True)", RETRIED * 2 + OK),
        ("bare", "RETRY", "Retry(Retry(...), None, 1)", RETRIED),
        ("returned", "SUCCESS", "'second'", OK * 2),
    ],
)
def test_what_a_run_comes_to_and_in_which_order(
    task: Any, log: list[str], jobs: Any, mode: str, state: str, result: str, log_is: list[str]
) -> None:
    for got in (task.delay(mode), task.apply((mode,))):
        assert (type(got), got.state, repr(got.result)) == (EagerResult, state, result)
    assert log == log_is * 2
    assert jobs.messages == []


def test_too_many_retries_fail(task: Any, log: list[str]) -> None:
    result = task.delay("exceed")
    assert type(result.result).__name__ == "MaxRetriesExceededError"
    assert log == RETRIED * 2 + FAILED


@pytest.mark.parametrize(("mode", "raised"), [("boom", KeyError), ("retry", Retry), ("exceed", Retry), ("bare", Retry)])
def test_with_propagation_what_is_raised_gets_out_and_nothing_is_retried(
    eager: Celery, task: Any, log: list[str], mode: str, raised: type[Exception]
) -> None:
    eager.conf.task_eager_propagates = True
    with pytest.raises(raised):
        task.delay(mode)
    eager.conf.task_eager_propagates = False
    with pytest.raises(raised):
        task.apply((mode,), throw=True)
    assert log == ESCAPED * 2


def test_with_propagation_ignore_and_reject_stay_inside(eager: Celery, task: Any) -> None:
    eager.conf.task_eager_propagates = True
    assert (task.delay("ignore").state, task.delay("reject").state) == ("IGNORED", "REJECTED")


def test_an_exit_gets_out(task: Any, log: list[str]) -> None:
    with pytest.raises(SystemExit):
        task.delay("exit")
    assert log == [*START, "task_postrun:None"]
    assert not current_task


def test_arguments_go_through_json_as_they_would_to_a_worker(eager: Celery) -> None:
    @eager.task
    def show(x: Any) -> Any:
        return type(x).__name__

    assert show.delay((1, 2)).get() == "list"
    assert show.apply(((1, 2),)).get() == "tuple"
    with pytest.raises(EncodeError, match="set is not JSON serializable"):
        show.delay({1})
    assert show.apply(({1},)).get() == "set"


def test_arguments_are_checked_by_delay_and_fail_in_apply(eager: Celery) -> None:
    @eager.task
    def one(x: Any) -> Any:
        return x

    with pytest.raises(TypeError, match="missing 1 required positional argument"):
        one.delay()
    assert isinstance(one.apply().result, TypeError)


def test_times_are_ignored(eager: Celery) -> None:
    @eager.task
    def one() -> int:
        return 1

    assert one.apply_async(countdown=100, eta="2090-01-01", expires=-5).get() == 1


def test_the_request_of_an_eager_run(eager: Celery) -> None:
    @eager.task(bind=True)
    def show(self: Any) -> Any:
        return self.request

    request = show.apply_async(task_id="T", headers={"h": 1}, priority=5, routing_key="rk").get()
    assert (request.id, request.root_id, request.parent_id, request.is_eager) == ("T", "T", None, True)
    assert (request.called_directly, request.headers, request.retries) == (False, {"h": 1}, 0)
    assert request.delivery_info == {"is_eager": True, "exchange": None, "routing_key": "rk", "priority": 5}


def test_a_task_inside_a_task_knows_its_parent(eager: Celery) -> None:
    @eager.task(bind=True)
    def inner(self: Any) -> Any:
        return self.request.root_id, self.request.parent_id

    @eager.task
    def outer() -> Any:
        return inner.delay().result

    assert outer.apply_async(task_id="O").get() == ("O", "O")


def test_waiting_inside_a_task_is_refused_unless_it_is_allowed(eager: Celery) -> None:
    @eager.task
    def inner() -> int:
        return 1

    @eager.task
    def outer(allowed: bool) -> int:
        if allowed:
            with allow_join_result():
                return inner.delay().get()
        return inner.delay().get()

    assert "Never call result.get()" in str(outer.delay(False).result)
    assert outer.delay(True).get() == 1
    with denied_join_result(), pytest.raises(RuntimeError):
        inner.apply().get()


def test_an_error_of_a_hook_gets_out(eager: Celery) -> None:
    class Broken(Task):
        def on_success(self, *args: Any) -> None:
            raise KeyError("hook")

    @eager.task(base=Broken)
    def fine() -> None: ...

    with pytest.raises(KeyError, match="hook"):
        fine.delay()


def test_a_result_of_an_eager_run_is_complete(eager: Celery) -> None:
    @eager.task
    def one() -> int:
        return 1

    result = one.apply(task_id="T")
    assert (result.id, result.task_id, result.state, result.status) == ("T", "T", "SUCCESS", "SUCCESS")
    assert (result.result, result.info, result.get(), result.wait(), result.maybe_throw()) == (1, 1, 1, 1, 1)
    assert (result.ready(), result.successful(), result.failed()) == (True, True, False)
    assert (result.name, result.parent, result.children, result.traceback) == (one.name, None, None, None)
    assert (str(result), repr(result), result == "T", hash(result)) == ("T", "<EagerResult: T>", True, hash("T"))
    assert (result.as_tuple(), result.as_list(), result.forget()) == ((("T", None), None), ["T"], None)
    assert result.then(lambda got: got.result) == 1
    assert (result.get_leaf(), list(result.iterdeps())) == (1, [(None, result)])
    assert pickle.loads(pickle.dumps(result)).get() == 1
    result.revoke()
    assert (result.state, repr(result.result)) == ("REVOKED", "TaskRevokedError('revoked')")


def test_a_failed_result_raises_unless_it_must_not(task: Any) -> None:
    result = task.delay("boom")
    with pytest.raises(KeyError):
        result.get()
    assert repr(result.get(propagate=False)) == "KeyError('k')"
    assert (result.ready(), result.successful(), result.failed()) == (True, False, True)
    assert result.traceback.endswith("KeyError: 'k'\n")


def test_overridden_settings_take_effect_when_a_task_is_called(jobs: Any) -> None:
    _state.default_app = _state._tls.current_app = None
    _state.get_current_app().jobs = jobs
    with override_settings(CELERY_TASK_ALWAYS_EAGER=True, CELERY_TASK_EAGER_PROPAGATES=True):
        assert shared_one.delay().get() == 1
        with pytest.raises(ZeroDivisionError):
            shared_broken.delay()
    shared_one.delay()
    assert len(jobs.messages) == 1


@shared_task
def shared_one() -> int:
    return 1


@shared_task
def shared_broken() -> float:
    return 1 / 0
