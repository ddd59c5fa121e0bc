"""Exceptions of all kinds: with causes, without arguments, with own __str__, not picklable, from deep within."""

from celery import Task, shared_task

from compat_tests.recorder import record


class Hooked(Task):
    def on_failure(self, exc, task_id, args, kwargs, einfo):
        record("on_failure", exc, einfo.traceback.strip().splitlines()[-1])

    def after_return(self, status, retval, task_id, args, kwargs, einfo):
        record("after_return", status, retval)


class Own(Exception):
    def __init__(self, code, text):
        super().__init__(code, text)
        self.code = code

    def __str__(self):
        return f"own error {self.code}"


@shared_task(base=Hooked)
def fails(how):
    if how == "cause":
        try:
            {}["missing"]
        except KeyError as exc:
            raise RuntimeError("outer") from exc
    if how == "own":
        raise Own(7, "text")
    if how == "deep":
        deep(3)
    if how == "unicode":
        raise ValueError("ünïcode\nsecond line \0 end")
    if how == "assert":
        raise AssertionError
    raise {"empty": ValueError(), "many": ValueError(1, "two"), "long": ValueError("x" * 5000)}[how]


def deep(n):
    if n:
        deep(n - 1)
    raise NotImplementedError(n)


def drive(record):
    for how in ("cause", "own", "deep", "unicode", "assert", "empty", "many", "long"):
        fails.apply_async((how,), task_id=how)
