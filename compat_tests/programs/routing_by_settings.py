"""task_routes: exact names, globs, regular expressions, functions, lists, dotted strings; the call wins."""

import re

from celery import Celery

from compat_tests.recorder import record

QUEUES = ["celery", "mail", "reports", "regex", "function", "class", "called"]


class ByClass:
    def route_for_task(self, task, args=None, kwargs=None):
        return {"queue": "class"} if task == "by.class" else None


def by_function(name, args, kwargs, options, task=None, **kw):
    if name == "by.function":
        record("router", name, args, kwargs, options.get("priority"), task is not None)
        return {"queue": "function", "priority": 3}


app = Celery("proj")
app.conf.task_routes = (
    by_function,
    "proj.tasks.ByClass",
    {"mail.send": "mail", "reports.*": {"queue": "reports"}},
    [(re.compile(r"(video|image)\..*"), {"queue": "regex"}), ("mail.*", {"queue": "reports"})],
)

names = [
    "mail.send",
    "mail.other",
    "reports.daily",
    "video.encode",
    "an.image.resize",
    "by.function",
    "by.class",
    "none",
]


def make(name):
    @app.task(bind=True, name=name, typing=False)
    def task(self):
        info = self.request.delivery_info
        record("ran", self.name, info["routing_key"], info["priority"])

    return task


tasks = [make(name) for name in names]


def drive(record):
    for task in tasks:
        task.delay()
    tasks[0].apply_async(queue="called")
    tasks[0].apply_async(queue=None)
    tasks[5].apply_async((), {}, priority=8)
    tasks[5].apply_async(priority=None)
    app.send_task("reports.daily")
