"""celery.states: names, groups of them, and their order, also of states that the project makes up."""

from celery import states
from celery.states import state

NAMES = "PENDING RECEIVED STARTED SUCCESS FAILURE REVOKED REJECTED RETRY IGNORED".split()


def drive(record):
    record(
        "names", {name: getattr(states, name) for name in NAMES}, all(type(getattr(states, n)) is str for n in NAMES)
    )
    for group in ("READY_STATES", "UNREADY_STATES", "EXCEPTION_STATES", "PROPAGATE_STATES", "ALL_STATES"):
        record(group, getattr(states, group), type(getattr(states, group)))
    record("PRECEDENCE", states.PRECEDENCE, states.PRECEDENCE_LOOKUP, states.NONE_PRECEDENCE)
    made_up = [*NAMES, "PROGRESS", "", "success"]
    record("precedence", {name: states.precedence(name) for name in made_up}, states.precedence(None))
    for name in made_up:
        one = state(name)
        compared = {other: (one > state(other), one >= state(other), one < other, one <= other) for other in made_up}
        record("compared", name, compared)
    record("equal", state("SUCCESS") == "SUCCESS", hash(state("RETRY")) == hash("RETRY"), {state("A"): 1}["A"])
    record("sorted", sorted((state(name) for name in made_up), key=lambda s: (states.precedence(s), s)))
    record("most advanced", max(state("PENDING"), state("STARTED")), max(state("SUCCESS"), state("FAILURE")))
    record("text", repr(state("X")), state("STARTED").lower(), f"{state('RETRY')}", isinstance(state("A"), str))
    record("in", "SUCCESS" in states.READY_STATES, state("RETRY") in states.UNREADY_STATES, "X" in states.ALL_STATES)
