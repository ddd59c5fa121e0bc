"""throws: an expected exception is logged as INFO and without a traceback; it is a failure all the same."""

from celery import Task, shared_task

from compat_tests.recorder import record


class NotFound(LookupError):
    pass


class Hooked(Task):
    def on_failure(self, exc, task_id, args, kwargs, einfo):
        record("on_failure", exc, isinstance(exc, self.throws))


@shared_task(base=Hooked, throws=(LookupError,))
def expected():
    raise NotFound("not there")


@shared_task(base=Hooked, throws=(LookupError,))
def unexpected():
    raise ValueError("not this")


@shared_task(base=Hooked, throws=LookupError)
def one_class():
    raise KeyError("k")


def drive(record):
    expected.delay()
    unexpected.delay()
    one_class.delay()
