"""current_app and current_task outside, in a worker, in nested calls, in threads, and as proxies."""

import threading

import celery
from celery import Celery, current_app, current_task, shared_task
from celery._state import get_current_app, get_current_task, get_current_worker_task

from compat_tests.recorder import outcome, record

app = Celery("proj")


def seen():
    task = get_current_task()
    worker_task = get_current_worker_task()
    return (
        current_task.name if current_task else None,
        current_task.request.id if current_task else None,
        task and task.name,
        worker_task and worker_task.name,
    )


@shared_task
def outer():
    record("outer", seen(), current_app.main, current_app == app, get_current_app() is app)
    inner()
    inner.apply(task_id="applied")
    record("outer again", seen())
    found = []
    thread = threading.Thread(target=lambda: found.append((seen(), current_app.main)))
    thread.start()
    thread.join()
    record("in a thread", found)


@app.task(bind=True)
def inner(self):
    record("inner", seen(), current_task == self, current_task.request is self.request, self.app is app)


@app.task
def fails():
    record("before", seen())
    raise ValueError("x")


@app.task
def after_failure():
    record("after a failure", seen(), current_task == after_failure, repr(current_task))


def drive(record):
    record("outside", seen(), bool(current_task), current_task is None, current_task == None)  # noqa: E711
    record("attribute", outcome(lambda: current_task.request), outcome(lambda: current_task.name))
    record(
        "app", current_app.main, current_app == app, celery.current_app == app, app.current_task, repr(current_app)[:14]
    )
    record("current_worker_task", app.current_worker_task, outcome(lambda: current_app.tasks is app.tasks))
    inner()
    record("after a direct call", seen())
    record("applied", outer.apply(task_id="eager outer").state)
    for task in (outer, fails, after_failure):
        task.apply_async(task_id=task.name.rpartition(".")[2])
