"""Text cut to a length."""

from __future__ import annotations

import re

__all__ = ("abbr", "clean", "one_line", "truncate")

#: What PostgreSQL refuses in text, and what no encoding takes.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_BREAKS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def truncate(s: str, maxlen: int = 128, suffix: str = "...") -> str:
    """The first ``maxlen`` characters, if possible up to a space, and the suffix."""
    if maxlen and len(s) >= maxlen:
        return s[:maxlen].rsplit(" ", 1)[0] + suffix
    return s


def abbr(S: str, max: int, ellipsis: str | bool = "...") -> str:
    """At most ``max`` characters, the ellipsis among them."""
    if S is None:
        return "???"
    if len(S) > max:
        return S[: max - len(ellipsis)] + ellipsis if isinstance(ellipsis, str) and ellipsis else S[:max]
    return S


def clean(text: str) -> str:
    """The text without NUL and surrogates, which no database takes."""
    return _UNSTORABLE.sub("\ufffd", text)


def one_line(text: str, longest: int) -> str:
    """The text on one line of at most ``longest`` characters."""
    line = _BREAKS.sub(" ", clean(text[: longest * 2])).strip()
    return line if len(line) <= longest else line[: longest - 1] + "…"


def head_and_tail(text: str, longest: int) -> str:
    """The beginning and the end of a long text, with what was left out between them."""
    if len(text) <= longest:
        return text
    half = longest // 2 - 40
    return f"{text[:half]}\n... {len(text) - 2 * half} characters left out ...\n{text[-half:]}"
