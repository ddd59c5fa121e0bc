"""self.request is written to and used as a mapping; push_request and pop_request as tests use them."""

from celery import shared_task
from celery.app.task import Context

from compat_tests.recorder import outcome, record


@shared_task(bind=True)
def task(self):
    self.request.update(tenant="acme", retries=5)
    record("updated", self.request.tenant, self.request.retries, self.request.get("tenant"))
    self.request.chain = None
    self.request.note = [1]
    record("written", self.request.note, self.request.chain)
    return self.request.retries


def drive(record):
    task.delay()
    task.push_request(id="pushed", retries=2, args=(1,), kwargs={}, custom="c")
    record("pushed", task.request.id, task.request.retries, task.request.custom, task.request.called_directly)
    record("run", task.run())
    task.pop_request()
    record("popped", task.request.id, task.request.retries)
    context = Context({"id": "x", "timelimit": [10, 5], "headers": None})
    record("Context", context.id, context.timelimit, context.get("id"), context.get("nope"), context.retries)
    record("unknown", outcome(lambda: context.nope))
    context.update(id="y")
    record("updated", context.id)
    context.clear()
    record("cleared", context.id, context.retries)
    record("options", Context(id="x", timelimit=[10, 5]).as_execution_options())
