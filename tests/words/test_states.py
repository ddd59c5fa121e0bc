"""The words for states, and their order."""

from __future__ import annotations

from celery_taskq import states


def test_states_are_ordered_by_how_final_they_are() -> None:
    assert states.PRECEDENCE == [
        "SUCCESS",
        "FAILURE",
        None,
        "REVOKED",
        "STARTED",
        "RECEIVED",
        "REJECTED",
        "RETRY",
        "PENDING",
    ]
    assert (states.precedence("SUCCESS"), states.precedence("no state")) == (0, states.NONE_PRECEDENCE)


def test_a_state_compares_by_that_order() -> None:
    assert states.state("PENDING") < states.state("SUCCESS")
    assert states.state("SUCCESS") >= states.state("FAILURE") > states.state("RETRY")
    assert not states.state("SUCCESS") <= "RETRY"


def test_the_sets_are_celerys() -> None:
    assert frozenset({"SUCCESS", "FAILURE", "REVOKED"}) == states.READY_STATES
    assert frozenset({"PENDING", "RECEIVED", "STARTED", "REJECTED", "RETRY"}) == states.UNREADY_STATES
    assert frozenset({"FAILURE", "REVOKED"}) == states.PROPAGATE_STATES
    assert frozenset({"FAILURE", "REVOKED", "RETRY"}) == states.EXCEPTION_STATES
    assert states.ALL_STATES == states.READY_STATES | {"PENDING", "RECEIVED", "STARTED", "RETRY"}
