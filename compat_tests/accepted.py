"""The accepted differences of differences.toml, each with its reason; one that nothing needs any more is an error."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from .compare import Difference

FILE = Path(__file__).resolve().parent / "differences.toml"


@dataclass
class Accepted:
    """One entry.

    Attributes:
        program: the name of a program, or a pattern with ``*``.
        at: a pattern for Difference.where.
        celery, taskq: patterns for what each side showed.
        what: the difference in a sentence.
        see: the paragraph of MIGRATION.md that tells users, as ``MIGRATION.md#heading``.
    """

    program: str
    at: str
    what: str
    reason: str
    see: str
    celery: str = "*"
    taskq: str = "*"
    used_by: set[str] = field(default_factory=set)

    def covers(self, program: str, difference: Difference) -> bool:
        patterns = (
            (program, self.program),
            (difference.where, self.at),
            (difference.celery, self.celery),
            (difference.taskq, self.taskq),
        )
        return all(_matches(text, pattern) for text, pattern in patterns)


def _matches(text: str, pattern: str) -> bool:
    # Only * is special: records are full of brackets.
    return fnmatchcase(text, re.sub(r"([\[?])", r"[\1]", pattern))


def read() -> list[Accepted]:
    """The entries for programs; a missing or misspelled key is a TypeError that names it."""
    return [Accepted(**entry) for entry in entries("difference")]


def entries(table: str, file: Path = FILE) -> list[dict[str, Any]]:
    """The entries of the file under ``[[table]]``."""
    found: list[dict[str, Any]] = tomllib.loads(file.read_text()).get(table, [])
    return found


def sort_out(
    entries: list[Accepted], program: str, found: list[Difference]
) -> tuple[list[Difference], list[tuple[Difference, Accepted]]]:
    """The differences that nothing accepts, and the accepted ones with their entries, which are marked as used."""
    left, taken = [], []
    for difference in found:
        entry = next((entry for entry in entries if entry.covers(program, difference)), None)
        if entry is None:
            left.append(difference)
        else:
            entry.used_by.add(program)
            taken.append((difference, entry))
    return left, taken


def headings(markdown: str) -> set[str]:
    """The anchors of a Markdown file, as GitHub and GitLab make them."""
    titles = re.findall(r"^#+ +(.*?) *#*$", markdown, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
