"""current_app, set_current and shared tasks that follow the app."""

from celery import Celery, current_app, shared_task

from compat_tests.recorder import record

app = Celery("proj")


@shared_task(bind=True)
def shared(self):
    record("shared", self.app.main, self.name)


@app.task(bind=True)
def own(self):
    record("own", self.app.main)


def drive(record):
    record("current", current_app.main, app.main, shared.app.main, own.app.main)
    other = Celery("other", set_as_current=False)
    record("still", current_app.main, "proj.tasks.shared" in other.tasks, "proj.tasks.own" in other.tasks)
    other.set_current()
    record("now", current_app.main, shared.app.main, own.app.main)
    app.set_current()
    record("back", current_app.main, shared.app.main)
    shared.delay()
    own.delay()
