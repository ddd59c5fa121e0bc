"""Workflows: chain, group, chord, |, link and link_error."""

from celery import chain, chord, group, shared_task

from compat_tests.recorder import outcome, returns


@shared_task
def add(x, y):
    return x + y


def drive(record):
    record("chain", returns(chain, add.s(1, 2), add.s(3)))
    record("group", returns(group, [add.s(1, 2)]))
    record("chord", returns(chord, [add.s(1, 2)], add.s(3)))
    record("|", returns(lambda: add.s(1, 2) | add.s(3)))
    record("| with a number", outcome(lambda: add.s(1) | 5))
    record("link", returns(add.s(1, 2).link, add.s(3)))
    record("link_error", returns(add.s(1, 2).link_error, add.s(3)))
    record("classes", isinstance(add.s(1), chain), isinstance(add.s(1), group))
