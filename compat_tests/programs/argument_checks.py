"""Arguments are checked at the call, with Python's own words; typing=False leaves them to the worker."""

from celery import Celery, shared_task

from compat_tests.recorder import outcome, record, returns

app = Celery("proj")


@app.task
def add(x, y=1):
    record("add", x, y)


@app.task(bind=True)
def bound(self, x):
    record("bound", x)


@app.task
def keyword_only(*, name, **rest):
    record("keyword_only", name, rest)


@app.task
def anything(*args, **kwargs):
    record("anything", args, kwargs)


@app.task(typing=False)
def loose(x):
    record("loose", x)


@shared_task
def shadowing(queue, countdown=None, task_id=None, args=(), kwargs=None, eta=None):
    record("shadowing", queue, countdown, task_id, args, kwargs, eta)


def drive(record):
    record("too few", outcome(add.delay))
    record("too many", outcome(add.delay, 1, 2, 3))
    record("unknown keyword", outcome(add.delay, 1, q=1))
    record("twice", outcome(add.delay, 1, x=1))
    record("bound, too few", outcome(bound.delay))
    record("bound, too many", outcome(bound.delay, 1, 2))
    record("keyword only, positional", outcome(keyword_only.delay, "a"))
    record("keyword only, missing", outcome(keyword_only.delay, other=1))
    record("keyword only", returns(keyword_only.delay, name="n", other=1))
    record("anything", returns(anything.delay, 1, None, a="b"))
    record("loose, nothing", returns(loose.delay))
    record("loose, right", returns(loose.delay, "x"))
    record("args text", outcome(add.apply_async, "ab"))
    record("args number", outcome(add.apply_async, 5))
    record("args set", outcome(anything.apply_async, {1}))
    record("args generator", outcome(anything.apply_async, (n for n in ())))
    record("args text, loose", outcome(loose.apply_async, "a"))
    record("args list", returns(add.apply_async, [7]))
    record("args None", returns(anything.apply_async, None, None))
    record("kwargs list", outcome(add.apply_async, (1,), [1]))
    record("kwargs text", outcome(anything.apply_async, (), "ab"))
    record(
        "names of our own options", returns(shadowing.delay, "q", countdown=5, task_id="t", args=[1], kwargs={"a": 1})
    )
    record("names of our own options", returns(shadowing.apply_async, kwargs={"queue": "q", "eta": 1}))
    record("signature checks merged arguments", outcome(add.s(1, 2).delay, 3), returns(add.s(5).delay, 4))
    record("strict_typing", app.strict_typing, add.typing, loose.typing)
