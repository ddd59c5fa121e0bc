"""A project's own task decorators: partial(shared_task, …), a class that decorates, and one that adds a lock."""

import functools

from celery import Celery, Task, shared_task
from celery.exceptions import Ignore

from compat_tests.recorder import outcome, record

app = Celery("proj")

idempotent_task = functools.partial(shared_task, acks_late=True, ignore_result=True)
app_task = functools.partial(app.task, bind=True, max_retries=2)
held = set()


class Tracked(Task):
    def before_start(self, task_id, args, kwargs):
        record("tracked", self.name, args, kwargs)


class tracked:
    """Used as @tracked and as @tracked(option=…)."""

    def __new__(cls, function=None, **options):
        decorate = shared_task(base=Tracked, **options)
        return decorate if function is None else decorate(function)


def single(key, **options):
    """Runs at most one task per key at a time."""

    def decorate(function):
        @shared_task(name=f"single.{function.__name__}", **options)
        @functools.wraps(function)
        def locked(*args, **kwargs):
            name = key.format(*args, **kwargs)
            if name in held:
                raise Ignore(f"{name} is held")
            held.add(name)
            try:
                return function(*args, **kwargs)
            finally:
                held.discard(name)

        return locked

    return decorate


@idempotent_task
def touch(x):
    record("touch", x, touch.acks_late, touch.ignore_result)


@idempotent_task(bind=True, ignore_result=False)
def touch_again(self, x):
    record("touch_again", x, self.acks_late, self.ignore_result)


@app_task
def fetch(self, url):
    record("fetch", url, self.request.retries)
    if self.request.retries < 1:
        self.retry(countdown=0)


@app_task(max_retries=0)
def fetch_once(self, url):
    record("fetch_once", url, self.max_retries)


@tracked
def visit(page):
    record("visit", page)


@tracked(name="visits.count")
def count(page, *, times=1):
    record("count", page, times)


@single("report-{0}")
def report(number):
    """Writes a report."""
    record("report", number, sorted(held))
    if number == 1:
        record("nested", outcome(report, 1), outcome(report, 2))


def drive(record):
    for task in (touch, touch_again, fetch, fetch_once, visit, count, report):
        record("name", task.name, task.__name__)
    record("documented", report.__doc__)
    touch.delay(1)
    touch_again.delay(2)
    fetch.delay("http://example.org")
    fetch_once.delay("http://example.org")
    visit.delay("home")
    count.delay("home", times=3)
    report.delay(1)
    record("checked as the function", outcome(visit.delay), outcome(fetch.delay))
