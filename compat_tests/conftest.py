"""Runs the selected programs on both sides while their tests are waiting, and sums up at the end."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

import pytest

from . import accepted, readme, surface
from .harness import Harness, programs


@dataclass
class Tally:
    """How the programs of this session came out, by name."""

    equal: list[str] = field(default_factory=list)
    with_accepted: list[str] = field(default_factory=list)
    not_equal: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    accepted: list[accepted.Accepted] = field(default_factory=accepted.read)

    def note(self, program, left, taken):
        (self.not_equal if left else self.with_accepted if taken else self.equal).append(program)

    @property
    def run(self):
        return [*self.equal, *self.with_accepted, *self.not_equal, *self.broken]

    def __str__(self):
        text = (
            f"programs run: {len(self.run)}, equal: {len(self.equal)}, "
            f"equal with accepted differences: {len(self.with_accepted)}, not equal: {len(self.not_equal)}"
        )
        return text + (f", not run to the end: {len(self.broken)}" if self.broken else "")


@dataclass
class Names:
    """How much of each module there is."""

    shares: list[surface.Share] = field(default_factory=list)
    accepted: list[surface.AcceptedGap] = field(default_factory=surface.read)


def pytest_configure(config):
    config.compat_tally = Tally()
    config.compat_names = Names()
    config.compat_is_stale = False


@pytest.fixture(scope="session")
def tally(pytestconfig):
    return pytestconfig.compat_tally


@pytest.fixture(scope="session")
def names(pytestconfig):
    return pytestconfig.compat_names


@pytest.fixture(scope="session")
def records(request):
    """The selected programs, each with the future of its records by side; they run a few at a time."""
    chosen = [item.callspec.params["program"] for item in request.session.items if _runs_a_program(item)]
    with Harness(slots=int(os.environ.get("COMPAT_SLOTS", "4"))) as harness:
        yield {program: harness.submit(program) for program in chosen}


def _runs_a_program(item):
    return hasattr(item, "callspec") and "program" in item.callspec.params


def pytest_terminal_summary(terminalreporter, config):
    table = surface.table(config.compat_names.shares)
    for line in table:
        terminalreporter.write_line(line)
    tally = config.compat_tally
    if tally.run:
        terminalreporter.write_sep("=", str(tally))
    if config.compat_is_stale:
        terminalreporter.write_line("README.rst has other figures than this run: make compat-readme", red=True)


def pytest_sessionfinish(session):
    config = session.config
    tally, table = config.compat_tally, surface.table(config.compat_names.shares)
    # Only a run of everything has figures that a README can carry.
    is_whole = table and len(tally.run) == len(programs()) and not session.testsfailed
    config.compat_is_stale = bool(is_whole and readme.is_stale([str(tally), "", *table]))
    if config.compat_is_stale:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
