"""Functions as routers: what they are handed, what they may answer, and in which order they are asked."""

from celery import Celery
from kombu import Queue

from compat_tests.recorder import outcome, record, show

QUEUES = ["celery", "by name", "by dict", "by size", "by kombu", "called"]

app = Celery("proj")


def watch(name, args, kwargs, options, task=None, **kw):
    shown = {key: options[key] for key in sorted(options) if options[key] is not None}
    record("asked", name, args, kwargs, shown, show(getattr(task, "name", None)), sorted(kw))


def route(name, args, kwargs, options, task=None, **kw):
    kind = name.rpartition(".")[2]
    if kind == "name":
        record("options", dict(sorted(options.items())))
        return "by name"
    if kind == "dict":
        return {"queue": "by dict", "priority": 5, "colour": "red"}
    if kind == "kombu":
        return {"queue": Queue("by kombu")}
    if kind == "empty":
        return {}
    if kind == "broken":
        raise LookupError("router broke")


def by_size(name, args, kwargs, options, task=None, **kw):
    return {"queue": "by size"} if args and len(args[0]) > 3 else None


app.conf.task_routes = (watch, route, by_size)


def make(kind, **attributes):
    @app.task(bind=True, name=f"routed.{kind}", **attributes)
    def task(self, *args, **kwargs):
        request = self.request
        record(
            "ran",
            kind,
            request.delivery_info["routing_key"],
            request.delivery_info["priority"],
            request.properties.get("colour"),
        )

    return task


tasks = {kind: make(kind) for kind in ("name", "dict", "kombu", "empty", "broken", "none")}


def drive(record):
    tasks["name"].delay("x", y=1)
    tasks["dict"].delay()
    tasks["dict"].apply_async(priority=1, queue="called", colour="blue")
    tasks["kombu"].delay()
    tasks["empty"].delay("long enough")
    record("broken", outcome(tasks["broken"].delay))
    tasks["none"].delay("long enough")
    tasks["none"].delay("no")
    tasks["none"].s("signature").set(priority=3).delay()
    tasks["none"].apply_async(("no",), countdown=0, headers={"h": 1}, MyOption=2)
    app.send_task("routed.none", ["sent by name"])
    app.send_task("unknown.name", queue="later")
