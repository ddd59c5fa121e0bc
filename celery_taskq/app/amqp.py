"""From the arguments and options of a call to a TaskMessage, and from a Claim to the request that the task sees.

Everything that a row cannot hold, or that a worker could not read, is refused here: before any SQL, because an error
inside the database would break the caller's transaction.
"""

from __future__ import annotations

import datetime as dt
import numbers
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from celery_taskq import signals
from celery_taskq.messages import MAX_NAME, MAX_QUEUE, MAX_SHOWN, MAX_TASK_ID, TaskMessage
from celery_taskq.utils.log import get_logger
from celery_taskq.utils.nodenames import anon_nodename
from celery_taskq.utils.saferepr import saferepr
from celery_taskq.utils.text import clean
from celery_taskq.utils.time import maybe_iso8601, maybe_make_aware

from . import routes
from .payload import encode_arguments, encode_headers

__all__ = ("AMQP", "Draft")

logger = get_logger("celery.app.base")

#: Local times of instants outside of it overflow, as soon as somebody looks at them.
FIRST_INSTANT = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
LAST_INSTANT = dt.datetime(9999, 12, 30, tzinfo=dt.UTC)
#: Celery's lower bound for a number of seconds.
LEAST_SECONDS = -(2**31)
_UNSTORABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
#: Options that speak to a broker; they are accepted, and there is none.
TO_A_BROKER = frozenset(
    {
        "compression",
        "confirm_timeout",
        "declare",
        "delivery_mode",
        "event_dispatcher",
        "exchange",
        "exchange_type",
        "queue",
        "retry",
        "retry_policy",
        "routing_key",
        "serializer",
        "timeout",
    }
)


