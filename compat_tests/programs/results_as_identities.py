"""AsyncResult as a thing with an id: equal, hashed, copied, pickled, by tuple, with parents, of strange ids."""

import copy
import pickle
import uuid

from celery import Celery
from celery.result import AsyncResult, EagerResult, GroupResult, ResultBase, ResultSet, result_from_tuple

from compat_tests.recorder import outcome, record

app = Celery("proj")


@app.task
def task():
    record("task")


class OwnResult(AsyncResult):
    kind = "own"


class OwnTask(app.Task):
    name = "own.task"

    def AsyncResult(self, task_id, **kwargs):
        return OwnResult(task_id, app=self.app)

    def run(self):
        record("own task")


own = app.register_task(OwnTask())


def drive(record):
    one, same, other = AsyncResult("one"), AsyncResult("one"), AsyncResult("other")
    record("equal", one == same, one == "one", "one" == one, one == other, one == 1, one == EagerResult("one", 1, "X"))
    record("unequal", one != same, one != other, one != "one", one != None)  # noqa: E711
    record("hash", hash(one) == hash(same), hash(one) == hash("one"), len({one, same, other, "one"}), one in ["one"])
    record("text", str(one), repr(one), f"{one}", bool(one), isinstance(one, ResultBase))
    record("fields", one.id, one.task_id, one.parent, one.ignored, one.supports_native_join, one.app is app)
    child = AsyncResult("child", parent=AsyncResult("mother", parent=one))
    record("parents", child.as_tuple(), child.as_list(), child.parent.id, child.parent.parent == one)
    back = result_from_tuple(child.as_tuple())
    record("from tuple", back == child, back.parent == child.parent, result_from_tuple((("x", None), None), app=app).id)
    for result in (one, child):
        loaded, copied = pickle.loads(pickle.dumps(result)), copy.copy(result)
        record("pickled", loaded == result, type(loaded), loaded.parent, copied == result, copied is result)
    for task_id in (5, uuid.UUID(int=3), "", " ", "a\nb", "ü", 1.5, b"bytes", ("a", 1)):
        record(
            "strange id", task_id, outcome(lambda task_id=task_id: (AsyncResult(task_id).id, str(AsyncResult(task_id))))
        )
    record("None", outcome(AsyncResult, None), outcome(lambda: AsyncResult()), outcome(task.AsyncResult, None))
    one.ignored = True
    record("ignored", one.ignored, outcome(one.get), AsyncResult("one").ignored)
    one.task_id = "changed"
    record("id is task_id", one.id, one.task_id)
    record("sent", type(own.apply_async(task_id="own")), own.AsyncResult("x").kind, own.apply_async().kind)
    record("sent", type(task.apply_async(task_id="plain")), task.AsyncResult("x") == app.AsyncResult("x"))
    several = [AsyncResult("a"), AsyncResult("b")]
    record("ResultSet", len(ResultSet(several)), [r.id for r in ResultSet(several)], ResultSet(several)[0].id)
    record(
        "ResultSet", ResultSet(several) == ResultSet(several), ResultSet([]) == ResultSet([]), ResultSet(several) == 1
    )
    record("GroupResult", GroupResult("g", several).id, repr(GroupResult("g", several)))
