"""The two texts of a row: the arguments and the headers, both JSON, as kombu writes and reads it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from kombu.exceptions import DecodeError, EncodeError
from kombu.utils.json import JSONEncoder, object_hook

from celery_taskq.messages import MAX_SHOWN, Claim

from . import serializers
from .context import Context, custom_headers

# ASCII only, so that NUL and lone surrogates are stored as escapes: no database takes them as characters.
dumps = JSONEncoder(ensure_ascii=True).encode
loads = json.JSONDecoder(object_hook=object_hook).decode

MAX_SHADOW = 255
_JSON = ("json", "application/json")

#: Headers that the row has columns for, or that are always the same.
_COLUMNS = frozenset({"lang", "task", "id", "retries", "argsrepr", "kwargsrepr"})
#: What a header says when it is not stored.
_UNSAID: dict[str, Any] = {
    "shadow": None,
    "eta": None,
    "expires": None,
    "group": None,
    "group_index": None,
    "timelimit": [None, None],
    "parent_id": None,
    "ignore_result": False,
    "replaced_task_nesting": 0,
    "stamped_headers": None,
    "stamps": {},
}
_NEVER = object()


def encode_arguments(
    args: Any, kwargs: Mapping[str, Any], name: str, serializer: str | None = None, accept_content: Any = ()
) -> str:
    """``[args, kwargs]`` as JSON, or as another serializer writes them that accept_content names.

    Raises:
        EncodeError: JSON has no word for an argument, or what it becomes could not be read again.
        ContentDisallowed, SerializerNotInstalled: this serializer is refused, or there is none of the name.
    """
    if serializer is not None and serializer not in _JSON:
        return serializers.encode(serializer, accept_content, args, kwargs)
    try:
        payload = dumps([args, kwargs if type(kwargs) is dict else dict(kwargs)])
    except Exception as exc:
        raise _encode_error(exc, args, kwargs, name) from exc
    # Somebody's dict can look like kombu's own envelope, and be unreadable; the worker would find out too late.
    if '"__type__"' in payload:
        try:
            loads(payload)
        except Exception as exc:
            raise EncodeError(f"the arguments of {name} could not be read again by a worker: {exc}") from exc
    return payload


def encode_progress(state: Any, meta: Any) -> str:
    """What update_state() is given, as JSON.

    Raises:
        EncodeError: ``meta`` is not JSON.
    """
    try:
        return dumps({"state": state, "meta": meta})
    except Exception as exc:
        raise EncodeError(exc) from exc


def _encode_error(exc: Exception, args: Any, kwargs: Mapping[str, Any], name: str) -> EncodeError:
    for place, value in [*enumerate(args), *kwargs.items()]:
        try:
            dumps(value)
        except Exception:  # noqa: BLE001 - the same code as above
            where = f"argument {place!r} of {name}"
            if hasattr(type(value), "_meta") and hasattr(type(value), "pk"):
                return EncodeError(f"{exc}: {where} is a model instance. Pass its .pk and load it in the task.")
            error = EncodeError(exc)
            error.add_note(f"It is {where}.")
            return error
    return EncodeError(exc)


def decode_arguments(payload: str, accept_content: Any = ()) -> tuple[list[Any], dict[str, Any]]:
    """The arguments as the task gets them.

    Raises:
        DecodeError: it does not decode, or not to a list and a dict.
        ContentDisallowed: it is not JSON, and accept_content does not name what it is.
    """
    if payload.startswith(serializers.PREFIX):
        decoded = serializers.decode(payload, accept_content)
    else:
        try:
            decoded = loads(payload)
        except Exception as exc:
            raise DecodeError(exc) from exc
    if (
        not isinstance(decoded, list)
        or len(decoded) < 2
        or not isinstance(decoded[0], (list, tuple))
        or not isinstance(decoded[1], dict)
    ):
        raise DecodeError(f"expected [args, kwargs], found {payload[:100]!r}")
    # A tuple where a serializer keeps it, as in Celery.
    return decoded[0], decoded[1]


def encode_headers(headers: Mapping[str, Any], properties: Mapping[str, Any]) -> str:
    """Those headers and properties, as JSON, that a worker could not tell from the row's columns.

    Raises:
        EncodeError: a header or an option is not JSON.
    """
    said: dict[str, Any] = {}
    task_id = headers["id"]
    for key, value in headers.items():
        if key not in _COLUMNS and value != _UNSAID.get(key, _NEVER) and not (key == "root_id" and value == task_id):
            said[key] = value
    if said.get("shadow"):
        said["shadow"] = str(said["shadow"])[:MAX_SHADOW]
    kept = {
        key: value
        for key, value in properties.items()
        if value is not None and value != "" and key not in ("correlation_id", "priority")
    }
    if kept:
        said["properties"] = kept
    if len(said) == 1 and "origin" in said:
        return _only_origin(said["origin"])
    try:
        return dumps(said)
    except Exception as exc:
        raise EncodeError(exc) from exc


@lru_cache(maxsize=8)
def _only_origin(origin: str) -> str:
    return dumps({"origin": origin})


def request_of(claim: Claim, args: list[Any], kwargs: dict[str, Any], hostname: str) -> Context:
    """The request as Celery's worker shows it.

    Raises:
        DecodeError: the headers are not a JSON object.
    """
    request = Context.__new__(Context)
    mine = request.__dict__
    said: dict[str, Any] = {}
    if claim.headers:
        try:
            said = loads(claim.headers)
        except Exception as exc:
            raise DecodeError(exc) from exc
        if not isinstance(said, dict):
            raise DecodeError(f"expected a JSON object as headers, found {claim.headers[:MAX_SHOWN]!r}")
    task_id, delivery = claim.task_id, {"exchange": "", "routing_key": claim.queue}
    properties = {"correlation_id": task_id, "delivery_info": delivery, "priority": claim.priority}
    properties.update(said.pop("properties", ()))
    mine.update(
        lang="py",
        task=claim.name,
        id=task_id,
        root_id=task_id,
        retries=claim.retries,
        timelimit=[None, None],
        argsrepr=claim.argsrepr,
        kwargsrepr=claim.kwargsrepr,
        stamps={},
        ignore_result=False,
    )
    if said:
        request.update(said)
        mine["headers"] = custom_headers(said)
    mine.update(
        args=args,
        kwargs=kwargs,
        called_directly=False,
        is_eager=False,
        hostname=hostname,
        properties=properties,
        correlation_id=properties["correlation_id"],
        reply_to=properties.get("reply_to"),
        delivery_info={**delivery, "priority": claim.priority, "redelivered": claim.redeliveries > 0},
    )
    return request
