"""Options that nobody knows are accepted by apply_async and come back in request.properties."""

from celery import shared_task

from compat_tests.recorder import record, returns


@shared_task(bind=True)
def task(self):
    properties = self.request.properties
    record("ran", properties.get("MessageGroupId"), properties.get("foo"), sorted(self.request.delivery_info))


def drive(record):
    record("unknown", returns(task.apply_async, MessageGroupId="g1", foo=[1, "a"]))
    record("of a broker", returns(task.apply_async, delivery_mode=1, retry=True, retry_policy={"max_retries": 3}))
    record("add_to_parent", returns(task.apply_async, add_to_parent=False))
    record("routing", returns(task.apply_async, routing_key=None, exchange=None))
    record("signature", returns(task.s().set(foo="bar").apply_async))
