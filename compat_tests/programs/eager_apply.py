"""task.apply(): runs here and now, without serialisation and without checks, with hooks and signals."""

from celery import Task, shared_task
from celery.exceptions import Ignore, Reject

from compat_tests.recorder import outcome, record, show


class Hooked(Task):
    def before_start(self, task_id, args, kwargs):
        record("before_start", args, kwargs)

    def on_success(self, retval, task_id, args, kwargs):
        record("on_success", retval)

    def on_failure(self, exc, task_id, args, kwargs, einfo):
        record("on_failure", exc)

    def on_retry(self, exc, task_id, args, kwargs, einfo):
        record("on_retry", exc)

    def after_return(self, status, retval, task_id, args, kwargs, einfo):
        record("after_return", status, retval, einfo)


@shared_task(base=Hooked, bind=True)
def task(self, x, y=1):
    request = self.request
    record("request", request.is_eager, request.called_directly, request.retries, request.args, request.kwargs)
    record(
        "delivery",
        request.delivery_info,
        request.hostname == "" or request.hostname is None,
        request.root_id == request.id,
    )
    if x == "ignore":
        raise Ignore("ig")
    if x == "reject":
        raise Reject("re")
    if x == "fail":
        raise KeyError("k")
    return (x, y)


@shared_task(base=Hooked, bind=True, max_retries=2)
def retried(self, until):
    record("retried", self.request.retries, self.request.id)
    if self.request.retries < until:
        raise self.retry(countdown=1000)
    return "done"


def drive(record):
    for x in (1, {1, 2}, "fail", "ignore", "reject"):
        result = task.apply((x,), {"y": 2})
        record(
            "result", type(result), result.state, result.result, result.ready(), result.successful(), result.failed()
        )
    record("id", task.apply((1,), task_id="given").id)
    record("wrong arguments", (lambda r: (r.state, r.result))(task.apply((1, 2, 3))))
    record("throw", outcome(task.apply, ("fail",), throw=True), show(task.apply((3,), throw=True).get()))
    record("headers and retries", task.apply((1,), headers={"h": 1}, retries=2).state)
    for until in (0, 2, 5):
        result = retried.apply((until,), task_id=f"until {until}")
        record("retried", result.id, result.state, result.result)
    record("link", outcome(lambda: retried.apply((0,)).get(propagate=False)))
