"""A signal: receivers are functions, connected for all senders or for one; none of them can break the sender."""

from __future__ import annotations

import inspect
import logging
import threading
import warnings
import weakref
from collections.abc import Callable, Hashable
from typing import Any

from celery_taskq.local import PromiseProxy, Proxy

__all__ = ("Signal",)

logger = logging.getLogger("celery.utils.dispatch.signal")

Receiver = Callable[..., Any]


def _identity(target: Any) -> Hashable:
    if isinstance(target, Proxy):
        target = target._get_current_object()
    if isinstance(target, (str, bytes)):
        # A sender is a task's name in the publish signals; equal names are one sender.
        return target
    if hasattr(target, "__func__"):
        return (id(getattr(target, "__self__", None)), id(target.__func__))
    return id(target)


_ANY_SENDER = _identity(None)


def _accepts_keywords(fun: Receiver) -> bool:
    try:
        parameters = inspect.signature(fun).parameters.values()
    except ValueError:
        # Builtins without a signature; they are taken at their word.
        return True
    return any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters)


def _until_it_succeeds(fun: Receiver) -> Receiver:
    from kombu.utils.functional import retry_over_time

    def again(exc: Exception, intervals: Any, retries: int) -> float:
        interval: float = next(intervals)
        logger.error("Could not process signal receiver %s. Retrying in %s seconds...", fun, interval)
        return interval

    def persistent(*args: Any, **kwargs: Any) -> Any:
        return retry_over_time(fun, Exception, args, kwargs, again)

    return persistent


class Signal:
    """Calls its receivers with ``signal``, ``sender`` and the named values of ``send``.

    Attributes:
        receivers: empty when nobody listens; senders look at it first, so that a silent signal costs nothing.
    """

    def __init__(self, providing_args: Any = None, use_caching: bool = False, name: str | None = None) -> None:
        self.receivers: list[tuple[tuple[Hashable, Hashable], Any]] = []
        self.providing_args = set(providing_args or ())
        self.use_caching = use_caching
        self.name = name
        self.lock = threading.Lock()
        self._has_dead = False

    def connect(self, *args: Any, **kwargs: Any) -> Any:
        """Connect a receiver; also as a decorator, with and without arguments.

        Arguments:
            receiver: must accept any keyword.
            sender: None for every sender; for the publish signals the task's name.
            weak: True forgets a receiver that nobody else holds.
            dispatch_uid: connects one receiver only for each of them.
            retry: call the receiver until it no longer raises.
        """
        if args and callable(args[0]):
            return self._connector(*args[1:], **kwargs)(args[0])
        return self._connector(*args, **kwargs)

    def _connector(
        self, sender: Any = None, weak: bool = True, dispatch_uid: Any = None, retry: bool = False
    ) -> Callable[[Receiver], Receiver]:
        def connect(fun: Receiver) -> Receiver:
            if not retry:
                self._connect_signal(fun, sender, weak, dispatch_uid)
                return fun
            uid = dispatch_uid or _identity(fun)
            persistent = _until_it_succeeds(fun)
            self._connect_signal(persistent, sender, False, uid)
            return persistent

        return connect

    def _connect_signal(self, receiver: Receiver, sender: Any, weak: bool, dispatch_uid: Any) -> None:
        if not _accepts_keywords(receiver):
            raise ValueError("Signal receiver must accept keyword arguments.")
        if type(sender) is PromiseProxy:
            # The task that it stands for is the sender, once it exists.
            sender.__then__(self._connect_promised, receiver, sender, weak, dispatch_uid)
            return
        key = (dispatch_uid or _identity(receiver), _identity(sender))
        held: Any = receiver
        if weak:
            bound_to = getattr(receiver, "__self__", None)
            if bound_to is not None and hasattr(receiver, "__func__"):
                held = weakref.WeakMethod(receiver, self._forget)
            else:
                held = weakref.ref(receiver, self._forget)
        with self.lock:
            self._drop_dead()
            if all(known != key for known, _ in self.receivers):
                self.receivers.append((key, held))

    def _connect_promised(self, receiver: Receiver, sender: Any, weak: bool, dispatch_uid: Any) -> None:
        self._connect_signal(receiver, sender._get_current_object(), weak, dispatch_uid)

    def disconnect(self, receiver: Any = None, sender: Any = None, weak: Any = None, dispatch_uid: Any = None) -> bool:
        """Whether there was such a receiver."""
        if weak is not None:
            from celery_taskq.exceptions import CDeprecationWarning

            warnings.warn("Passing `weak` to disconnect has no effect.", CDeprecationWarning, stacklevel=2)
        key = (dispatch_uid or _identity(receiver), _identity(sender))
        with self.lock:
            self._drop_dead()
            for place, (known, _) in enumerate(self.receivers):
                # A receiver connected with retry is known by the function that it was made of.
                if known == key:
                    del self.receivers[place]
                    return True
        return False

    def has_listeners(self, sender: Any = None) -> bool:
        return bool(self._live_receivers(sender))

    def send(self, sender: Any, **named: Any) -> list[tuple[Receiver, Any]]:
        """Call every receiver; an exception is logged and returned as its answer."""
        if not self.receivers:
            return []
        responses = []
        for receiver in self._live_receivers(sender):
            try:
                response = receiver(signal=self, sender=sender, **named)
            except Exception as exc:
                logger.exception("Signal handler %r raised: %r", receiver, exc)
                responses.append((receiver, exc))
            else:
                responses.append((receiver, response))
        return responses

    send_robust = send

    def _live_receivers(self, sender: Any) -> list[Receiver]:
        key = _identity(sender)
        with self.lock:
            self._drop_dead()
            wanted = [held for (_, of), held in self.receivers if of in (_ANY_SENDER, key)]
        live = (held() if isinstance(held, weakref.ReferenceType) else held for held in wanted)
        return [receiver for receiver in live if receiver is not None]

    def _forget(self, reference: Any) -> None:
        # Runs during garbage collection, perhaps while this thread holds the lock: only a note is made.
        self._has_dead = True

    def _drop_dead(self) -> None:
        if self._has_dead:
            self._has_dead = False
            self.receivers[:] = [
                pair
                for pair in self.receivers
                if not isinstance(pair[1], weakref.ReferenceType) or pair[1]() is not None
            ]

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self.name} providing_args={self.providing_args!r}>"
