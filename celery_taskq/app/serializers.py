"""Serializers other than JSON: only those that accept_content names, and decoded in the worker alone.

What they make is stored as a data URL, ``data:<content type>;charset=<encoding>;base64,…``: the column holds text, and
JSON begins with a bracket.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from typing import Any

from kombu import serialization
from kombu.exceptions import ContentDisallowed, DecodeError, SerializerNotInstalled

PREFIX = "data:"


def encode(serializer: str, accept_content: Iterable[str], args: Any, kwargs: Any) -> str:
    """The arguments as a data URL.

    Raises:
        SerializerNotInstalled: kombu knows no serializer of this name.
        ContentDisallowed: accept_content does not name it, so that no worker would take it.
        EncodeError: the serializer cannot encode an argument.
    """
    content_type = serialization.registry.name_to_type.get(serializer)
    if content_type is None:
        raise SerializerNotInstalled(f"No encoder installed for {serializer}")
    if content_type not in _accepted(accept_content):
        raise ContentDisallowed(
            f"serializer {serializer!r} is refused: accept_content is {list(accept_content)!r}. Who can write a row "
            f"could run code in a worker that accepts pickle; if you want it all the same, add it to accept_content. "
            f'See MIGRATION.md, "What is refused or missing".'
        )
    content_type, encoding, data = serialization.dumps([args, dict(kwargs)], serializer=serializer)
    raw = data if isinstance(data, bytes) else data.encode(encoding)
    return f"{PREFIX}{content_type};charset={encoding};base64,{base64.b64encode(raw).decode()}"


def decode(payload: str, accept_content: Iterable[str]) -> Any:
    """What encode() was given.

    Raises:
        ContentDisallowed: accept_content does not name the serializer.
        DecodeError: it is no such URL, or its content does not decode.
    """
    head, comma, text = payload.removeprefix(PREFIX).partition(";base64,")
    content_type, semicolon, encoding = head.partition(";charset=")
    if not comma or not semicolon:
        expected = f"JSON or {PREFIX}<content type>;charset=<encoding>;base64,…"
        raise DecodeError(f"expected {expected}, found {payload[:100]!r}")
    try:
        raw = base64.b64decode(text, validate=True)
        # The type that the encoder made: text, or bytes where it said so.
        data = raw if encoding == "binary" else raw.decode(encoding)
    except (binascii.Error, LookupError, UnicodeDecodeError) as exc:
        raise DecodeError(f"the payload does not decode: {exc}") from exc
    return serialization.loads(data, content_type, encoding, accept=_accepted(accept_content))


def _accepted(accept_content: Iterable[str]) -> set[str]:
    return set(serialization.prepare_accept_content(accept_content) or ())
