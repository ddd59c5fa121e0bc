"""Task.request as an object and as a mapping."""

from __future__ import annotations

import pytest

from celery_taskq.app.task import Context


def test_a_context_is_an_object_with_defaults() -> None:
    context = Context({"id": "x", "timelimit": [10, 5], "custom": 1}, retries=2)
    assert (context.id, context.retries, context.time_limit, context.soft_time_limit) == ("x", 2, 10, 5)
    assert (context.headers, context.called_directly, context.children) == ({"custom": 1}, True, [])
    assert repr(Context()) == "<Context: {'headers': None}>"
    with pytest.raises(AttributeError, match="'Context' object has no attribute 'nope'"):
        _ = context.nope


def test_a_context_is_written_and_read_like_a_mapping() -> None:
    context = Context()
    context.update({"chain": [1]}, own=2)
    context.chain = None
    assert (context.get("own"), context.get("nope"), context.get("nope", 3), context.chain) == (2, None, 3, None)
    context.clear()
    assert not hasattr(context, "own")


def test_a_new_limit_replaces_both() -> None:
    context = Context(timelimit=[10, 5])
    context.update(other=1)
    assert context.time_limit == 10
    context.update(timelimit=None)
    assert (context.time_limit, context.soft_time_limit) == (None, None)


def test_the_options_with_which_it_would_be_sent_again() -> None:
    options = Context(id="x", timelimit=[10, 5], headers={"h": 1}, stamped_headers=["s"], stamps={"s": 1, "t": 2})
    found = options.as_execution_options()
    assert (found["task_id"], found["time_limit"], found["soft_time_limit"], found["headers"]) == ("x", 10, 5, {"h": 1})
    assert (found["stamped_headers"], found["s"], "t" in found) == (["s"], 1, False)
