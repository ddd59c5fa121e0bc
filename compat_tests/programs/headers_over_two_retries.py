"""Custom headers over two retries: kept, changed on the way, added to, written into the request, and reserved names."""

from celery import shared_task

from compat_tests.recorder import record


@shared_task(bind=True, max_retries=2)
def kept(self):
    record("kept", self.request.retries, self.request.headers, self.request.tenant, self.request.get("nested"))
    if self.request.retries < 2:
        self.request.headers["written"] = self.request.retries
        self.retry(countdown=0)


@shared_task(bind=True, max_retries=2)
def counted(self):
    headers = dict(self.request.headers or {})
    record("counted", self.request.retries, headers, getattr(self.request, "attempts", None))
    if self.request.retries < 2:
        headers["attempts"] = headers.get("attempts", 0) + 1
        self.retry(countdown=0, headers=headers)


@shared_task(bind=True, autoretry_for=(OSError,), retry_kwargs={"countdown": 0, "max_retries": 2})
def by_itself(self):
    record("by itself", self.request.retries, self.request.headers)
    raise OSError


@shared_task(bind=True)
def reserved(self):
    request = self.request
    record("reserved", request.headers, request.retries, request.shadow, request.timelimit, request.lang)


def drive(record):
    headers = {"tenant": "acme", "nested": {"list": [1, {"a": None}], "text": "ü"}}
    kept.apply_async(headers=headers, task_id="kept")
    counted.apply_async(task_id="counted from nothing")
    counted.apply_async(headers={"attempts": 5, "tenant": "acme"}, task_id="counted on")
    by_itself.apply_async(headers=headers, task_id="by itself")
    reserved.apply_async(headers={"shadow": "by header", "timelimit": [50, 40], "mine": True}, task_id="reserved")
    reserved.s().set(headers={"by": "signature"}).apply_async(task_id="signature")
    reserved.s().set(headers={"by": "signature"}).apply_async(task_id="call over it", headers={"of": "call"})
    record("not changed", headers)
