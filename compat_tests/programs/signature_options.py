"""Options of a task, of its signature and of the call: who wins, None, ids, and options that nobody knows."""

from celery import Celery

from compat_tests.recorder import record

app = Celery("proj")


@app.task(bind=True, time_limit=100, soft_time_limit=90, ignore_result=True, expires=600)
def task(self, label):
    request = self.request
    record(
        "ran",
        label,
        limits=request.timelimit,
        ignored=request.ignore_result,
        expires=request.expires,
        priority=request.delivery_info["priority"],
        shadow=request.shadow,
        group=request.group,
        root=request.root_id,
        parent=request.parent_id,
        colour=request.properties.get("colour"),
        headers=request.headers,
    )


def drive(record):
    s = task.s("signature").set(
        time_limit=50, soft_time_limit=40, ignore_result=False, expires=60, priority=3, shadow="s", colour="red"
    )
    s.apply_async(task_id="signature")
    s.apply_async(task_id="call", time_limit=5, soft_time_limit=4, ignore_result=True, expires=30, priority=1)
    s.apply_async(task_id="call says None", time_limit=None, expires=None, priority=None, shadow=None, colour=None)
    s.clone().set(time_limit=None, expires=None, colour=None).apply_async(task_id="signature says None")
    task.apply_async(("call of the task says None",), task_id="None", time_limit=None, expires=None)
    task.signature(("options",), {}, {"priority": 9}, headers={"a": 1}).apply_async(task_id="given as options")
    task.s("ids").set(root_id="R", parent_id="P").apply_async(task_id="ids")
    task.s("ids").set(root_id="R", parent_id="P").apply_async(task_id="ids of the call", root_id="R2")
    task.s("group").set(group_id="G").apply_async(task_id="group")
    task.s("group").set(group_id="G").apply_async(task_id="group of the call", group_id="G2")
    task.s("headers").set(headers={"a": 1}).apply_async(task_id="headers", headers={"b": 2})
    task.s("id").set(task_id="id of the signature").apply_async()
    task.s("id").set(task_id="id of the signature").apply_async(task_id="id of the call")
    task.s("eta").set(eta="2020-01-01T00:00:00+00:00").apply_async(task_id="eta")
    record("unchanged", s.options)
