"""task_annotations change attributes of tasks: by name, for all, as a list, and a method with an @."""

from celery import Celery

from compat_tests.recorder import record

app = Celery("proj")


def on_failure(self, exc, task_id, args, kwargs, einfo):
    record("annotated on_failure", self.name, exc)


class AddFour:
    def annotate(self, task):
        if task.name.endswith("other"):
            return {"max_retries": 4, "colour": "green"}


app.conf.task_annotations = [
    {"proj.tasks.breaks": {"default_retry_delay": 5, "rate_limit": "1000/m"}, "*": {"owner": "team"}},
    AddFour(),
]


@app.task(bind=True)
def breaks(self):
    record("breaks", self.default_retry_delay, self.rate_limit, self.owner, self.max_retries)


@app.task(bind=True, max_retries=1)
def other(self):
    record("other", self.default_retry_delay, self.owner, self.max_retries, self.colour)


def drive(record):
    record("breaks", breaks.default_retry_delay, breaks.rate_limit, breaks.owner)
    record("other", other.max_retries, other.owner, other.colour)
    breaks.delay()
    other.delay()
