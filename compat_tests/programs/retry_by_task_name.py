"""retry() by the task's own name, unbound: my_task.retry(…), my_task.request.retries, and of another task."""

from celery import Celery, shared_task

from compat_tests.recorder import chained, record

app = Celery("proj")


@shared_task(max_retries=2)
def download(url):
    record("download", url, download.request.retries, download.request.id)
    try:
        raise ConnectionError("refused")
    except ConnectionError as exc:
        raise download.retry(exc=exc, countdown=0)


@app.task(default_retry_delay=0)
def without_raise(x):
    record("without_raise", x, without_raise.request.retries)
    if without_raise.request.retries < 1:
        without_raise.retry((x + 1,))
    return x


@app.task
def other(x):
    record("other", x)


@app.task
def retries_another(x):
    # other does not run here: this is other's own, empty request.
    record("of another task", chained(other.retry, (x,)), other.request.called_directly, other.request.retries)


@app.task(bind=True, max_retries=1)
def by_registry(self):
    task = self.app.tasks[self.name]
    record("by_registry", task is self, task.request.retries)
    if not task.request.retries:
        raise task.retry(countdown=0)


def drive(record):
    download.apply_async(("http://example.org",), task_id="download")
    without_raise.apply_async((1,), task_id="without_raise")
    retries_another.apply_async((1,), task_id="retries_another")
    by_registry.apply_async(task_id="by_registry")
    record("direct", chained(download, "direct"), chained(without_raise, 5))
