"""argsrepr and kwargsrepr: made by Celery, or given so that secrets do not show."""

from celery import shared_task

from compat_tests.recorder import record


@shared_task(bind=True, max_retries=1)
def task(self, *args, **kwargs):
    record("shown", self.request.argsrepr, self.request.kwargsrepr)
    if kwargs.get("again"):
        raise self.retry(countdown=0, exc=ValueError("no secret"))


def drive(record):
    task.delay()
    task.delay(1, "two", None, b=[1, {"c": 2.5}])
    task.apply_async(("secret",), {"password": "x"}, argsrepr="(<hidden>,)", kwargsrepr="{'password': '***'}")
    task.delay("x" * 3000, y=list(range(1000)))
    task.delay("ü\n", again=True)
