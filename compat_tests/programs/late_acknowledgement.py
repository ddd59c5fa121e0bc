"""acks_late and its companions by settings, option, class, annotation; late tasks that fail, retry, reject."""

from celery import Celery, Task
from celery.exceptions import Ignore, Reject

from compat_tests.recorder import record

app = Celery("proj")
app.conf.update(
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_acks_on_failure_or_timeout=False,
    task_annotations={"proj.tasks.annotated": {"acks_late": False}},
)
NAMES = (
    "acks_late acks_on_failure_or_timeout acks_on_failure acks_on_timeout reject_on_worker_lost retry_on_worker_lost"
).split()


class Early(Task):
    acks_late = False
    reject_on_worker_lost = False


@app.task(bind=True)
def by_setting(self):
    record("by setting", self.acks_late, self.request.delivery_info["redelivered"])


@app.task(acks_late=False, acks_on_failure=True)
def by_option():
    record("by option")


@app.task(base=Early)
def by_class():
    record("by class")


@app.task
def annotated():
    record("annotated")


@app.task(bind=True, max_retries=1, acks_on_failure=True, acks_on_timeout=True)
def late(self, how):
    record("late", how, self.request.retries)
    if how == "fail":
        raise ValueError(how)
    if how == "retry":
        raise self.retry(countdown=0)
    if how == "ignore":
        raise Ignore
    if how == "reject":
        raise Reject(how, requeue=False)


def drive(record):
    for task in (by_setting, by_option, by_class, annotated, late):
        record("attributes", task.name, {name: getattr(task, name) for name in NAMES})
    for task in (by_setting, by_option, by_class, annotated):
        task.apply_async(task_id=task.name)
    for how in ("succeed", "fail", "retry", "ignore", "reject"):
        late.apply_async((how,), task_id=how)
