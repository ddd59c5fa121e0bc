"""send_task: no check of arguments, options of a local task of that name, names that nobody knows."""

from celery import Celery, current_app

from compat_tests.recorder import outcome, record, returns

app = Celery("proj")


@app.task(bind=True, time_limit=30, name="known")
def known(self, x):
    record("known", x, self.request.timelimit)


def drive(record):
    record("known", returns(app.send_task, "known", (1,)))
    record("kwargs", returns(app.send_task, "known", kwargs={"x": 2}))
    record("current_app", returns(current_app.send_task, "known", [3], time_limit=5))
    record("wrong arguments are sent", returns(app.send_task, "known", (1, 2, 3)))
    record("options", returns(app.send_task, "known", (4,), task_id="given", headers={"a": 1}))
    record("unknown", returns(app.send_task, "not.registered", (1,), {"a": 2}, task_id="lost", queue="later"))
    record("args text", outcome(app.send_task, "known", "text"))
    app.conf.task_always_eager = True
    record("eager has no effect", outcome(lambda: type(app.send_task("known", (5,), task_id="eager")).__name__))
