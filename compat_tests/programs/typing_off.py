"""strict_typing=False for an app, typing on a base class and on a task, and typing switched later."""

from celery import Celery, Task

from compat_tests.recorder import outcome, record, returns

app = Celery("proj", strict_typing=False)


class Strict(Task):
    typing = True


class Loose(Task):
    typing = False


@app.task
def as_the_app(x):
    record("as_the_app", x)


@app.task(base=Strict)
def strict(x):
    record("strict", x)


@app.task(base=Loose, bind=True)
def loose(self, x):
    record("loose", x)


@app.task(base=Loose, typing=True)
def strict_again(x):
    record("strict_again", x)


def drive(record):
    record("typing", app.strict_typing, as_the_app.typing, strict.typing, loose.typing, strict_again.typing)
    for task in (as_the_app, strict, loose, strict_again):
        record("two too many", task.name, returns(task.apply_async, (1, 2, 3), task_id=f"{task.__name__} wrong"))
        record("by signature", task.name, returns(task.s(1).apply_async, (2,), task_id=f"{task.__name__} signature"))
        record("right", task.name, returns(task.delay, 1))
    as_the_app.typing = True
    record("switched on", outcome(as_the_app.delay))
    strict.typing = False
    record("switched off", returns(strict.apply_async, queue="later"))
    record("applied", outcome(lambda: loose.apply().state), outcome(lambda: strict_again.apply().state))
    other = Celery("other", set_as_current=False)
    record("the default", other.strict_typing, "proj.tasks.loose" in other.tasks)
