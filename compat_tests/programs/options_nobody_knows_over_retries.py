"""Options that nobody knows: in the call, in a signature, in send_task, by a base class, and after a retry."""

from celery import Celery, Task

from compat_tests.recorder import record, returns

app = Celery("proj")
NAMES = ("MessageGroupId", "MessageDeduplicationId", "expiration_hint", "user_id_", "reply_code")


class Grouped(Task):
    def apply_async(self, args=None, kwargs=None, **options):
        options.setdefault("MessageGroupId", f"group of {self.name}")
        return super().apply_async(args, kwargs, **options)


@app.task(bind=True, max_retries=3)
def task(self, label):
    found = {name: self.request.properties[name] for name in NAMES if name in self.request.properties}
    record("properties", label, self.request.retries, found)
    if label == "retried" and not self.request.retries:
        raise self.retry(countdown=0)
    if label == "given again" and not self.request.retries:
        raise self.retry(countdown=0, MessageGroupId="second")


@app.task(bind=True, base=Grouped)
def grouped(self):
    record("grouped", self.request.properties.get("MessageGroupId"), self.request.headers)


def drive(record):
    task.apply_async(("call",), MessageGroupId="g", expiration_hint=["a", 1])
    task.s("signature").set(MessageGroupId="s", reply_code={"a": None}).apply_async(MessageGroupId="call wins")
    app.send_task("proj.tasks.task", ("send_task",), MessageDeduplicationId="d")
    task.apply_async(("retried",), MessageGroupId="first")
    task.apply_async(("given again",), MessageGroupId="first")
    grouped.delay()
    grouped.apply_async(MessageGroupId="own")
    record("eager", returns(lambda: task.apply(("eager",), MessageGroupId="e")))
    record("kept on the signature", task.s("x").set(MessageGroupId="k").options)
