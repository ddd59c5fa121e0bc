"""What alerting packages do: task_failure receivers with einfo and traceback, on_failure, chained exceptions."""

import traceback as tracebacks

from celery import Celery, Task, signals
from celery.exceptions import Reject

from compat_tests.recorder import record

app = Celery("proj")


class PaymentError(Exception):
    def __init__(self, message, code):
        super().__init__(message)
        self.code = code

    def __reduce__(self):
        return PaymentError, (self.args[0], self.code)


class Alerting(Task):
    alerts = True

    def on_failure(self, exc, task_id, args, kwargs, einfo):
        record("on_failure", exc, getattr(exc, "code", None), einfo.type.__name__, type(einfo.traceback).__name__)
        record("last line", str(einfo).strip().splitlines()[-1], einfo.traceback == str(einfo))


@signals.task_failure.connect
def alert(sender=None, task_id=None, exception=None, args=None, kwargs=None, traceback=None, einfo=None, **more):
    if not getattr(sender, "alerts", False):
        return
    frames = [] if isinstance(traceback, str) else tracebacks.extract_tb(traceback)
    own = [frame.name for frame in frames if frame.name in ("charge", "collect", "inner")]
    record("alert", sender.name, task_id, type(exception).__name__, args, kwargs, own, sorted(more))
    record("context", repr(exception.__cause__), repr(exception.__context__), sender.request.retries)
    record("hostname", bool(sender.request.hostname), sender.request.delivery_info["routing_key"])


@signals.task_failure.connect(sender="proj.tasks.charge")
def by_name_of_the_task(**kwargs):
    record("never: senders are tasks")


@signals.task_postrun.connect
def ended(sender=None, state=None, retval=None, **kwargs):
    record("ended", sender.name, state, type(retval).__name__)


def inner(amount):
    if amount == 0:
        return 1 / amount
    raise PaymentError("declined", 402)


@app.task(base=Alerting, bind=True, max_retries=1)
def charge(self, amount, *, currency="EUR"):
    try:
        return inner(amount)
    except ZeroDivisionError as exc:
        raise ValueError(f"{amount} {currency}") from exc


@app.task(base=Alerting, bind=True, max_retries=1)
def collect(self, amount):
    try:
        inner(amount)
    except PaymentError as exc:
        raise self.retry(exc=exc, countdown=0)


@app.task(base=Alerting, throws=(PaymentError,))
def expected(amount):
    inner(amount)


@app.task(base=Alerting)
def rejected():
    raise Reject("no money", requeue=False)


@app.task(base=Alerting)
def group_of_errors():
    raise ExceptionGroup("several", [ValueError(1), PaymentError("declined", 402)])


@app.task(base=Alerting)
def assertion():
    assert 1 == 2, "numbers differ"  # noqa: PLR0133


def drive(record):
    charge.apply_async((0,), {"currency": "USD"}, task_id="charge 0")
    charge.apply_async((5,), task_id="charge 5")
    collect.apply_async((5,), task_id="collect")
    expected.apply_async((5,), task_id="expected")
    rejected.apply_async(task_id="rejected")
    group_of_errors.apply_async(task_id="group")
    assertion.apply_async(task_id="assertion")
