"""What delay() returns, without stored results."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

from celery_taskq import Celery, shared_task
from celery_taskq.result import AsyncResult, GroupResult, ResultSet, result_from_tuple

from .conftest import Jobs


@shared_task
def nothing() -> None: ...


@pytest.mark.parametrize(
    ("row", "ready", "failed"),
    [("PENDING", False, False), ("RETRY", False, False), ("STARTED", False, False), ("FAILURE", True, True)],
)
def test_the_row_says_the_state(app: Celery, jobs: Jobs, row: str, ready: bool, failed: bool) -> None:
    jobs.states["T"] = row
    result = app.AsyncResult("T")
    assert (result.state, result.status, result.ready(), result.failed()) == (row, row, ready, failed)


def test_without_a_row_there_is_nothing_to_wait_for(app: Celery) -> None:
    result = app.AsyncResult("T")
    assert (result.state, result.ready(), result.failed()) == (None, True, False)


def test_revoke_and_forget_go_to_the_rows(app: Celery, jobs: Jobs) -> None:
    result = app.AsyncResult(5)
    result.revoke()
    result.forget()
    assert (jobs.revoked, jobs.forgotten) == (["5"], ["5"])


def test_terminating_is_refused(app: Celery, jobs: Jobs) -> None:
    with pytest.raises(NotImplementedError, match="terminate"):
        app.AsyncResult("T").revoke(terminate=True, signal="SIGKILL")
    assert jobs.revoked == []


@pytest.mark.parametrize(
    "ask",
    [
        lambda r: r.get(),
        lambda r: r.get(timeout=1),
        lambda r: r.wait(),
        lambda r: r.successful(),
        lambda r: r.result,
        lambda r: r.info,
        lambda r: r.traceback,
        lambda r: r.children,
        lambda r: r.args,
        lambda r: r.date_done,
        lambda r: r.then(print),
        lambda r: r.collect(),
        lambda r: r.maybe_throw(),
        lambda r: r.get_leaf(),
        lambda r: r.exists(),
        lambda r: ResultSet([r]).join(),
        lambda r: GroupResult("g", [r]).get(),
    ],
)
def test_results_are_refused_as_celery_does_without_a_backend(app: Celery, ask: Any) -> None:
    with pytest.raises(NotImplementedError, match=r'No result backend is configured: .*MIGRATION.md, "Results"'):
        ask(app.AsyncResult("T"))


def test_a_state_of_ones_own_is_not_stored_and_no_error(app: Celery) -> None:
    nothing.update_state(state="PROGRESS", meta={"done": 1})


def test_results_are_their_ids(app: Celery) -> None:
    result = app.AsyncResult("a")
    assert result == AsyncResult("a") == nothing.AsyncResult("a")
    assert result == "a"
    assert result != app.AsyncResult("b")
    assert result != 5
    assert (hash(result), str(result), repr(result)) == (hash("a"), "a", "<AsyncResult: a>")
    assert (result.id, result.task_id, result.ignored, result.parent) == ("a", "a", False, None)


def test_an_id_can_be_anything_but_none(app: Celery) -> None:
    assert (app.AsyncResult("").id, app.AsyncResult(5).id) == ("", 5)
    with pytest.raises(ValueError, match="requires valid id"):
        app.AsyncResult(None)


def test_tuples_lists_and_copies(app: Celery) -> None:
    result = app.AsyncResult("c", parent=app.AsyncResult("a"))
    assert result.as_tuple() == (("c", (("a", None), None)), None)
    assert result.as_list() == ["c", "a"]
    assert result_from_tuple(result.as_tuple()) == result
    assert result_from_tuple(result) is result
    assert copy.copy(result) == result
    assert pickle.loads(pickle.dumps(result)) == result


def test_a_result_set_revokes_and_forgets_all(app: Celery, jobs: Jobs) -> None:
    results = ResultSet([app.AsyncResult("a"), app.AsyncResult("b")])
    results.revoke()
    results.forget()
    assert (jobs.revoked, jobs.forgotten, len(results), results[1]) == (["a", "b"], ["a", "b"], 2, "b")
    assert results == ResultSet([app.AsyncResult("a"), app.AsyncResult("b")])
    assert results != ResultSet([app.AsyncResult("a")])
    assert repr(GroupResult("g", results)) == "<GroupResult: g [a, b]>"
