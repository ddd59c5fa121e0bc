"""A serializer that the project registers with kombu, allowed by accept_content; and one that is not allowed."""

import datetime as dt
import json

from celery import Celery
from kombu.serialization import register, registry

from compat_tests.recorder import outcome, record


class Money:
    def __init__(self, amount, currency):
        self.amount, self.currency = amount, currency

    def __repr__(self):
        return f"{self.amount} {self.currency}"


def encode(value):
    def default(item):
        if isinstance(item, Money):
            return {"money": [item.amount, item.currency]}
        if isinstance(item, dt.timedelta):
            return {"seconds": item.total_seconds()}
        raise TypeError(f"no way to write {type(item).__name__}")

    return json.dumps(value, default=default)


def decode(text):
    def hook(found):
        if "money" in found:
            return Money(*found["money"])
        return dt.timedelta(seconds=found["seconds"]) if "seconds" in found else found

    return json.loads(text, object_hook=hook)


register("money-json", encode, decode, content_type="application/x-money-json", content_encoding="utf-8")
register("shout", lambda value: json.dumps(value).upper(), json.loads, content_type="application/x-shout")

app = Celery("proj")
app.conf.update(task_serializer="money-json", accept_content=["money-json", "json"])


@app.task(bind=True, max_retries=1)
def pay(self, money, within=None):
    record("pay", money, type(money).__name__, within, self.request.retries)
    if not self.request.retries and within:
        raise self.retry(countdown=0)


@app.task(serializer="json")
def plain(x):
    record("plain", x)


def drive(record):
    pay.delay(Money(5, "EUR"))
    pay.apply_async((Money(7, "USD"),), {"within": dt.timedelta(hours=2)}, task_id="retried")
    record("not taken", outcome(pay.delay, {1})[:60], outcome(plain.delay, Money(1, "EUR")))
    plain.delay([1, "a"])
    plain.s(Money(9, "EUR")).set(serializer="money-json").apply_async(task_id="by signature")
    record("unknown", outcome(plain.apply_async, (1,), serializer="no-such"))
    record("registered", "money-json" in registry.name_to_type, registry.name_to_type["shout"])
    app.conf.task_always_eager = True
    record("eager", outcome(lambda: pay.delay(Money(3, "GBP")).state))
