"""before_start, on_success, on_failure, on_retry and after_return with their arguments, among the signals."""

from celery import Task, shared_task

from compat_tests.recorder import record, show


class Hooked(Task):
    def before_start(self, task_id, args, kwargs):
        record("before_start", task_id, args, kwargs, self.request.id)

    def on_success(self, retval, task_id, args, kwargs):
        record("on_success", retval, task_id, args, kwargs)

    def on_failure(self, exc, task_id, args, kwargs, einfo):
        record("on_failure", exc, task_id, args, kwargs, str(einfo).splitlines()[0], einfo.type, show(einfo.exception))

    def on_retry(self, exc, task_id, args, kwargs, einfo):
        record("on_retry", exc, task_id, args, kwargs, str(einfo).strip().splitlines()[-1])

    def after_return(self, status, retval, task_id, args, kwargs, einfo):
        record("after_return", status, retval, task_id, args, kwargs, einfo)


@shared_task(base=Hooked)
def succeeds(x, y=2):
    record("body", x, y)
    return {"sum": x + y}


@shared_task(base=Hooked)
def fails(x):
    record("body", x)
    raise ValueError(f"bad {x}")


@shared_task(base=Hooked, bind=True, max_retries=1)
def retries(self, x, *, key):
    record("body", x, key, self.request.retries)
    try:
        raise OSError("down")
    except OSError as exc:
        raise self.retry(exc=exc, countdown=0) from exc


@shared_task(base=Hooked, bind=True, max_retries=1)
def retries_without_exc(self):
    if not self.request.retries:
        raise self.retry(countdown=0)


def drive(record):
    succeeds.apply_async((1,), {"y": 5}, task_id="succeeds")
    fails.apply_async((7,), task_id="fails")
    retries.apply_async((1,), {"key": "k"}, task_id="retries")
    retries_without_exc.apply_async(task_id="retries without exc")
