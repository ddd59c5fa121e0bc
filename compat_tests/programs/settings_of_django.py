"""Settings of a Django project: CELERY_ names, override_settings, discovered tasks, signals of the app."""

import sys
import types

from celery import Celery, current_app, shared_task, signals
from django.conf import settings
from django.test import override_settings

from compat_tests.recorder import outcome, record

DJANGO = True

app = Celery("proj")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@app.on_after_configure.connect
def configured(sender, source=None, **kwargs):
    record("on_after_configure", sender.main, source is not None, sorted(kwargs))


@app.on_after_finalize.connect
def finalized(sender, **kwargs):
    record("on_after_finalize", sender.main, sender.finalized, sorted(kwargs))


@signals.import_modules.connect
def imports(sender=None, **kwargs):
    record("import_modules", sender.main, sorted(kwargs))


@app.task(bind=True, ignore_result=True)
def debug_task(self):
    record("debug_task", self.request.id, self.app.conf.timezone, current_app.conf.task_time_limit)


@shared_task
def shared():
    record("shared", settings.USE_TZ, sys.modules[shared.__module__].app.main)


settings.CELERY_TASK_TIME_LIMIT = 30 * 60
settings.CELERY_TASK_ROUTES = {"nobody.*": {"queue": "nowhere"}}
settings.CELERY_OWN_SETTING = {"a": 1}


def drive(record):
    record("not yet", app.configured, app.finalized)
    record("read", app.conf.task_time_limit, app.conf.task_routes, app.conf.own_setting, app.configured)
    record("zone", app.conf.timezone, str(app.timezone), app.conf.enable_utc, app.now().tzinfo is not None)
    record("Django's own", app.conf.get("SECRET_KEY"), app.conf.get("DEBUG", "none"), outcome(lambda: app.conf.nope))
    with override_settings(CELERY_TASK_TIME_LIMIT=5, CELERY_LATER=1):
        record("overridden", app.conf.task_time_limit, app.conf.get("later"), debug_task.time_limit)
    record("back", app.conf.task_time_limit, app.conf.get("later"))
    package = types.ModuleType("package_without_tasks")
    package.__path__ = []
    sys.modules["package_without_tasks"] = package
    record("without tasks", app.autodiscover_tasks(["package_without_tasks"], force=True))
    record("no such package", outcome(app.autodiscover_tasks, ["no_such_package"], force=True))
    record(
        "lazily", app.autodiscover_tasks(lambda: ["package_without_tasks"]), app.autodiscover_tasks(related_name="jobs")
    )
    record("names", debug_task.name, shared.name, [cls.__name__ for cls in type(debug_task).__mro__[1:4]])
    debug_task.apply_async(task_id="debug")
    shared.apply_async(task_id="shared")
