"""Names: given, from module and function, of classes, and looked up in the registry."""

from celery import Celery, Task, current_app, shared_task

from compat_tests.recorder import outcome, record

app = Celery("proj")


@app.task
def automatic():
    record("automatic", automatic.name)


@app.task(name="billing.send-invoice")
def given():
    record("given", given.name)


@shared_task(name="übung.täglich")
def not_ascii():
    record("not_ascii", not_ascii.name)


class ReportTask(Task):
    def run(self):
        record("ReportTask", self.name)


class NamedTask(Task):
    name = "reports.named"

    def run(self):
        record("NamedTask", self.name)


report = app.register_task(ReportTask())
named = app.register_task(NamedTask)


def drive(record):
    for each in (automatic, given, not_ascii, report, named):
        record("name", each.name, str(each), each.name in app.tasks)
        each.delay()
    record("registry", app.tasks["proj.tasks.automatic"] == automatic, app.tasks["reports.named"] == named)
    record("own tasks", sorted(name for name in app.tasks if not name.startswith("celery.")))
    record("unknown", outcome(lambda: app.tasks["no.such"]))
    record("get", app.tasks.get("no.such"))
    record("current app", current_app.main, current_app.tasks is app.tasks)
    record("gen_task_name", app.gen_task_name("name", "some.module"), app.gen_task_name("name", "__main__"))
