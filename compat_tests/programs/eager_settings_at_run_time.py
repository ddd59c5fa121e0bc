"""task_always_eager and its companions changed at run time: by attribute, update(), within a task, by old name."""

from celery import Celery, current_app

from compat_tests.recorder import outcome, record

app = Celery("proj")


@app.task(bind=True)
def task(self, x):
    record("task", x, self.request.is_eager, self.app.conf.task_always_eager)
    if x == "fail":
        raise ValueError(x)
    return x


@app.task
def sends(x):
    """Runs eagerly or not; what it sends is as the setting says then."""
    result = task.delay(x)
    record("sent", type(result).__name__)
    return x


@app.task
def switches():
    current_app.conf.task_always_eager = True
    try:
        record("within", type(task.delay("eager within a worker")).__name__)
    finally:
        current_app.conf.task_always_eager = False
    record("and back", type(task.delay("sent by a worker")).__name__)


def kind(x):
    return outcome(lambda: type(task.delay(x)).__name__)


def drive(record):
    record("defaults", app.conf.task_always_eager, app.conf.task_eager_propagates, app.conf.task_store_eager_result)
    record("off", kind("off"))
    app.conf.update(task_always_eager=True)
    record("by update", kind(1), kind("fail"), sends.delay(2).get())
    app.conf.update({"task_eager_propagates": True})
    record("propagates", kind("fail"), outcome(lambda: sends.delay("fail")))
    app.conf["task_always_eager"] = False
    record("by item", kind("by item"))
    before = app.conf.task_always_eager
    app.conf.task_always_eager = True  # as pytest's monkeypatch does
    record("patched", kind(3))
    app.conf.task_always_eager = before
    record("after the patch", kind("after the patch"))
    other = Celery("other", set_as_current=False)
    other.conf.CELERY_ALWAYS_EAGER = True
    record("by old name", other.conf.task_always_eager, other.conf.CELERY_ALWAYS_EAGER)
    record("apply() is not asked", task.apply(("applied",)).get(), app.conf.task_always_eager)
    record("apply with throw", outcome(lambda: task.apply(("fail",), throw=False).state))
    record("signature", outcome(lambda: type(task.s("signature").delay()).__name__))
    record("send_task", outcome(lambda: type(app.send_task("proj.tasks.task", ("by name",))).__name__))
    sends.apply_async(("from a worker",), task_id="sends")
    switches.apply_async(task_id="switches")
