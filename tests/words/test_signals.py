"""Signals and their receivers."""

from __future__ import annotations

import gc
from typing import Any

import pytest

from celery_taskq import signals
from celery_taskq.exceptions import CDeprecationWarning
from celery_taskq.local import PromiseProxy, Proxy
from celery_taskq.utils.dispatch import Signal


@pytest.fixture
def signal() -> Signal:
    return Signal(name="test", providing_args={"value"})


def test_a_receiver_gets_signal_sender_and_values(signal: Signal) -> None:
    def receive(**kwargs: Any) -> Any:
        return kwargs

    signal.connect(receive)
    sent = signal.send(sender="me", value=1)
    assert sent == [(receive, {"signal": signal, "sender": "me", "value": 1})]


def test_connect_is_a_decorator_with_and_without_arguments(signal: Signal) -> None:
    @signal.connect
    def everyone(**kwargs: Any) -> str:
        return "everyone"

    @signal.connect(sender="me")
    def mine(**kwargs: Any) -> str:
        return "mine"

    assert [answer for _, answer in signal.send(sender="me")] == ["everyone", "mine"]
    assert [answer for _, answer in signal.send(sender="you")] == ["everyone"]


def test_a_failing_receiver_is_logged_and_breaks_nobody(signal: Signal, caplog: Any) -> None:
    def fail(**kwargs: Any) -> None:
        raise ValueError("in receiver")

    def work(**kwargs: Any) -> str:
        return "ok"

    signal.connect(fail)
    signal.connect(work)
    answers = [answer for _, answer in signal.send(sender=None)]
    assert (repr(answers[0]), answers[1]) == ("ValueError('in receiver')", "ok")
    assert "raised: ValueError('in receiver')" in caplog.text
    assert caplog.records[0].name == "celery.utils.dispatch.signal"


def test_a_receiver_must_take_any_keyword(signal: Signal) -> None:
    with pytest.raises(ValueError, match="must accept keyword arguments"):
        signal.connect(lambda sender: None)


def test_a_receiver_is_connected_once(signal: Signal) -> None:
    def receive(**kwargs: Any) -> None: ...

    signal.connect(receive)
    signal.connect(receive)
    signal.connect(lambda **kwargs: None, dispatch_uid="one", weak=False)
    signal.connect(lambda **kwargs: None, dispatch_uid="one", weak=False)
    assert len(signal.send(sender=None)) == 2


def test_methods_of_two_objects_are_two_receivers(signal: Signal) -> None:
    class Receiver:
        def receive(self, **kwargs: Any) -> None: ...

    first, second = Receiver(), Receiver()
    signal.connect(first.receive)
    signal.connect(second.receive)
    assert len(signal.send(sender=None)) == 2
    assert signal.disconnect(first.receive)
    assert [found.__self__ for found, _ in signal.send(sender=None)] == [second]


def test_a_receiver_that_nobody_holds_is_forgotten(signal: Signal) -> None:
    def connect(weak: bool) -> None:
        def receive(**kwargs: Any) -> None: ...

        signal.connect(receive, weak=weak)

    connect(weak=True)
    connect(weak=False)
    gc.collect()
    assert len(signal.send(sender=None)) == 1
    assert len(signal.receivers) == 1


def test_disconnect_says_whether_there_was_one(signal: Signal) -> None:
    def receive(**kwargs: Any) -> None: ...

    signal.connect(receive, sender="me")
    assert signal.has_listeners("me")
    assert not signal.disconnect(receive)
    assert signal.disconnect(receive, sender="me")
    assert not signal.has_listeners("me")
    with pytest.warns(CDeprecationWarning):
        signal.disconnect(receive, weak=True)


def test_a_receiver_with_retry_is_called_until_it_succeeds(signal: Signal, monkeypatch: Any) -> None:
    monkeypatch.setattr("kombu.utils.functional.sleep", lambda seconds: None)
    calls: list[int] = []

    def receive(**kwargs: Any) -> str:
        calls.append(1)
        if len(calls) < 3:
            raise ConnectionError
        return "ok"

    signal.connect(receive, retry=True)
    assert [answer for _, answer in signal.send(sender=None)] == ["ok"]
    assert len(calls) == 3


def test_a_promised_sender_is_waited_for(signal: Signal) -> None:
    sender = object()
    promise = PromiseProxy(lambda: sender)

    def receive(**kwargs: Any) -> None: ...

    signal.connect(receive, sender=promise)
    assert signal.send(sender=sender) == []
    bool(promise)
    assert len(signal.send(sender=sender)) == 1
    assert len(signal.send(sender=Proxy(lambda: sender))) == 1


def test_all_of_celerys_signals_have_their_names() -> None:
    for name in signals.__all__:
        assert getattr(signals, name).name == name
    assert repr(signals.task_success).startswith("<Signal: task_success providing_args={")
