"""What one run comes to: hooks, signals, log lines and the outcome."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest

from celery_taskq import Celery, Task, current_task
from celery_taskq.app.trace import MAX_TRACEBACK, run_claim
from celery_taskq.exceptions import Ignore, Reject, Retry, WorkerTerminate
from celery_taskq.messages import DONE, MAX_SHOWN, Ending, Outcome, TaskMessage

from .conftest import Jobs, as_claim

ALL = (
    "task_received",
    "task_prerun",
    "task_postrun",
    "task_success",
    "task_failure",
    "task_retry",
    "task_revoked",
    "task_unknown",
    "task_internal_error",
)


class Recording(Task):
    """Writes down which hooks are called, with what."""

    calls: list[tuple[Any, ...]] = []

    def before_start(self, task_id: Any, args: Any, kwargs: Any) -> None:
        self.calls.append(("before_start", args, kwargs))

    def on_success(self, retval: Any, task_id: Any, args: Any, kwargs: Any) -> None:
        self.calls.append(("on_success", retval))

    def on_failure(self, exc: Any, task_id: Any, args: Any, kwargs: Any, einfo: Any) -> None:
        shown = "" if isinstance(exc, Unspeakable) else repr(exc)
        self.calls.append(("on_failure", shown, str(einfo).splitlines()[-1]))

    def on_retry(self, exc: Any, task_id: Any, args: Any, kwargs: Any, einfo: Any) -> None:
        self.calls.append(("on_retry", repr(exc)))

    def after_return(self, status: Any, retval: Any, task_id: Any, args: Any, kwargs: Any, einfo: Any) -> None:
        self.calls.append(("after_return", status, einfo))


@pytest.fixture
def hooks() -> list[tuple[Any, ...]]:
    Recording.calls = []
    return Recording.calls


@pytest.fixture
def task(app: Celery, hooks: Any) -> Any:
    """A task that runs the function that it is set to."""

    @app.task(bind=True, base=Recording, name="proj.task", throws=(IndexError,))
    def task(self: Any, *args: Any, **kwargs: Any) -> Any:
        return self.body(self)

    return task


def raising(exc: BaseException) -> Any:
    def body(self: Any) -> None:
        raise exc

    return body


@pytest.fixture
def run(task: Any, work: Any) -> Any:
    """Send the task and run it in a worker, with this body."""

    def run(body: Any, *args: Any, **options: Any) -> Any:
        task.body = body
        task.apply_async(args, task_id="TID", **options)
        return work()

    return run


def test_a_success_calls_everything_in_celerys_order(run: Any, hooks: Any, events: Any, caplog: Any) -> None:
    caplog.set_level(logging.INFO)
    seen = events(*ALL)
    assert run(lambda self: 6, 1) == DONE
    assert [name for name, _ in seen] == ["task_received", "task_prerun", "task_success", "task_postrun"]
    assert hooks == [("before_start", [1], {}), ("on_success", 6), ("after_return", "SUCCESS", None)]
    prerun, success, postrun = (kwargs for _, kwargs in seen[1:])
    assert (prerun["task_id"], prerun["args"], prerun["kwargs"]) == ("TID", [1], {})
    assert prerun["sender"] == prerun["task"]
    assert success["result"] == 6
    assert success["runtime"] > 0
    assert (postrun["state"], postrun["retval"]) == ("SUCCESS", 6)
    assert [(r.name, r.levelname) for r in caplog.records] == [
        ("celery.worker.strategy", "INFO"),
        ("celery.app.trace", "INFO"),
    ]
    received, succeeded = caplog.messages
    assert received == "Task proj.task[TID] received"
    assert succeeded.startswith("Task proj.task[TID] succeeded in ")
    assert succeeded.endswith("s: 6")


def test_a_failure_is_a_dead_letter_with_its_traceback(run: Any, hooks: Any, events: Any, caplog: Any) -> None:
    seen = events(*ALL)
    outcome = run(raising(KeyError("k")))
    assert (outcome.ending, outcome.error) == (Ending.FAILED, "KeyError: 'k'")
    assert outcome.traceback.startswith("Traceback (most recent call last):\n")
    assert outcome.traceback.endswith("KeyError: 'k'\n")
    assert [name for name, _ in seen] == ["task_received", "task_prerun", "task_failure", "task_postrun"]
    assert hooks[1:] == [("on_failure", "KeyError('k')", "KeyError: 'k'"), ("after_return", "FAILURE", None)]
    assert seen[2][1]["traceback"] is not None
    assert (seen[3][1]["state"], repr(seen[3][1]["retval"])) == ("FAILURE", "KeyError('k')")
    assert caplog.messages == ["Task proj.task[TID] raised unexpected: KeyError('k')"]
    assert caplog.records[0].exc_info


def test_an_expected_failure_is_no_error_in_the_log(run: Any, caplog: Any) -> None:
    caplog.set_level(logging.INFO)
    assert run(raising(IndexError("i"))).ending is Ending.FAILED
    record = caplog.records[-1]
    assert (record.levelname, record.getMessage()) == ("INFO", "Task proj.task[TID] raised expected: IndexError('i')")
    assert not record.exc_info


@pytest.mark.parametrize("exc", [SystemExit(1), KeyboardInterrupt(), GeneratorExit(), BaseException("x")])
def test_whatever_a_task_raises_is_a_failure(run: Any, hooks: Any, exc: BaseException) -> None:
    outcome = run(raising(exc))
    assert outcome.ending is Ending.FAILED
    assert outcome.error.startswith(type(exc).__name__)
    assert hooks[-1] == ("after_return", "FAILURE", None)


def test_a_cold_stop_is_a_failure_without_hooks(run: Any, hooks: Any, events: Any) -> None:
    seen = events("task_postrun")
    outcome = run(raising(WorkerTerminate("stop")))
    assert (outcome.ending, outcome.error) == (Ending.FAILED, "WorkerTerminate: stop")
    assert [call[0] for call in hooks] == ["before_start"]
    assert seen[0][1]["state"] is None
    assert not current_task


def test_ignore_leaves_nothing(run: Any, hooks: Any, events: Any, caplog: Any) -> None:
    caplog.set_level(logging.INFO)
    seen = events(*ALL)
    assert run(raising(Ignore("why"))) == DONE
    assert [name for name, _ in seen] == ["task_received", "task_prerun", "task_postrun"]
    assert [call[0] for call in hooks] == ["before_start"]
    assert seen[-1][1]["state"] == "IGNORED"
    assert caplog.messages[-1] == "Task proj.task[TID] ignored"


def test_a_rejected_task_is_a_dead_letter(run: Any, hooks: Any, events: Any, caplog: Any) -> None:
    seen = events(*ALL)
    outcome = run(raising(Reject("because")))
    assert (outcome.ending, outcome.error) == (Ending.FAILED, "rejected: 'because'")
    assert [name for name, _ in seen] == ["task_received", "task_prerun", "task_postrun", "task_failure"]
    assert isinstance(seen[-1][1]["traceback"], str)
    assert [call[0] for call in hooks] == ["before_start"]
    assert (caplog.records[-1].levelname, caplog.messages[-1]) == (
        "WARNING",
        "Task proj.task[TID] reject requeue=False: because",
    )


def test_a_requeued_task_goes_back_only_with_acks_late(task: Any, run: Any, caplog: Any) -> None:
    assert run(raising(Reject("again", requeue=True))) == DONE
    assert "is dropped" in caplog.text
    task.acks_late = True
    assert run(raising(Reject("again", requeue=True))).ending is Ending.RELEASED


def test_a_retry_that_was_raised_by_hand_is_not_lost(run: Any, hooks: Any, events: Any) -> None:
    seen = events("task_retry", "task_postrun")
    outcome = run(raising(Retry("msg", when=5)))
    assert (outcome.ending, outcome.error) == (
        Ending.FAILED,
        "Retry was raised without calling retry(): msg",
    )
    assert [name for name, _ in seen] == ["task_retry", "task_postrun"]
    assert hooks[-1] == ("on_retry", "None")


def test_before_start_can_fail_a_task(app: Celery, work: Any) -> None:
    class Refusing(Task):
        def before_start(self, *args: Any) -> None:
            raise KeyError("not now")

    @app.task(base=Refusing)
    def never() -> None:
        raise AssertionError

    never.delay()
    assert work().error == "KeyError: 'not now'"


@pytest.mark.parametrize("hook", ["on_success", "after_return"])
def test_a_hook_that_fails_after_the_end_changes_nothing(app: Celery, work: Any, caplog: Any, hook: str) -> None:
    def broken(self: Any, *args: Any) -> None:
        raise KeyError("hook")

    @app.task(base=type("Broken", (Task,), {hook: broken}), name="proj.task")
    def fine() -> None: ...

    fine.apply_async(task_id="TID")
    assert work() == DONE
    assert f"Task proj.task[TID] {hook} handler raised: KeyError('hook')" in caplog.messages


def test_an_error_in_on_failure_is_an_internal_error(app: Celery, work: Any, events: Any, caplog: Any) -> None:
    class Broken(Task):
        def on_failure(self, *args: Any) -> None:
            raise KeyError("hook")

    @app.task(base=Broken)
    def fails() -> None:
        raise ValueError("first")

    seen = events("task_internal_error")
    fails.delay()
    outcome = work()
    assert (outcome.ending, outcome.error) == (Ending.FAILED, "KeyError: 'hook'")
    assert "ValueError: first" in outcome.traceback
    assert len(seen) == 1
    assert "INTERNAL ERROR" in caplog.text


def test_a_custom_call_runs_under_the_workers_request(app: Celery, work: Any) -> None:
    class Called(Task):
        def __call__(self, *args: Any, **kwargs: Any) -> Any:
            seen.append(self.request.id)
            return super().__call__(*args, **kwargs)

    @app.task(base=Called, bind=True)
    def called(self: Any) -> None:
        seen.append((self.request.id, self.request.called_directly, len(self.request_stack)))

    seen: list[Any] = []
    called.apply_async(task_id="TID")
    assert work() == DONE
    assert seen == ["TID", ("TID", False, 1)]


def test_the_request_is_as_celerys_worker_shows_it(app: Celery, work: Any) -> None:
    @app.task(bind=True, name="proj.req")
    def req(self: Any, *args: Any, **kwargs: Any) -> None:
        request = self.request
        seen.update({name: getattr(request, name) for name in ATTRIBUTES})
        seen["current"] = current_task == self

    seen: dict[str, Any] = {}
    req.apply_async(
        (1,),
        {"k": (2,)},
        task_id="RID",
        headers={"custom": "H"},
        priority=3,
        queue="q",
        time_limit=50,
        soft_time_limit=40,
        shadow="S",
        reply_to="R",
        eta="2020-01-01T00:00:00",
        foo="bar",
    )
    work()
    assert seen.pop("origin").startswith("gen")
    assert seen == {
        "id": "RID",
        "root_id": "RID",
        "parent_id": None,
        "task": "proj.req",
        "args": [1],
        "kwargs": {"k": [2]},
        "argsrepr": "(1,)",
        "kwargsrepr": "{'k': (2,)}",
        "retries": 0,
        "eta": "2020-01-01T00:00:00",
        "expires": None,
        "shadow": "S",
        "headers": {"custom": "H"},
        "custom": "H",
        "hostname": "w1@host",
        "called_directly": False,
        "is_eager": False,
        "timelimit": [50, 40],
        "time_limit": 50,
        "soft_time_limit": 40,
        "delivery_info": {"exchange": "", "routing_key": "q", "priority": 3, "redelivered": False},
        "properties": {
            "correlation_id": "RID",
            "delivery_info": {"exchange": "", "routing_key": "q"},
            "priority": 3,
            "reply_to": "R",
            "foo": "bar",
        },
        "correlation_id": "RID",
        "reply_to": "R",
        "ignore_result": False,
        "children": [],
        "callbacks": None,
        "chain": None,
        "group": None,
        "lang": "py",
        "stamps": {},
        "current": True,
    }


ATTRIBUTES = [
    "id",
    "root_id",
    "parent_id",
    "task",
    "args",
    "kwargs",
    "argsrepr",
    "kwargsrepr",
    "retries",
    "eta",
    "expires",
    "shadow",
    "headers",
    "custom",
    "hostname",
    "called_directly",
    "is_eager",
    "timelimit",
    "time_limit",
    "soft_time_limit",
    "delivery_info",
    "properties",
    "correlation_id",
    "reply_to",
    "ignore_result",
    "children",
    "callbacks",
    "chain",
    "group",
    "lang",
    "stamps",
    "origin",
]


def test_the_shadow_names_the_task_in_the_log(run: Any, caplog: Any) -> None:
    caplog.set_level(logging.INFO)
    run(lambda self: None, shadow="SHADOW")
    assert [message.split("[")[0] for message in caplog.messages] == ["Task SHADOW", "Task SHADOW"]


def test_an_expired_task_is_not_run(run: Any, task: Any, jobs: Jobs, work: Any, events: Any, caplog: Any) -> None:
    caplog.set_level(logging.INFO)
    seen = events(*ALL)
    task.body = raising(AssertionError())
    task.apply_async(task_id="TID")
    assert work(expired=True) == DONE
    assert [name for name, _ in seen] == ["task_revoked"]
    revoked = seen[-1][1]
    assert (revoked["sender"], revoked["request"].id) == (task, "TID")
    assert (revoked["terminated"], revoked["signum"], revoked["expired"]) == (False, None, True)
    assert caplog.messages[-1] == "Discarding revoked task: proj.task[TID]"
    assert caplog.records[-1].name == "celery.worker.request"


def test_an_unknown_name_is_a_dead_letter_and_nothing_is_imported(app: Celery, events: Any, caplog: Any) -> None:
    seen = events(*ALL)
    message = TaskMessage(task_id="T", name="antigravity.run", queue="q", payload="[[],{}]")
    outcome = run_claim(app, as_claim(message), hostname="h")
    assert outcome.ending is Ending.FAILED
    assert outcome.error.startswith("NotRegistered: no task is named 'antigravity.run'")
    assert [name for name, _ in seen] == ["task_unknown"]
    assert (seen[0][1]["name"], seen[0][1]["id"]) == ("antigravity.run", "T")
    assert (caplog.records[0].name, caplog.records[0].levelname) == ("celery.worker.consumer.consumer", "ERROR")
    import sys

    assert "antigravity" not in sys.modules


@pytest.mark.parametrize(
    "payload", ["", "{", "5", "[]", "[1, 2]", "[[], []]", '[[{"__type__": "x", "__value__": 1}], {}]', "[" * 100_000]
)
def test_a_payload_that_does_not_decode_is_a_dead_letter(task: Any, jobs: Jobs, work: Any, payload: str) -> None:
    task.delay()
    outcome = work(payload=payload)
    assert outcome.ending is Ending.FAILED
    assert outcome.error.startswith("DecodeError: ")


@pytest.mark.parametrize("headers", ["{", "5", "[]"])
def test_headers_that_do_not_decode_are_a_dead_letter(task: Any, work: Any, headers: str) -> None:
    task.delay()
    assert work(headers=headers).error.startswith("DecodeError: ")


def test_headers_may_be_absent(run: Any, task: Any, work: Any) -> None:
    task.body = lambda self: None
    task.delay()
    assert work(headers=None) == DONE


class Unspeakable(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no text")

    __repr__ = __str__


class Exiting(Exception):
    def __str__(self) -> str:
        raise SystemExit(3)


def circular() -> BaseException:
    first, second = ValueError("first"), ValueError("second")
    first.__cause__, second.__cause__ = second, first
    return first


@pytest.mark.parametrize(
    ("exc", "error"),
    [
        (Unspeakable(), "Unspeakable (its text could not be read: RuntimeError)"),
        (circular(), "ValueError: first"),
        (ValueError("a\0b\ud800\nc\x1b[31m"), "ValueError: a\ufffdb\ufffd c [31m"),
        (ValueError(), "ValueError"),
        (ValueError("x" * 5000), "ValueError: " + "x" * (MAX_SHOWN - 13) + "…"),
    ],
)
def test_a_failure_can_always_be_written_down(run: Any, exc: BaseException, error: str) -> None:
    outcome = run(raising(exc))
    assert (outcome.ending, outcome.error) == (Ending.FAILED, error)
    assert not set(outcome.traceback) & {"\0", "\ud800"}


def test_an_exception_whose_text_exits_does_not_stop_the_worker(run: Any) -> None:
    assert run(raising(Exiting())).ending is Ending.FAILED


def test_a_long_traceback_keeps_its_beginning_and_its_end(run: Any) -> None:
    traceback = run(raising(ValueError("x" * 200_000 + "the end"))).traceback
    assert len(traceback) <= MAX_TRACEBACK
    assert traceback.startswith("Traceback")
    assert traceback.endswith("the end\n")
    assert "characters left out" in traceback


def test_an_exception_that_cannot_be_pickled_reaches_hooks_wrapped(run: Any, hooks: Any) -> None:
    class Local(Exception):
        pass

    outcome = run(raising(Local("here")))
    assert outcome.error == "Local: here"
    assert hooks[1][1].startswith("UnpickleableExceptionWrapper(")


def test_a_result_that_cannot_be_shown_is_a_success(run: Any, caplog: Any) -> None:
    caplog.set_level(logging.INFO)
    assert run(lambda self: 10**5000) == DONE
    assert "<int of too many digits>" in caplog.text


def test_a_failed_run_releases_what_its_frames_held(run: Any) -> None:
    import weakref

    class Large:
        pass

    held: list[Any] = []
    errors: list[BaseException] = []

    def body(self: Any) -> None:
        large = Large()
        held.append(weakref.ref(large))
        errors.append(ValueError("x"))
        raise errors[0]

    run(body)
    assert held[0]() is None


def test_results_must_not_be_waited_for_inside_a_task(run: Any, app: Celery) -> None:
    @app.task
    def other() -> int:
        return 1

    outcome = run(lambda self: other.apply().get())
    assert outcome.error.startswith("RuntimeError: Never call result.get() within a task!")
    assert run(lambda self: other.apply().get(disable_sync_subtasks=False)) == DONE
    assert other.apply().get() == 1


def test_silent_signals_are_not_sent(app: Celery, run: Any, monkeypatch: Any) -> None:
    app.finalize()

    def fail(*args: Any, **kwargs: Any) -> None:
        raise AssertionError

    monkeypatch.setattr("celery_taskq.utils.dispatch.Signal.send", fail)
    assert run(lambda self: None) == DONE


def test_a_task_that_is_replaced_becomes_the_other_one_in_the_same_row(
    app: Celery, jobs: Jobs, work: Callable[..., Outcome]
) -> None:
    @app.task(name="proj.other")
    def other(x: int) -> None:
        """Takes the place."""

    @app.task(name="proj.first", bind=True)
    def first(self: Any) -> None:
        self.replace(other.s(3))

    result = first.delay()
    outcome = work(retries=2)
    assert (Ending.RETRY, "") == (outcome.ending, outcome.error)
    message = outcome.message
    assert (result.id, "proj.other", "[[3], {}]", 0) == (
        message.task_id,
        message.name,
        message.payload,
        message.retries,
    )
    assert 1 == len(jobs.messages)
