"""Custom headers reach the request, under headers and as attributes, and survive retries."""

from celery import shared_task

from compat_tests.recorder import record


@shared_task(bind=True, max_retries=2)
def task(self, label):
    request = self.request
    record("ran", label, request.headers, getattr(request, "tenant", "no tenant"), request.retries)
    if label == "retried" and request.retries < 2:
        raise self.retry(countdown=0)
    if label == "changed" and request.retries < 1:
        raise self.retry(countdown=0, headers={"tenant": "globex", "step": 2})


def drive(record):
    task.delay("none")
    task.apply_async(("given",), headers={"tenant": "acme", "trace": {"id": 7, "flags": [1, None]}})
    task.apply_async(("retried",), headers={"tenant": "acme"})
    task.apply_async(("changed",), headers={"tenant": "acme"})
    task.apply_async(("empty",), headers={})
    task.s("signature").set(headers={"tenant": "umbrella"}).apply_async()
    task.apply_async(("retries by header",), headers={"retries": 1})
