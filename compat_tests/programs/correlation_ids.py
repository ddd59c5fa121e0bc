"""A correlation id on every task over three levels, by before_task_publish and task_prerun, as packages do."""

import contextvars

from celery import shared_task, signals

from compat_tests.recorder import record

HEADER = "X-Correlation-ID"
correlation = contextvars.ContextVar("correlation", default=None)
depth = contextvars.ContextVar("depth", default=0)


@signals.before_task_publish.connect
def publish(headers=None, **kwargs):
    headers[HEADER] = correlation.get() or "new"
    headers["depth"] = depth.get() + 1


@signals.task_prerun.connect
def start(task=None, **kwargs):
    correlation.set(task.request.get(HEADER))
    depth.set(task.request.get("depth", 0))


@signals.task_postrun.connect
def end(**kwargs):
    correlation.set(None)
    depth.set(0)


def where(task, level):
    request = task.request
    record("at", level, correlation.get(), depth.get(), request.headers, request.retries)
    record("ids", level, request.id == request.root_id, request.parent_id)


@shared_task(bind=True)
def order(self):
    where(self, "order")
    invoice.apply_async(task_id=f"{self.request.id} invoice")


@shared_task(bind=True, max_retries=1)
def invoice(self):
    where(self, "invoice")
    if not self.request.retries:
        raise self.retry(countdown=0)
    mail.apply_async(task_id=f"{self.request.id} mail")
    mail.apply_async(headers={HEADER: "own"}, task_id=f"{self.request.id} own")


@shared_task(bind=True)
def mail(self):
    where(self, "mail")


def drive(record):
    correlation.set("request 1")
    order.apply_async(task_id="first")
    correlation.set(None)
    order.apply_async(task_id="second")
