"""Routes that set more than the queue: headers, priority, and options that nobody knows; what the call says wins."""

from celery import Celery

from compat_tests.recorder import record

QUEUES = ["celery", "tenants"]

app = Celery("proj")


def by_tenant(name, args, kwargs, options, task=None, **kw):
    if kwargs and "tenant" in kwargs:
        tenant = kwargs["tenant"]
        return {"queue": "tenants", "priority": 2, "headers": {"tenant": tenant}, "MessageGroupId": f"group {tenant}"}


app.conf.task_routes = (by_tenant, {"proj.tasks.task": {"headers": {"by": "mapping"}}})


@app.task(bind=True)
def task(self, tenant=None):
    request = self.request
    record(
        "ran",
        tenant,
        request.retries,
        request.headers,
        request.delivery_info["routing_key"],
        request.delivery_info["priority"],
        request.properties.get("MessageGroupId"),
    )
    if tenant == "retried" and request.retries == 0:
        raise self.retry(countdown=0)


def drive(record):
    task.delay()
    task.delay(tenant="acme")
    task.apply_async(kwargs={"tenant": "own headers"}, headers={"trace": 1}, priority=5)
    task.apply_async(kwargs={"tenant": "no headers"}, headers=None, MessageGroupId="own group")
    task.delay(tenant="retried")
    app.send_task("proj.tasks.task", kwargs={"tenant": "by name"})
