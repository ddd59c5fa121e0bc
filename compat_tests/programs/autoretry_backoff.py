"""autoretry_for with retry_backoff and without jitter: the delays, taken from the message; run in eager mode."""

from celery import Celery
from celery.exceptions import Retry

app = Celery("proj")


def make(label, **options):
    options.setdefault("retry_jitter", False)

    @app.task(bind=True, name=label, autoretry_for=(OSError,), **options)
    def task(self):
        raise OSError("down")

    return task


tasks = [
    make("no backoff"),
    make("True", retry_backoff=True),
    make("5", retry_backoff=5),
    make("0.5", retry_backoff=0.5),
    make("2.9", retry_backoff=2.9),
    make("False", retry_backoff=False),
    make("0", retry_backoff=0),
    make("max", retry_backoff=4, retry_backoff_max=10, max_retries=6),
    make("kwargs countdown", retry_kwargs={"countdown": 7}),
    make("kwargs countdown and backoff", retry_kwargs={"countdown": 7}, retry_backoff=3),
    make("kwargs max_retries", retry_kwargs={"max_retries": 2}, retry_backoff=1),
    make("default_retry_delay", default_retry_delay=11),
    make("max_retries", max_retries=1, retry_backoff=True),
]


def drive(record):
    for task in tasks:
        record(task.name, task.max_retries, task.default_retry_delay)
        for retries in range(8):
            # As if a worker ran it for the n-th time; the retry goes to a queue that nobody reads.
            task.push_request(
                id=f"{task.name} {retries}",
                retries=retries,
                called_directly=False,
                args=[],
                kwargs={},
                delivery_info={"exchange": "", "routing_key": "later", "priority": 0},
            )
            try:
                task.run()
            except Retry as exc:
                record("retry", retries, exc.when, exc.exc)
            except Exception as exc:
                record("gives up", retries, exc)
                break
            finally:
                task.pop_request()
