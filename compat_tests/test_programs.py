"""Each program shows the same under Celery and under celery_taskq, except for what differences.toml accepts."""

from __future__ import annotations

from pathlib import Path

import pytest

from . import accepted
from .compare import differences
from .harness import BOTH, SIDES, programs

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize("program", programs(), ids=lambda path: path.stem)
def test_a_program_shows_the_same_on_both_sides(program, records, tally):
    both = records[program].result()
    for record in both:
        if record.error:
            tally.broken.append(program.stem)
            pytest.fail(f"{program.stem} did not come to its end under {record.side}: {record.error}", pytrace=False)
    found = differences(*both)
    left, taken = accepted.sort_out(tally.accepted, program.stem, found)
    tally.note(program.stem, left, taken)
    if left:
        shown = "\n".join(str(difference) for difference in left)
        pytest.fail(f"{program.stem}: {len(left)} differences\n{shown}", pytrace=False)


def test_every_accepted_difference_is_still_needed(tally):
    run = tally.equal + tally.with_accepted + tally.not_equal
    if {path.stem for path in programs()} - set(run) or SIDES != BOTH:
        pytest.skip("only when every program has run on both sides")
    stale = [f"{entry.program}: {entry.what}" for entry in tally.accepted if not entry.used_by]
    assert [] == stale, "differences.toml accepts what no program shows any more"


def test_every_accepted_difference_names_a_paragraph_of_the_migration_guide(tally):
    guide = ROOT / "MIGRATION.md"
    anchors = accepted.headings(guide.read_text()) if guide.exists() else set()
    missing = {entry.see for entry in tally.accepted if entry.see.removeprefix("MIGRATION.md#") not in anchors}
    assert set() == missing
