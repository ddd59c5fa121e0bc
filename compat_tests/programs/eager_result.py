"""EagerResult: all that can be asked of it."""

from celery import shared_task, states
from celery.result import EagerResult

from compat_tests.recorder import outcome


@shared_task
def ok(x):
    return x


@shared_task
def boom():
    raise KeyError("k")


def drive(record):
    for label, result in {"ok": ok.apply((2,), task_id="A"), "boom": boom.apply(task_id="B")}.items():
        for (
            name
        ) in "id task_id state status result info name parent children ignored date_done retries worker queue".split():
            record(f"{label}.{name}", outcome(lambda name=name, result=result: getattr(result, name)))
        for name in "get wait ready successful failed forget as_tuple as_list maybe_throw".split():
            record(f"{label}.{name}()", outcome(lambda name=name, result=result: getattr(result, name)()))
        record(f"{label} without propagating", result.get(propagate=False), result.get(timeout=5, propagate=False))
        record(f"{label} text", str(result), repr(result), result == result.id)
        record(f"{label} traceback", outcome(lambda result=result: (result.traceback or "none").splitlines()[-1]))
        record(f"{label} disable_sync_subtasks", outcome(lambda result=result: result.get(disable_sync_subtasks=False)))
    result = EagerResult("id", 5, states.SUCCESS)
    record("by hand", result.get(), result.state, result.id)
    result.revoke()
    record("revoked", result.state)
    record("kinds", isinstance(ok.apply((1,)), EagerResult), ok.s(4).apply().get())
