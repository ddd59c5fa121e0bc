"""rate_limit in every form: on the task, from the settings, None and 0; each task runs once, in order, others go on."""

from celery import Celery

from compat_tests.recorder import record

app = Celery("proj")
app.conf.task_default_rate_limit = "1000/s"
runs = []


@app.task(bind=True, rate_limit="20/s")
def limited(self, number):
    runs.append(number)
    record("limited", number, runs, self.rate_limit)


@app.task(bind=True, rate_limit=50)
def as_number(self, number):
    record("as_number", number, self.rate_limit)


@app.task(bind=True)
def by_setting(self):
    record("by_setting", self.rate_limit)


@app.task(bind=True, rate_limit="6000/m", name="per.minute")
def per_minute(self):
    record("per_minute", self.rate_limit)


@app.task(bind=True, rate_limit=0)
def unlimited(self):
    record("unlimited", self.rate_limit)


def drive(record):
    for number in range(4):
        limited.apply_async((number,), task_id=f"limited {number}")
    for number in range(2):
        as_number.apply_async((number,), task_id=f"number {number}")
    for task in (by_setting, per_minute, unlimited):
        task.apply_async(task_id=task.name)
        record("rate_limit", task.name, task.rate_limit)
