"""Stand-ins for other objects."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from celery_taskq.local import PromiseProxy, Proxy, class_property, maybe_evaluate, try_import


class Thing:
    """A thing."""

    value = 1

    def __call__(self, x: int) -> int:
        return x + 1


def test_a_proxy_is_what_its_function_returns_at_that_moment() -> None:
    things = [Thing(), Thing()]
    proxy = Proxy(lambda: things[0])
    assert proxy == things[0]
    assert proxy._get_current_object() is things[0]
    del things[0]
    assert proxy == things[0]


def test_a_proxy_looks_like_its_object() -> None:
    thing = Thing()
    proxy = Proxy(lambda: thing)
    assert isinstance(proxy, Thing)
    assert type(proxy) is Proxy
    assert (proxy.value, proxy(1), proxy.__doc__, proxy.__module__) == (1, 2, "A thing.", __name__)
    assert (repr(proxy), hash(proxy), dir(proxy)) == (repr(thing), hash(thing), dir(thing))
    assert (Proxy.__module__, repr(Proxy)) == ("celery_taskq.local", "<class 'celery_taskq.local.Proxy'>")
    assert "Forwards everything" in str(Proxy.__doc__)


def test_attributes_are_set_and_deleted_on_the_object() -> None:
    thing = Thing()
    proxy = Proxy(lambda: thing)
    proxy.own = 5
    assert (thing.own, proxy.__dict__) == (5, {"own": 5})  # type: ignore[attr-defined]
    del proxy.own
    assert not hasattr(thing, "own")


def test_operators_are_those_of_the_object() -> None:
    numbers = Proxy(lambda: [1, 2])
    assert (len(numbers), list(numbers), numbers[0], 2 in numbers, numbers * 2) == (2, [1, 2], 1, True, [1, 2, 1, 2])
    five = Proxy(lambda: 5)
    assert (five + 1, five < 6, int(five), -five, five | 2) == (6, True, 5, -5, 7)
    assert not Proxy(lambda: None)


def test_a_name_and_a_doc_can_be_given() -> None:
    proxy = Proxy(lambda: Thing(), name="given", __doc__="Said.")
    assert (proxy.__name__, proxy.__doc__) == ("given", "Said.")


def test_a_proxy_without_an_object_is_false_and_can_be_shown() -> None:
    def fail() -> Any:
        raise RuntimeError

    proxy = Proxy(fail)
    assert (bool(proxy), repr(proxy), dir(proxy)) == (False, "<Proxy unbound>", [])
    with pytest.raises(RuntimeError):
        _ = proxy.anything


def test_a_proxy_is_pickled_as_its_object() -> None:
    assert pickle.loads(pickle.dumps(Proxy(lambda: frozenset({1})))) == {1}


def test_a_promise_is_evaluated_once() -> None:
    calls: list[int] = []
    promise = PromiseProxy(lambda x: calls.append(x) or Thing(), (1,), __doc__="Later.")  # type: ignore[func-returns-value]
    assert (promise.__doc__, calls) == ("Later.", [])
    assert promise.value == 1
    assert maybe_evaluate(promise) is promise._get_current_object()
    assert calls == [1]


def test_what_waits_for_a_promise_is_called_then() -> None:
    seen: list[Any] = []
    promise = PromiseProxy(Thing)
    promise.__then__(seen.append, 1)
    promise.__then__(seen.append, 2)
    assert (seen, promise.__evaluated__()) == ([], False)
    promise.__maybe_evaluate__()
    promise.__then__(seen.append, 3)
    assert (seen, promise.__evaluated__()) == ([1, 2, 3], True)


def test_a_class_property_is_read_on_the_class() -> None:
    class Owner:
        _name = "owner"

        def _set(cls, value: str) -> None:
            cls._name = value

        name = class_property(lambda cls: cls._name, _set)

    assert Owner.name == "owner"
    Owner().name = "other"
    assert (Owner.name, Owner().name) == ("other", "other")


def test_try_import_gives_the_default() -> None:
    assert try_import("no_such_module", default=5) == 5
    assert try_import("json").dumps(1) == "1"
