"""Options of the call over those of the signature, those over the task's attributes, those over the settings."""

from celery import Celery

from compat_tests.recorder import outcome, record

app = Celery("proj")
app.conf.task_default_priority = 2


@app.task(bind=True)
def plain(self, label):
    record("plain", label, self.request.timelimit, self.request.ignore_result, self.request.delivery_info["priority"])


@app.task(bind=True, time_limit=30, soft_time_limit=20, ignore_result=True, expires=60)
def own(self, label):
    record("own", label, self.request.timelimit, self.request.ignore_result, self.request.expires)


@app.task(time_limit=10, soft_time_limit=20)
def impossible():
    pass


def drive(record):
    plain.delay("settings")
    plain.apply_async(("call",), priority=7, time_limit=5, soft_time_limit=4, ignore_result=True)
    own.delay("attributes")
    own.apply_async(("call",), time_limit=99, soft_time_limit=1, ignore_result=False, expires=600)
    own.apply_async(("None clears",), expires=None)
    own.s("signature").set(time_limit=40, expires=120).apply_async()
    own.s("call over signature").set(time_limit=40).apply_async(time_limit=50)
    own.s("None keeps that of the signature").set(expires=120).apply_async(expires=None)
    plain.s("countdown").set(countdown=500).apply_async(countdown=0)
    record("soft limit over hard limit", outcome(impossible.delay))
