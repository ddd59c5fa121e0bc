"""task_cls as a class, as "module:Class", as attribute of a subclass of Celery, and as what app.Task becomes."""

from celery import Celery, Task

from compat_tests.recorder import record


class Audited(Task):
    max_retries = 11
    audit = "all"

    def on_success(self, retval, task_id, args, kwargs):
        record("audited", self.name, self.audit, retval)


class Project(Celery):
    task_cls = "proj.tasks:Audited"


by_class = Celery("by_class", task_cls=Audited)
by_colon = Celery("by_colon", task_cls="proj.tasks:Audited", set_as_current=False)
by_attribute = Project("by_attribute", set_as_current=False)
by_class.set_current()


@by_class.task(audit="some")
def one(x):
    record("one", x)
    return x


@by_colon.task(shared=False, name="colon.two")
def two(x):
    return x


@by_attribute.task(shared=False, name="attribute.three")
def three(x):
    return x


class Own(by_class.Task):
    name = "own.four"

    def run(self, x):
        record("own", x, self.audit)
        return x


four = by_class.register_task(Own())


def drive(record):
    for task in (one, two, three, four):
        record("task", task.name, isinstance(task, Audited), task.max_retries, task.audit, task.app.main)
    for app in (by_class, by_colon, by_attribute):
        record("Task", app.Task.__name__, issubclass(app.Task, Audited), app.Task is Audited, app.Task.app is app)
    record("applied", two.apply((2,)).get(), three.apply((3,)).get())
    one.delay(1)
    four.delay(4)
