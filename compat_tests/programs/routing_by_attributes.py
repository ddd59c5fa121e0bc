"""queue and priority: as attributes of the task, in the call, in the signature, and with the default queue renamed."""

import warnings

from celery import Celery
from kombu import Queue

from compat_tests.recorder import record

QUEUES = ["default", "attribute", "called", "signature", "kombu", "route"]

app = Celery("proj")
app.conf.task_default_queue = "default"
app.conf.task_routes = {"routed": {"queue": "route", "priority": 9}, "both": {"queue": "route", "priority": 9}}


@app.task(bind=True)
def plain(self, label):
    record("plain", label, self.request.delivery_info["routing_key"])


@app.task(bind=True, queue="attribute", priority=4, name="both")
def both(self, label):
    record("both", label, self.request.delivery_info["routing_key"], self.request.delivery_info["priority"])


@app.task(bind=True, name="routed")
def routed(self, label):
    record("routed", label, self.request.delivery_info["routing_key"], self.request.delivery_info["priority"])


def drive(record):
    warnings.simplefilter("ignore")
    plain.delay("default")
    plain.apply_async(("call",), queue="called")
    plain.apply_async(("None",), queue=None)
    plain.apply_async(("empty",), queue="")
    plain.apply_async(("kombu",), queue=Queue("kombu"))
    plain.s("signature").set(queue="signature").delay()
    both.delay("attribute over route")
    both.apply_async(("call",), queue="called", priority=1)
    both.s("signature").set(queue="signature", priority=2).apply_async()
    routed.delay("route")
    routed.apply_async(("None keeps the route",), queue=None, priority=None)
    record("attribute", both.queue, both.priority)
