"""send_task with each of its options, of known and unknown names, from tasks, by current_app, and what it returns."""

import datetime as dt

from celery import Celery, current_app
from celery.result import AsyncResult

from compat_tests.recorder import outcome, record, returns

QUEUES = ["celery", "other"]

app = Celery("proj")


class OwnResult(AsyncResult):
    pass


@app.task(bind=True, name="jobs.known", time_limit=100, soft_time_limit=90, max_retries=1)
def known(self, *args, **kwargs):
    request = self.request
    record("known", args, kwargs, request.timelimit, request.headers, request.delivery_info["routing_key"])
    record("ids", request.id, request.root_id, request.parent_id, request.retries, request.shadow, request.expires)
    record("more", request.ignore_result, request.properties.get("colour"), request.argsrepr, request.reply_to == "")


@app.task(bind=True)
def sends(self):
    current_app.send_task("jobs.known", ("from a task",), task_id="child")
    self.app.send_task("jobs.known", ("not a child",), task_id="no child", add_to_parent=False)
    record("children", [child.id for child in self.request.children])


def send(label, *args, **options):
    return returns(app.send_task, "jobs.known", *args, task_id=label, **options)


def drive(record):
    record("no arguments", send("none"))
    record("None", send("None", None, None))
    record("lists", send("lists", [1, 2], {"a": [3]}))
    record("by position", send("position", (1,), {"k": 2}, 0, dt.datetime(2020, 1, 1, tzinfo=dt.UTC)))
    record("queue", send("queue", (1,), queue="other", priority=3))
    record("eta", send("eta", eta=dt.datetime(2035, 1, 1, tzinfo=dt.UTC), queue="later"))
    record("countdown", send("countdown", countdown=3600, queue="later"))
    record("expires", send("expires", expires=dt.datetime(2035, 1, 1, tzinfo=dt.UTC)))
    record("limits", send("limits", time_limit=5, soft_time_limit=4))
    record("limits None", send("no limits", time_limit=None, soft_time_limit=None))
    record("headers", send("headers", headers={"tenant": "acme"}, shadow="jobs.shadow", colour="red"))
    record("ids", send("ids", root_id="R", parent_id="P", group_id="G", retries=1))
    record("shown", send("shown", ("secret",), argsrepr="(***)", ignore_result=True))
    record("serializer", send("serializer", serializer="json", compression=None, retry=True, retry_policy={}))
    record("route_name", send("route_name", route_name="another.name"))
    record("result_cls", type(app.send_task("jobs.known", result_cls=OwnResult)).__name__)
    record("ignored", app.send_task("jobs.known", task_id="ignored", ignore_result=True).ignored)
    record("name of the task", returns(app.send_task, known.name, task_id="by .name"))
    record("unknown", returns(app.send_task, "nobody.knows", (object.__name__,), queue="later"))
    for label, args, kwargs in (("text", "abc", None), ("number", 5, None), ("kwargs", (), [1]), ("set", {1}, None)):
        record("refused", label, outcome(app.send_task, "jobs.known", args, kwargs))
    record("refused", outcome(app.send_task, "jobs.known", ({1},)), outcome(app.send_task, "jobs.known", countdown="5"))
    record("refused", outcome(app.send_task), outcome(app.send_task, "jobs.known", serializer="nope"))
    sends.apply_async(task_id="sends")
