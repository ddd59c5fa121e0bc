"""retry() with new args and kwargs: what is given replaces, what is not given stays."""

from celery import shared_task

from compat_tests.recorder import record


@shared_task(bind=True)
def task(self, x, y="old", z="old", **how):
    record("attempt", self.request.retries, x, y, z, how, self.request.args, self.request.kwargs)
    if self.request.retries == 0:
        raise self.retry(countdown=0, **changes[how.get("how", x)])


changes = {
    "both": {"args": ["both", "new"], "kwargs": {"z": "new"}},
    "args": {"args": ("args", "new")},
    "kwargs": {"kwargs": {"z": "new", "how": "kwargs"}},
    "by name": {"kwargs": {"x": "by name", "y": "new"}},
    "empty": {"args": (), "kwargs": {"x": "empty"}},
    "none": {"args": None, "kwargs": None},
}


@shared_task(bind=True)
def positional(self, x):
    record("positional", self.request.retries, x)
    if self.request.retries == 0:
        raise self.retry([x + 1], {}, None, True, None, 0, 5)


def drive(record):
    for how in changes:
        task.apply_async((how, "first"), task_id=f"positional {how}")
        task.apply_async((), {"x": how, "y": "first", "how": how}, task_id=f"keywords {how}")
    positional.apply_async((1,), task_id="positional")
