"""register_task and the registry: classes and instances, options, names taken twice, unregistering, and look-ups."""

import warnings

from celery import Celery, Task
from celery.app.registry import TaskRegistry
from celery.exceptions import NotRegistered

from compat_tests.recorder import outcome, record, warned

app = Celery("proj")


class Ping(Task):
    name = "ping"

    def run(self, word="pong"):
        record("Ping", word, self.name)
        return word


class Nameless(Task):
    def run(self):
        record("Nameless", self.name)


class Retrying(Task):
    name = "retrying"
    autoretry_for = (LookupError,)
    retry_kwargs = {"max_retries": 1, "countdown": 0}

    def run(self):
        record("Retrying", self.request.retries)
        raise LookupError("again")


ping = app.register_task(Ping())
nameless = app.register_task(Nameless)
retrying = app.register_task(Retrying())


@app.task(name="taken", shared=False)
def first():
    record("first")


@app.task(name="taken", shared=False)
def second():
    record("second")


def first_lines(texts):
    return [text.splitlines()[0] for text in texts]


def drive(record):
    record("returned", type(ping).__name__, ping is app.tasks["ping"], ping.app is app, nameless.name)
    warnings.simplefilter("ignore")
    record("the first one stays", first.name, second.name, app.tasks["taken"].run.__name__, second() is None)
    other = Celery("other", set_as_current=False)
    record("another app", "ping" in other.tasks, outcome(lambda: other.register_task(Ping()).app.main), ping.app.main)

    class Ping2(Ping):
        def run(self, word="again"):
            record("Ping2", word)

    record("replaced, with a warning", first_lines(warned(other.register_task, Ping2())))
    record("by the new one", type(other.tasks["ping"]).__name__, type(app.tasks["ping"]).__name__)
    registry = TaskRegistry()
    registry.register(ping)
    record("registry", list(registry), registry["ping"] is ping, outcome(registry.__getitem__, "nope"))
    record(
        "regular and periodic", list(registry.regular()), list(registry.periodic()), list(registry.filter_types("x"))
    )
    record("unregister", registry.unregister(ping), list(registry), outcome(registry.unregister, "ping"))
    record("NotRegistered", registry.NotRegistered is NotRegistered, issubclass(NotRegistered, KeyError))
    record("no task", outcome(app.register_task, object), outcome(app.register_task, drive))
    for task in (ping, nameless, retrying):
        task.apply_async(task_id=task.name)
    first.apply_async(task_id="taken")
