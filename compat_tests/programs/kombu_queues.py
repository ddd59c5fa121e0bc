"""task_queues with kombu's Queue and Exchange objects, and calls that name a queue by object or by name."""

from celery import Celery
from kombu import Exchange, Queue

from compat_tests.recorder import outcome, record, returns

QUEUES = ["default", "mail", "media"]

media = Exchange("media", type="direct")
app = Celery("proj")
app.conf.task_default_queue = "default"
app.conf.task_create_missing_queues = False
app.conf.task_queues = (
    Queue("default"),
    Queue("mail", Exchange("mail"), routing_key="mail", queue_arguments={"x-max-priority": 10}),
    Queue("media", media, routing_key="media"),
)
app.conf.task_routes = {"mail.*": {"queue": "mail"}, "lost.*": {"queue": "nowhere"}}


@app.task(bind=True, name="plain")
def plain(self, label):
    record("plain", label)


@app.task(bind=True, name="mail.send")
def send(self, label):
    record("send", label)


@app.task(name="lost.task")
def lost():
    record("never")


def drive(record):
    record("plain", returns(plain.delay, "default"))
    record("by name", returns(plain.apply_async, ("by name",), queue="media"))
    record("by object", returns(plain.apply_async, ("by object",), queue=app.conf.task_queues[1]))
    record("by own object", returns(plain.apply_async, ("own object",), queue=Queue("media", media)))
    record("routed", returns(send.delay, "routed"))
    record("signature", returns(send.s("signature").set(queue="default").delay))
    record("missing in the call", outcome(plain.apply_async, ("never",), queue="nope"))
    record("missing in a route", outcome(lost.delay))
    record("missing in send_task", outcome(app.send_task, "plain", ("never",), queue="nope"))
    record("missing in a retry", outcome(plain.s("never").set(queue="nope").apply_async))
    try:
        plain.apply_async(("never",), queue="nope")
    except KeyError as exc:
        record("is a KeyError", type(exc).__name__, str(exc))