class AMQP:
    """``app.amqp``: builds what is stored."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self._router: routes.Router | None = None
        self._routed_by: tuple[Any, Any, Any] | None = None

    @property
    def router(self) -> routes.Router:
        """For the settings as they are now."""
        conf = self.app.conf
        settings = (conf.task_routes, conf.task_queues, conf.task_create_missing_queues)
        if self._router is None or self._routed_by != settings:
            known = None
            if not settings[2]:
                known = routes.queue_names(settings[1]) or frozenset({conf.task_default_queue})
            self._router = routes.Router(routes.prepare(settings[0]), known, app=self.app)
            self._routed_by = settings
        return self._router

    def create_task_message(
        self,
        task_id: Any,
        name: str,
        args: Any,
        kwargs: Any,
        countdown: Any,
        eta: Any,
        expires: Any,
        options: dict[str, Any],
        *,
        headers: Mapping[str, Any] | None = None,
        **protocol: Any,
    ) -> Draft:
        """A draft of the message, in Celery's protocol 2, as receivers of before_task_publish may change it.

        Arguments:
            options: routed; ``queue`` is set. What nobody knows becomes a property of the message.
            headers: the caller's own; they win over the protocol's.
            protocol: shadow, retries, root_id, parent_id, limits and so on, as in Celery.
        Raises:
            TypeError, ValueError, OverflowError: an argument is not what it should be.
        """
        args = () if args is None else args
        kwargs = {} if kwargs is None else kwargs
        if not isinstance(args, (list, tuple)):
            raise TypeError("task args must be a list or tuple")
        if not isinstance(kwargs, Mapping):
            raise TypeError("task keyword arguments must be a mapping")
        draft = Draft(self.app, options["queue"], args, kwargs)
        if countdown or eta:
            draft.set_eta(countdown, eta)
        if expires is not None and expires != "":
            draft.set_expires(expires, task_id)
        levels = self.app.conf.task_repr_maxlevels
        argsrepr = protocol.pop("argsrepr", None)
        kwargsrepr = protocol.pop("kwargsrepr", None)
        stamped = protocol.pop("stamped_headers", None)
        draft.headers = {
            "lang": "py",
            "task": name,
            "id": task_id,
            "shadow": protocol["shadow"],
            "eta": draft.eta_header,
            "expires": draft.expires_header,
            "group": protocol["group_id"],
            "group_index": protocol["group_index"],
            "retries": protocol["retries"],
            "timelimit": [
                _limit(protocol["time_limit"], "time_limit"),
                _limit(protocol["soft_time_limit"], "soft_time_limit"),
            ],
            "root_id": protocol["root_id"] or task_id,
            "parent_id": protocol["parent_id"],
            "argsrepr": saferepr(args, MAX_SHOWN, levels) if argsrepr is None else argsrepr,
            "kwargsrepr": saferepr(kwargs, MAX_SHOWN, levels) if kwargsrepr is None else kwargsrepr,
            "origin": protocol["origin"] or anon_nodename(),
            "ignore_result": protocol["ignore_result"],
            "replaced_task_nesting": protocol["replaced_task_nesting"],
            "stamped_headers": stamped,
            "stamps": {header: options.pop(header) for header in stamped} if stamped else {},
        }
        if headers:
            draft.headers.update(headers)
        properties = draft.properties = {"correlation_id": task_id, "reply_to": protocol["reply_to"] or ""}
        for key, value in options.items():
            if key not in TO_A_BROKER:
                properties[key] = value
        draft.serializer = options.get("serializer")
        if options.get("compression"):
            _check_compression(options["compression"])
        return draft


class Draft:
    """A message that receivers of before_task_publish may still change through ``headers`` and ``body``."""

    __slots__ = (
        "_countdown",
        "_eta",
        "_expires",
        "_expires_in",
        "app",
        "body",
        "eta_header",
        "expires_header",
        "headers",
        "properties",
        "queue",
        "serializer",
    )

    def __init__(self, app: Any, queue: Any, args: Any, kwargs: Any) -> None:
        self.app = app
        self.queue: str = queue_name(queue)
        self.serializer: str | None = None
        self.body = (args, kwargs, {"callbacks": None, "errbacks": None, "chain": None, "chord": None})
        self.headers: dict[str, Any] = {}
        self.properties: dict[str, Any] = {}
        self.eta_header: str | None = None
        self.expires_header: str | None = None
        self._countdown: float | None = None
        self._expires_in: float | None = None
        self._eta: dt.datetime | None = None
        self._expires: dt.datetime | None = None

    def set_eta(self, countdown: Any, eta: Any) -> None:
        """A countdown other than 0 wins over an eta."""
        if countdown:
            moment = self._from_now(countdown, "countdown")
            self.eta_header = moment.isoformat()
            # Only the database's clock can tell when it is due; far in the past is just now.
            self._countdown = float(countdown) if moment > FIRST_INSTANT else None
        else:
            self.eta_header = eta if isinstance(eta, str) else eta.isoformat()
            moment = _instant(eta, "eta")
            self._eta = moment if moment > FIRST_INSTANT else None

    def set_expires(self, expires: Any, task_id: Any) -> None:
        """A number is seconds from now; 0 and less has expired already, which is accepted with a warning."""
        if isinstance(expires, numbers.Real):
            moment = self._from_now(expires, "expires")
            self.expires_header = moment.isoformat()
            self._expires_in = float(expires)
            late = -float(expires)
        else:
            if not isinstance(expires, (str, dt.datetime)):
                # Refuses durations and dates with TypeError, and Decimal with AttributeError, as Celery does.
                expires < 0  # noqa: B015
                expires.isoformat()
            moment = _instant(expires, "expires")
            self.expires_header = expires if isinstance(expires, str) else expires.isoformat()
            self._expires = max(moment, FIRST_INSTANT)
            late = (dt.datetime.now(dt.UTC) - moment).total_seconds()
        if late > 0:
            logger.warning(
                "%s has an expiration date in the past (%ss ago). It is stored, and dropped without being run.",
                task_id,
                late,
            )

    def _from_now(self, seconds: Any, what: str) -> dt.datetime:
        if seconds < LEAST_SECONDS:
            raise ValueError(f"{what} is out of range: {seconds!r}")
        moment = self.app.now() + dt.timedelta(seconds=seconds)
        return _in_range(moment, what, seconds)

    def announce(self, name: str) -> None:
        """Send before_task_publish; receivers may change ``headers``, ``properties`` and ``body`` in place."""
        from kombu import Queue

        signals.before_task_publish.send(
            sender=name,
            body=self.body,
            exchange="",
            routing_key=self.queue,
            declare=[Queue(self.queue)],
            headers=self.headers,
            properties=self.properties,
            retry_policy=dict(self.app.conf.task_publish_retry_policy),
        )

    def report(self, name: str) -> None:
        """Send after_task_publish and task_sent."""
        headers = self.headers
        signals.after_task_publish.send(
            sender=name, headers=headers, body=self.body, exchange="", routing_key=self.queue
        )
        signals.task_sent.send(
            sender=name,
            task_id=headers["id"],
            task=name,
            args=self.body[0],
            kwargs=self.body[1],
            eta=headers["eta"],
            taskset=headers["group"],
        )

    def message(self) -> TaskMessage:
        """The message as it will be stored.

        Raises:
            ValueError, TypeError: a name, a number or the size does not fit into the row.
            EncodeError: an argument or a header is not JSON.
        """
        headers, properties = self.headers, self.properties
        args, kwargs, _ = self.body
        name = task_name(headers["task"])
        task_id = _text(str(headers["id"]), MAX_TASK_ID, "task id")
        conf = self.app.conf
        payload = encode_arguments(args, kwargs, name, self.serializer, conf.accept_content)
        stored = encode_headers(headers, properties)
        limit = conf.taskq_max_payload
        if limit is not None and len(payload) + len(stored) > limit:
            raise ValueError(
                f"the arguments of {name} take {len(payload) + len(stored)} characters as JSON, taskq_max_payload "
                f"allows {limit}. Pass the key of a row or of a file instead, or raise the limit."
            )
        message = TaskMessage(
            task_id,
            name,
            self.queue,
            payload,
            stored,
            0 if properties.get("priority") is None else priority(properties["priority"]),
            shown(headers["argsrepr"]),
            shown(headers["kwargsrepr"]),
            max(0, int(headers["retries"] or 0)),
        )
        self._set_times(message)
        return message

    def _set_times(self, message: TaskMessage) -> None:
        eta, expires = self.headers["eta"], self.headers["expires"]
        if eta is self.eta_header:
            message.countdown, message.eta = self._countdown, self._eta
        elif eta:
            # A header of the caller, or a receiver of before_task_publish, said something else.
            moment = _instant(eta, "eta")
            message.eta = moment if moment > FIRST_INSTANT else None
        if expires is self.expires_header:
            message.expires_in, message.expires = self._expires_in, self._expires
        elif expires:
            message.expires = max(_instant(expires, "expires"), FIRST_INSTANT)


def _instant(value: Any, what: str) -> dt.datetime:
    if isinstance(value, str):
        try:
            value = maybe_iso8601(value)
        except ValueError:
            raise ValueError(
                f"{what} {value!r} is not an ISO 8601 date and time, as 2030-01-31T12:00:00+00:00 is"
            ) from None
    elif not isinstance(value, dt.datetime):
        value = dt.datetime.fromisoformat(value.isoformat())
    # Celery's worker reads a naive time as UTC, whatever the time zone settings say.
    try:
        moment = maybe_make_aware(value).astimezone(dt.UTC)
    except OverflowError:
        moment = value.replace(tzinfo=dt.UTC)
    return _in_range(moment, what, value)


def _in_range(moment: dt.datetime, what: str, given: Any) -> dt.datetime:
    if moment > LAST_INSTANT:
        raise ValueError(f"{what} {given!s} lies after {LAST_INSTANT:%Y-%m-%d}, the last day that can be stored")
    return moment


def _text(value: Any, longest: int, what: str) -> str:
    if type(value) is not str and not isinstance(value, str):
        raise TypeError(f"{what} {value!r} is {type(value).__name__}, expected str")
    if not value:
        raise ValueError(f"the {what} is empty")
    if len(value) > longest:
        raise ValueError(f"{what} {value[:60]!r}… has {len(value)} characters, the column holds {longest}")
    found = _UNSTORABLE.search(value)
    if found is not None:
        raise ValueError(f"{what} {value!r} contains the control character {found[0]!r}; use printable text")
    return value


@lru_cache(maxsize=4096)
def task_name(name: str) -> str:
    """The name, if a row can hold it."""
    return _text(name, MAX_NAME, "task name")


def queue_name(queue: Any) -> str:
    """The name of a queue, which may be a kombu Queue, if a row can hold it."""
    return _queue_name(queue if isinstance(queue, str) else getattr(queue, "name", queue))


@lru_cache(maxsize=1024, typed=True)
def _queue_name(queue: Any) -> str:
    return _text(queue, MAX_QUEUE, "queue name")


def priority(value: Any) -> int:
    """A whole number, cut to what the column holds; higher runs first."""
    try:
        exact = int(value)
    except (TypeError, ValueError, OverflowError):
        raise TypeError(f"priority {value!r} is no whole number") from None
    if not isinstance(value, str) and exact != value:
        raise TypeError(f"priority {value!r} is no whole number")
    return min(max(exact, -32768), 32767)


def _limit(value: Any, what: str) -> Any:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError(f"{what} {value!r} is {type(value).__name__}, expected seconds")
    if value < 0:
        raise ValueError(f"{what} is {value!r}, expected no less than 0")
    return value


def shown(text: Any) -> str:
    """What people are shown of arguments, as the column holds it."""
    return clean(text if isinstance(text, str) else str(text))[:MAX_SHOWN]


def _check_compression(name: Any) -> None:
    from kombu.compression import get_encoder

    # Raises KeyError for one that does not exist. Nothing is compressed: the database does that itself.
    get_encoder(name)
