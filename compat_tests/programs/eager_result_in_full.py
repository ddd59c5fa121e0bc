"""EagerResult: then(), get() with its arguments, copies and pickles, equality, collections, and what it refuses."""

import copy
import pickle

from celery import shared_task, states
from celery.result import AsyncResult, EagerResult, allow_join_result

from compat_tests.recorder import outcome


@shared_task(bind=True)
def ok(self, x):
    self.add_trail(AsyncResult("child"))
    return x


@shared_task
def boom():
    raise KeyError("k")


@shared_task
def within():
    with allow_join_result():
        return ok.apply((1,)).get(), ok.apply((2,)).get(disable_sync_subtasks=False)


def drive(record):
    good, bad = ok.apply(({"a": [1]},), task_id="good"), boom.apply(task_id="bad")
    for label, result in (("good", good), ("bad", bad)):
        for arguments in ({"timeout": 1}, {"propagate": False}, {"timeout": 0, "interval": 5, "no_ack": True}):
            record(f"{label}.get", arguments, outcome(result.get, **arguments))
        record(f"{label}.get by position", outcome(result.get, 5, False))
        record(f"{label} callbacks", outcome(result.get, callback=lambda *a: 1, on_message=print, propagate=False))
        seen = []
        result.then(lambda r, seen=seen: seen.append((r.id, r.state)))
        record(f"{label}.then", seen)
        loaded = pickle.loads(pickle.dumps(result))
        record(f"{label} pickled", type(loaded), loaded.id, loaded.state, outcome(loaded.get, propagate=False))
        copied = copy.copy(result)
        record(f"{label} copied", type(copied), copied == result, copied is result)
        record(f"{label} equal", result == result.id, result == AsyncResult(result.id), result != AsyncResult("x"))
        record(f"{label} hash", hash(result) == hash(result.id), {result: 1}.get(result.id))
        record(f"{label} refuses", outcome(lambda result=result: result.nope), outcome(result.get_leaf))
        record(f"{label} tuple", result.as_tuple(), result.as_list(), bool(result), repr(result.ignored))
        record(f"{label} twice", outcome(result.get, propagate=False), outcome(result.maybe_throw, propagate=False))
        record(f"{label} maybe_reraise", outcome(result.maybe_reraise))
        record(
            f"{label} children", result.children, result.parent, outcome(lambda result=result: list(result.iterdeps()))
        )
    record("traceback", bad.traceback.splitlines()[0], good.traceback, isinstance(bad.result, KeyError))
    record("in a task", within.apply().get())
    made = EagerResult("made", ValueError("v"), states.FAILURE, traceback="tb", name="name")
    record("made", outcome(made.get), made.traceback, made.name, made.failed(), made.successful())
    retried = EagerResult("retried", ValueError("r"), states.RETRY)
    record("retried", outcome(retried.get), retried.ready(), retried.state, outcome(retried.maybe_throw))
    record("revoked", made.revoke(), made.state, outcome(made.get))
    record("forgotten", good.forget(), outcome(good.get))
