"""What must come of subscribers.csv: read from the file and from how the mail server treats each domain."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from pathlib import Path

from .smtp_server import NEVER_ANSWERED, REFUSED_FOR_GOOD, REFUSED_FOR_NOW, domain

SUBSCRIBERS = Path(__file__).resolve().parent.parent / "subscribers.csv"


@dataclass
class Expected:
    """Addresses, by what must happen to the e-mails that they are sent.

    Attributes:
        letters: (address, letter) of every e-mail that must arrive, exactly once.
        names: how each recipient must be addressed.
        retries: how often the issue to an address must be retried, where it is not 0.
    """

    subscribers: int = 0
    letters: set[tuple[str, str]] = field(default_factory=set)
    names: dict[str, str] = field(default_factory=dict)
    retries: dict[str, int] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    unanswered: set[str] = field(default_factory=set)
    next_year: set[str] = field(default_factory=set)

    @property
    def reminders(self) -> int:
        return sum(letter == "reminder" for _, letter in self.letters)


def read_expected(file: Path = SUBSCRIBERS) -> Expected:
    """Work out from the CSV file what a run of the demo must come to."""
    expected = Expected()
    with file.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            _add(expected, row["name"], row["email"], row["plan"])
    return expected


def _add(expected: Expected, name: str, address: str, plan: str) -> None:
    expected.subscribers += 1
    expected.names[address] = name
    if domain(address) == REFUSED_FOR_GOOD:
        expected.refused.add(address)
    elif domain(address) == NEVER_ANSWERED:
        expected.unanswered.add(address)
    else:
        expected.letters.add((address, "issue"))
    if domain(address) in REFUSED_FOR_NOW:
        expected.retries[address] = REFUSED_FOR_NOW[domain(address)]
    if plan == "trial":
        expected.letters.add((address, "reminder"))
    elif plan == "yearly":
        expected.next_year.add(address)
