"""Celery's public names exist here, at the same place and with the same signature, except for what is accepted."""

from __future__ import annotations

from pathlib import Path

import pytest

from . import accepted, surface

GUIDE = Path(__file__).resolve().parent.parent / "MIGRATION.md"


@pytest.mark.parametrize("module", surface.MODULES, ids=lambda module: module or "celery")
def test_the_names_of_a_module_exist_with_the_same_signature(module, names):
    share = surface.compare(module, names.accepted)
    names.shares.append(share)
    if share.left:
        shown = "\n".join(map(str, share.left))
        pytest.fail(f"{module or 'celery'}: {len(share.left)} of {share.names} names differ\n{shown}", pytrace=False)


def test_every_accepted_name_still_differs(names):
    if {share.module for share in names.shares} != set(surface.MODULES):
        pytest.skip("only when all modules were compared")
    assert [] == [pattern for entry in names.accepted for pattern in entry.stale]


def test_every_accepted_name_is_in_a_paragraph_of_the_migration_guide(names):
    anchors = accepted.headings(GUIDE.read_text()) if GUIDE.exists() else set()
    assert set() == {entry.see for entry in names.accepted if entry.see.removeprefix("MIGRATION.md#") not in anchors}


@pytest.mark.parametrize(
    ("expected", "celery", "taskq"),
    [
        (True, surface.Name("function", "(a, b=1)"), surface.Name("function", "(a, b=1)")),
        (False, surface.Name("function", "(a, b=1)"), surface.Name("function", "(a, b=2)")),
        (False, surface.Name("function", "()"), surface.Name("value", "()")),
        (True, surface.Name("value", "5"), surface.Name("value")),
        (True, surface.Name("class", None), surface.Name("class", "(a)")),
    ],
)
def test_names_agree_by_kind_and_text(expected, celery, taskq):
    assert expected == celery.agrees_with(taskq)


def test_an_accepted_name_is_marked_by_its_pattern():
    entry = surface.AcceptedGap(["app.base.*", "beat.*"], "what", "reason", "see")
    assert entry.covers("app.base.Celery.start")
    assert not entry.covers("app.task.Task")
    assert ["beat.*"] == entry.stale
