"""eta in every type: aware, naive, text, a date, and what is refused at the call."""

import datetime as dt
from zoneinfo import ZoneInfo

from celery import shared_task

from compat_tests.recorder import outcome, record, returns


@shared_task
def later():
    record("must not run here")


@shared_task(bind=True)
def past(self, label):
    record("ran", label)


def drive(record):
    noon = dt.datetime(2035, 7, 1, 12)
    accepted = {
        "aware UTC": noon.replace(tzinfo=dt.UTC),
        "aware Riga": noon.replace(tzinfo=ZoneInfo("Europe/Riga")),
        "aware +14": noon.replace(tzinfo=dt.timezone(dt.timedelta(hours=14))),
        "naive": noon,
        "text": "2035-07-01T12:00:00",
        "text with offset": "2035-07-01T12:00:00+02:00",
        "date": noon.date(),
        "None": None,
    }
    for label, eta in accepted.items():
        record("accepted", label, returns(later.apply_async, eta=eta, queue="later"))
    for eta in (dt.timedelta(seconds=5), 123, 1.5, [noon]):
        record("refused", eta, outcome(later.apply_async, eta=eta, queue="later"))
    record("aware, past", returns(past.apply_async, ("aware",), eta=dt.datetime(2001, 1, 1, tzinfo=dt.UTC)))
    record("naive, past", returns(past.apply_async, ("naive",), eta=dt.datetime(2001, 1, 1)))
    record("text, past", returns(past.apply_async, ("text",), eta="2001-01-01T00:00:00Z"))
