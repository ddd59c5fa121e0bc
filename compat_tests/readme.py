"""The comparison's figures in README.rst: written by ``make compat-readme``, and checked by every full run."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

README = Path(__file__).resolve().parent.parent / "README.rst"
BEGIN, END = ".. compat: begin, written by `make compat-readme`\n", ".. compat: end\n"


def block(lines: Sequence[str]) -> str:
    """``lines`` as the README shows them."""
    return f"{BEGIN}\n::\n\n" + "".join(f"    {line.rstrip()}\n" for line in lines) + f"\n{END}"


def is_stale(lines: Sequence[str]) -> bool:
    """Whether README.rst says something else than ``lines``; with COMPAT_WRITE set it is made to say them."""
    text = README.read_text()
    start, end = text.index(BEGIN), text.index(END) + len(END)
    if text[start:end] == block(lines):
        return False
    if not os.environ.get("COMPAT_WRITE"):
        return True
    README.write_text(text[:start] + block(lines) + text[end:])
    return False
