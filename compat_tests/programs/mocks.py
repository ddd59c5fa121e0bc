"""Tasks as tests mock them: delay, apply_async, retry, run and whole tasks, by name."""

from unittest import mock

from celery import shared_task
from celery.exceptions import Retry

from compat_tests.recorder import outcome, record, returns


@shared_task
def send(address):
    record("send", address)
    return address


@shared_task(bind=True)
def flaky(self, x):
    try:
        1 / x  # noqa: B018
    except ZeroDivisionError as exc:
        raise self.retry(exc=exc, countdown=5)
    return x


def register(address):
    return send.delay(address)


def drive(record):
    with mock.patch("proj.tasks.send.delay") as delay:
        register("a")
        record("delay", delay.call_args, delay.call_count)
    with mock.patch("proj.tasks.send.apply_async") as apply_async:
        register("b")
        record("apply_async through delay", apply_async.call_args)
        send.s("c").delay()
        record("apply_async through a signature", apply_async.call_count)
    with mock.patch("proj.tasks.send") as whole:
        register("d")
        record("whole", whole.delay.call_args)
    with mock.patch.object(send, "delay", side_effect=OSError("broker down")):
        record("side effect", outcome(register, "e"))
    with mock.patch("proj.tasks.flaky.retry", side_effect=Retry()) as retry:
        record(
            "retry",
            outcome(flaky, 0),
            type(retry.call_args.kwargs["exc"]).__name__,
            retry.call_args.kwargs["countdown"],
        )
    with mock.patch("proj.tasks.flaky.retry", side_effect=Retry()):
        record("retry, eager", flaky.apply((0,)).state)
    with mock.patch.object(flaky, "run", return_value="mocked"):
        record("run", flaky.run(1))
    with mock.patch("proj.tasks.flaky.max_retries", 0):
        record("attribute", flaky.max_retries, outcome(flaky.apply((0,)).get))
    record("restored", flaky.max_retries, returns(register, "sent at last"))
    record("run directly", send.run("g"), send("h"))
