"""Inheritance among tasks: abstract bases, mixins, run() and attributes of a parent, registration."""

from celery import Celery, Task

from compat_tests.recorder import outcome, record, returns

app = Celery("proj")


class Base(Task):
    abstract = True
    queue_name = "base"
    throws = (LookupError,)

    def client(self):
        return f"client of {self.name}"

    def run(self, *args, **kwargs):
        record("Base.run", self.name, args, kwargs)
        return self.process(*args, **kwargs)

    def process(self, *args, **kwargs):
        raise NotImplementedError(f"{type(self).__name__} has no process()")


class Audited:
    def run(self, *args, **kwargs):
        record("Audited.run", args)
        return super().run(*args, **kwargs)


class Import(Base):
    def process(self, path):
        record("Import.process", path, self.client(), self.queue_name)
        return path


class ImportUsers(Audited, Import):
    name = "imports.users"
    queue_name = "users"

    def process(self, path, *, limit=None):
        return super().process(path), limit


class Broken(Base):
    """Has no process()."""


class Sibling(ImportUsers):
    """Takes the name of its parent with it, if it has none of its own."""

    name = "imports.siblings"


tasks = [app.register_task(cls()) for cls in (Import, ImportUsers, Broken, Sibling)]


@app.task(base=Import, bind=True)
def decorated(self, path):
    record("decorated", path, self.client(), isinstance(self, Base))


class Service(Task):
    """Made once, and its state is that of the process."""

    name = "service"

    def __init__(self):
        self.calls = []

    def run(self, x):
        self.calls.append(x)
        record("Service", self.calls, self is app.tasks["service"])


service = app.register_task(Service())


def drive(record):
    record("names", [task.name for task in tasks], decorated.name, sorted(n for n in app.tasks if "celery." not in n))
    record("classes", [issubclass(type(task), Base) for task in tasks], type(decorated).__mro__[1].__name__)
    record("attributes", [task.queue_name for task in tasks], [task.throws for task in tasks], Base.abstract)
    record("direct", tasks[0]("a"), tasks[1]("b", limit=3), outcome(tasks[2], "c"))
    record("checked as run()", returns(tasks[1].apply_async, ("x", 1, 2), queue="later"), outcome(service.delay))
    for task in tasks:
        task.apply_async(("path",), task_id=task.name)
    decorated.apply_async(("path",), task_id="decorated")
    for number in range(3):
        service.apply_async((number,), task_id=f"service {number}")
    record("not registered", outcome(lambda: Base().name), Base.name, outcome(app.tasks.__getitem__, "proj.tasks.Base"))
    record("again", app.register_task(Import()).name, app.register_task(Import).name, len(app.tasks) > 4)
