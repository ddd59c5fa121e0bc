"""Receivers that are held weakly or not, by sender as proxy, task, name or None, twice, once, and taken away again."""

import gc

from celery import Celery, shared_task, signals

from compat_tests.recorder import outcome, record

app = Celery("proj")


@shared_task
def shared(x):
    record("shared", x)


@app.task
def own(x):
    record("own", x)


def connect_weakly():
    def forgotten(**kwargs):
        record("never: nothing held it")

    signals.task_prerun.connect(forgotten)

    def kept(sender=None, **kwargs):
        record("kept", sender.name)

    signals.task_prerun.connect(kept, weak=False)


class Plugin:
    def __init__(self, name):
        self.name = name
        signals.task_postrun.connect(self.on_postrun, sender=own)
        signals.task_postrun.connect(self.on_any)

    def on_postrun(self, task_id=None, **kwargs):
        record("plugin", self.name, task_id)

    def on_any(self, sender=None, **kwargs):
        record("plugin, any", self.name, sender.name)


connect_weakly()
plugin, forgotten_plugin = Plugin("held"), Plugin("forgotten")
del forgotten_plugin
gc.collect()


@signals.task_prerun.connect(sender=shared)
def by_proxy(task=None, **kwargs):
    record("by proxy", task.name)


@signals.task_prerun.connect(sender=app.tasks["proj.tasks.own"])
def by_task(task=None, **kwargs):
    record("by task", task.name)


@signals.after_task_publish.connect(sender="proj.tasks.own")
@signals.before_task_publish.connect(sender="proj.tasks.own")
def by_name(sender=None, headers=None, **kwargs):
    record("by name", sender, headers["id"])


def twice(**kwargs):
    record("twice")


signals.task_success.connect(twice)
signals.task_success.connect(twice)
for uid in ("a", "b", "a"):
    signals.task_success.connect(lambda uid=uid, **kwargs: record("uid", uid), weak=False, dispatch_uid=uid)
signals.task_success.disconnect(dispatch_uid="b")


def drive(record):
    shared.apply_async((1,), task_id="shared")
    own.apply_async((2,), task_id="own")
    record("returns the function", signals.task_unknown.connect(twice) is twice, signals.task_unknown.disconnect(twice))
    signal = signals.Signal(name="invoiced", providing_args={"amount"})
    seen = []

    def receiver(sender, amount, **kwargs):
        seen.append((sender, amount))
        return amount * 2

    signal.connect(receiver, sender="a")
    record("answers", [answer for _, answer in signal.send("a", amount=5)], signal.send("b", amount=6), seen)
    record("has", signal.has_listeners("a"), signal.has_listeners("b"), signal.has_listeners())
    record("away", signal.disconnect(receiver, sender="a"), signal.disconnect(receiver, sender="a"), signal.send("a"))
    record("takes no keywords", outcome(signal.connect, lambda: 0))
    record("with a retry of its own", outcome(lambda: signal.connect(receiver, retry=True, sender="c") is receiver))
