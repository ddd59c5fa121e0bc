"""countdown, eta and expires with the app's timezone and without UTC."""

import datetime as dt

from celery import Celery

from compat_tests.recorder import record

app = Celery("proj")
app.conf.timezone = "Europe/Riga"
app.conf.enable_utc = False


@app.task(bind=True)
def task(self, label):
    record("ran", label, self.request.eta, self.request.expires)


def drive(record):
    record("zone", str(app.timezone), app.uses_utc_timezone(), app.now().tzinfo is not None)
    task.apply_async(("countdown",), countdown=0.1)
    task.apply_async(("expires",), expires=3600)
    task.apply_async(("naive, past",), eta=dt.datetime(2020, 7, 1, 12))
    task.apply_async(("naive, later",), eta=dt.datetime(2035, 7, 1, 12), queue="later")
    task.apply_async(("aware, later",), eta=dt.datetime(2035, 7, 1, 12, tzinfo=dt.UTC), queue="later")
    task.apply_async(("countdown, later",), countdown=3600, queue="later")
