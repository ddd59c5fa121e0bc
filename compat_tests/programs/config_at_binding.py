"""Tasks take settings when they are bound; what the task says itself wins."""

from celery import Celery

from compat_tests.recorder import outcome, record

app = Celery("proj")
app.conf.update(task_acks_late=True, task_time_limit=90, task_soft_time_limit=80, task_ignore_result=True)


@app.task(bind=True)
def from_config(self):
    record(
        "in worker", self.acks_late, self.time_limit, self.soft_time_limit, self.ignore_result, self.request.timelimit
    )


@app.task(bind=True, acks_late=False, time_limit=10, soft_time_limit=5, ignore_result=False)
def own(self):
    record(
        "in worker", self.acks_late, self.time_limit, self.soft_time_limit, self.ignore_result, self.request.timelimit
    )


def drive(record):
    record("from_config", from_config.acks_late, from_config.time_limit, from_config.ignore_result)
    record("own", own.acks_late, own.time_limit, own.ignore_result)
    from_config.delay()
    own.delay()
    app.conf.task_time_limit = 70
    record("a bound task keeps", from_config.time_limit)

    @app.task(name="late")
    def late():
        pass

    record("one bound later", late.time_limit)
    record("conf", app.conf.task_default_queue, app.conf["task_acks_late"], app.conf.get("nope", 7))
    record("unknown setting", outcome(lambda: app.conf.nope), outcome(lambda: app.conf["nope"]))
