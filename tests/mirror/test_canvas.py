"""Signatures."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any

import pytest

from celery_taskq import (
    Celery,
    Signature,
    chain,
    chord,
    chunks,
    group,
    maybe_signature,
    shared_task,
    signature,
    subtask,
    xmap,
    xstarmap,
)
from celery_taskq.exceptions import NotRegistered
from celery_taskq.result import AsyncResult

from .conftest import Jobs


@shared_task(name="add", typing=False)
def add(*args: Any, **kwargs: Any) -> Any:
    return args, kwargs


@pytest.fixture(autouse=True)
def current(app: Celery) -> None:
    """Shared tasks need an app."""


def test_a_signature_is_a_dict_with_celerys_keys() -> None:
    assert list(add.s(2, z=3).items()) == [
        ("task", "add"),
        ("args", (2,)),
        ("kwargs", {"z": 3}),
        ("options", {}),
        ("subtask_type", None),
        ("immutable", False),
    ]
    assert isinstance(add.s(), Signature)
    assert (repr(add.s(2, z=3)), str(add.si(1, 2)), bool(add.s())) == ("add(2, z=3)", "add(1, 2)", True)


def test_signature_takes_arguments_and_options() -> None:
    made = add.signature([1], {"k": 2}, countdown=5)
    assert (made.args, made.kwargs, made.options) == ((1,), {"k": 2}, {"countdown": 5})
    assert add.subtask((1,)) == add.s(1)
    assert signature("add", args=(1,), priority=1).options == {"priority": 1}
    assert subtask is signature


def test_further_arguments_come_first_and_keywords_override() -> None:
    assert add.s(2, z=3)(1, z=9) == ((1, 2), {"z": 9})
    assert add.s(2).clone((1,)).args == (1, 2)
    assert add.si(2).clone((1,), {"z": 1}, countdown=1) == add.si(2).set(countdown=1)


def test_sending_merges_what_is_stored_and_what_is_said(jobs: Jobs) -> None:
    add.s(2, z=3).set(priority=7, queue="a").apply_async((1,), {"z": 9}, priority=1)
    assert (jobs.last.payload, jobs.last.priority, jobs.last.queue) == ('[[1, 2], {"z": 9}]', 1, "a")
    add.si(2).delay(1, z=9)
    assert jobs.last.payload == "[[2], {}]"
    add.s().set(priority=7).apply_async(priority=None)
    assert jobs.last.priority == 7
    signature("unknown.here", (1,)).delay(0)
    assert (jobs.last.name, jobs.last.payload) == ("unknown.here", "[[0, 1], {}]")


def test_a_signature_runs_here_by_apply() -> None:
    assert add.s(2).apply((1,)).get() == ((1, 2), {})


def test_set_and_replace() -> None:
    made = add.s(1)
    assert made.set(countdown=5) is made
    assert made.set(immutable=True).immutable
    assert add.s(1).replace(args=(9,), kwargs={"a": 1}) == add.s(9, a=1)


def test_the_group_of_a_signature_cannot_be_said_otherwise() -> None:
    assert add.s().set(group_id="A").clone(group_id="B").options == {"group_id": "A"}


def test_a_clone_shares_no_options() -> None:
    made = add.s(x=1).set(headers={"a": 1})
    copied = made.clone()
    copied.options["headers"]["a"] = 2
    copied.kwargs["x"] = 2
    assert made.options == {"headers": {"a": 1}}
    assert made.kwargs == {"x": 1}


def test_freeze_gives_an_id_once(jobs: Jobs) -> None:
    made = add.s()
    assert (made.freeze("X").id, made.freeze("Y").id, made.id) == ("X", "X", "X")
    assert made.apply_async().id == jobs.last.task_id == "X"


def test_a_signature_goes_through_json_and_pickle(jobs: Jobs) -> None:
    made = add.s(2, z=3).set(countdown=3)
    assert json.loads(json.dumps(made)) == {**made, "args": [2]}
    assert type(signature(json.loads(json.dumps(made)))) is Signature
    assert pickle.loads(pickle.dumps(made)) == made
    add.delay(made)
    assert json.loads(jobs.last.payload)[0][0] == {**made, "args": [2]}


def test_copies() -> None:
    made = add.s(1)
    assert type(copy.copy(made)) is Signature
    assert type(copy.deepcopy(made)) is dict
    assert signature(made) is not made
    assert maybe_signature(made) is made
    assert maybe_signature(made, clone=True) is not made
    assert (maybe_signature(None), maybe_signature("str")) == (None, "str")
    assert type(maybe_signature({"task": "a"})) is Signature


def test_a_signature_is_equal_as_a_dict_and_has_no_hash() -> None:
    assert add.s(1) == add.s(1) == dict(add.s(1))
    with pytest.raises(TypeError, match="unhashable"):
        hash(add.s(1))


def test_its_type_and_its_result(app: Celery) -> None:
    assert add.s().type == add
    assert add.s().app is app
    assert isinstance(add.s().AsyncResult("i"), AsyncResult)
    with pytest.raises(NotRegistered):
        _ = signature("nope").type


def test_a_dict_is_merged_and_other_things_are_no_operands() -> None:
    assert add.s() | {"x": 1} == {**add.s(), "x": 1}
    with pytest.raises(TypeError, match="unsupported operand"):
        add.s() | 5


@pytest.mark.parametrize(
    "use",
    [
        lambda: add.s() | add.s(),
        lambda: add.s().link(add.s()),
        lambda: add.s().link_error(add.s()),
        lambda: add.s().on_error(add.s()),
        lambda: add.map([1]),
        lambda: add.starmap([(1,)]),
        lambda: add.chunks([1], 2),
        lambda: chain(add.s()),
        lambda: group(add.s() for _ in range(2)),
        lambda: chord([add.s()], add.s()),
        lambda: chunks(add.s(), [1], 2),
        lambda: xmap(add.s(), [1]),
        lambda: xstarmap(add.s(), [1]),
        lambda: add.add_to_chord(add.s()),
        lambda: add.s().freeze(chord=add.s()),
    ],
)
def test_workflows_are_refused_at_once_with_what_to_write_instead(use: Any) -> None:
    with pytest.raises(NotImplementedError, match=r'See MIGRATION.md, "Workflows"') as caught:
        use()
    assert len(str(caught.value)) > 60 or "chord" in str(caught.value)


def test_workflow_classes_can_be_asked_for() -> None:
    assert not any(isinstance(add.s(), kind) for kind in (chain, group, chord, chunks, xmap, xstarmap))
