"""AsyncResult as an identity: id, text, equality, and how it is made."""

import pickle

from celery import Celery
from celery.result import AsyncResult, result_from_tuple

from compat_tests.recorder import outcome, record

app = Celery("proj")


@app.task
def add(x, y):
    record("add", x, y)
    return x + y


def drive(record):
    result = add.apply_async((1, 2), task_id="ID1")
    record("fields", result.id, result.task_id, result.ignored, result.parent, result.supports_native_join)
    record("text", str(result), repr(result))
    record("equal", result == AsyncResult("ID1"), result == "ID1", result == AsyncResult("other"), result != "x")
    record("hash", hash(result) == hash("ID1"), {result: 1}[AsyncResult("ID1")])
    record("made by", type(add.AsyncResult("q")), type(app.AsyncResult("q")), add.AsyncResult("q").id)
    record("None", outcome(AsyncResult, None))
    record("tuple", result.as_tuple(), result.as_list(), result_from_tuple(result.as_tuple()))
    record("pickled", pickle.loads(pickle.dumps(result)).id)
    record("app", result.app is app, result.task_id)
    ignored = add.apply_async((1, 2), ignore_result=True)
    record("ignored", ignored.ignored, outcome(ignored.get))
