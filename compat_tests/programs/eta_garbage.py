"""Text that is no instant, as eta or expires."""

from celery import shared_task

from compat_tests.recorder import outcome, record


@shared_task
def later():
    record("must not run")


def drive(record):
    record("eta", outcome(lambda: later.apply_async(eta="tomorrow", queue="later") and "sent"))
    record("expires", outcome(lambda: later.apply_async(expires="junk", queue="later") and "sent"))
