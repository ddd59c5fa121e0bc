"""Stored values as people are shown them: nothing hidden, nothing that acts on the page or the terminal."""

from __future__ import annotations

import datetime as dt
import re

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator

#: Stands where there is no value.
NOTHING = "-"

# Control characters but newline and tab; those that reorder, hide or break a line; lone surrogates.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff]"
)


def visible(text: str) -> str:
    r"""``text`` with what cannot be seen written out: ``\x1b``, ``\u202e``. Templates escape it like any other text."""
    return _INVISIBLE.sub(lambda found: repr(found[0])[1:-1], text)


def one_line(text: str, most: int = 0) -> str:
    """The same on one line, cut to ``most`` characters where that is given."""
    line = visible(text).replace("\n", "\\n").replace("\t", "\\t")
    return Truncator(line).chars(most) if most else line


def dotted(text: str) -> SafeString:
    """A dotted name that may be broken into lines after its dots."""
    return format_html_join(format_html("{}<wbr>", "."), "{}", ((part,) for part in one_line(text).split(".")))


def arguments(argsrepr: str, kwargsrepr: str) -> str:
    """Both as in a call; an empty one is left out."""
    return ", ".join(shown for shown in (argsrepr, kwargsrepr) if shown not in ("", "()", "[]", "{}"))


def instant(at: dt.datetime | None) -> str | None:
    """In the local format and time zone; in UTC where that ends, at the first and the last year."""
    if at is None:
        return None
    try:
        return date_format(timezone.localtime(at) if timezone.is_aware(at) else at, "DATETIME_FORMAT")
    except OverflowError:
        return at.isoformat(" ")


def exactly(at: dt.datetime | None) -> str:
    """The same, with the stored value to the microsecond beside it."""
    return NOTHING if at is None else f"{instant(at)} ({at.isoformat(' ')})"


def span(seconds: float) -> str:
    """A duration as people say it: 12 s, 3 min, 2 h 40 min, 9 d 3 h."""
    total = max(0, round(seconds))
    minutes, hours, days = total // 60, total // 3600, total // 86400
    if days:
        return f"{days} d" + (f" {hours % 24} h" if hours % 24 else "")
    if hours:
        return f"{hours} h" + (f" {minutes % 60} min" if minutes % 60 else "")
    return f"{minutes} min" if minutes else f"{total} s"
