"""Routers as objects, as classes by dotted name, as functions by dotted name, and names that do not exist."""

from celery import Celery

from compat_tests.recorder import record

QUEUES = ["celery", "object", "class", "function", "mapping", "inherited"]

app = Celery("proj")


class Router:
    queue = "class"

    def __init__(self):
        record("router made", type(self).__name__)

    def route_for_task(self, task, args=None, kwargs=None):
        if task.startswith(self.queue):
            return {"queue": self.queue, "priority": len(args or ())}


class Inherited(Router):
    queue = "inherited"


class ByObject:
    def __init__(self, **queues):
        self.queues = queues

    def route_for_task(self, task, *args, **kwargs):
        record("object asked", task, args, kwargs)
        return self.queues.get(task)


def function(name, args, kwargs, options, task=None, **kw):
    return "function" if name.startswith("function") else None


mapping = {"mapping.*": {"queue": "mapping"}}


def make(name):
    @app.task(bind=True, name=name)
    def task(self, *args):
        record("ran", name, self.request.delivery_info["routing_key"], self.request.delivery_info["priority"])

    return task


tasks = [make(f"{name}.task") for name in ("object", "class", "function", "mapping", "inherited", "nothing")]


def route_with(routes):
    app.conf.task_routes = routes
    # As tests do, which change settings of an app that has sent tasks already.
    app.amqp.__dict__.pop("router", None)


def drive(record):
    route_with(
        [
            ByObject(**{"object.task": "object"}),
            "proj.tasks.Router",
            "proj.tasks:Inherited",
            "proj.tasks.function",
            mapping,
        ]
    )
    for task in tasks:
        task.delay(1, 2)
