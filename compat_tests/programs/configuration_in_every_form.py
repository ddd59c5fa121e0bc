"""app.conf by class, object, module, dict, keywords and environment; defaults, unknown keys, old names, mixed."""

import os
import types

from celery import Celery

from compat_tests.recorder import outcome, record

app = Celery("proj", task_default_priority=4)


class Config:
    task_default_queue = "by class"
    task_time_limit = 77
    own_setting = "mine"


class OldNames:
    CELERY_TASK_SERIALIZER = "json"
    CELERY_DEFAULT_QUEUE = "old"
    CELERYD_TASK_TIME_LIMIT = 66


class Mixed:
    CELERY_DEFAULT_QUEUE = "old"
    task_time_limit = 5


class Prefixed:
    JOBS_TASK_DEFAULT_QUEUE = "prefixed"
    JOBS_TASK_TIME_LIMIT = 44
    JOBS_OWN = 1
    OTHER = 2


NAMES = ("task_default_queue", "task_time_limit", "task_serializer", "task_ignore_result", "own_setting")


def made(source=None, **options):
    """The settings of a new app that is configured from this."""
    new = Celery("configured", set_as_current=False, **options)
    if source is not None:
        new.config_from_object(source)
    return {name: new.conf.get(name, "none") for name in NAMES}


@app.task(bind=True)
def task(self):
    record("ran", self.request.delivery_info["priority"], self.app.conf.task_default_priority, self.app.conf.own)


app.conf.own = "of the project"


def drive(record):
    module = types.ModuleType("settings_module")
    module.task_default_queue = "by module"
    record("nothing", made())
    for source in (Config, Config(), "proj.tasks:Config", module, OldNames):
        record("by object", getattr(source, "__name__", type(source).__name__), made(source))
    record("mixed", outcome(made, Mixed).partition("(")[0])
    record("keywords", made(task_default_queue="by keyword", own_setting=1), made(changes={"task_time_limit": 3}))
    record("dict", outcome(made, {"task_default_queue": "by dict"}))
    record("missing", outcome(made, "no.such.module"), outcome(made, "proj.tasks:Nothing").partition("(")[0])
    prefixed = Celery("prefixed", set_as_current=False)
    prefixed.config_from_object(Prefixed, namespace="JOBS")
    record("prefixed", prefixed.conf.task_default_queue, prefixed.conf.task_time_limit, prefixed.conf.get("OTHER"))
    record("own, prefixed", prefixed.conf.get("own"), prefixed.conf.get("JOBS_OWN"))
    os.environ["JOBS_CONFIG"] = "proj.tasks:Config"
    by_environment = Celery("environment", set_as_current=False)
    record("environment", by_environment.config_from_envvar("JOBS_CONFIG"), by_environment.conf.task_time_limit)
    record("unset", outcome(by_environment.config_from_envvar, "NOT_SET").partition("(")[0])
    record("unset, silently", by_environment.config_from_envvar("NOT_SET", silent=True))
    conf = Celery("changed", set_as_current=False).conf
    conf.task_time_limit = 5
    conf["task_soft_time_limit"] = 4
    conf.update({"task_track_started": True}, result_expires=60)
    record("changed", conf.task_time_limit, conf["task_soft_time_limit"], conf.task_track_started, conf.result_expires)
    record("get", conf.get("task_time_limit"), conf.get("nope"), conf.get("nope", 7))
    record("in", "task_time_limit" in conf, "nope" in conf, "task_default_queue" in conf, len(conf) > 100)
    record("unknown", outcome(lambda: conf.nope), outcome(lambda: conf["nope"]))
    record("old names", conf.CELERYD_TASK_TIME_LIMIT, conf.get("CELERY_DEFAULT_QUEUE"), conf.CELERY_ALWAYS_EAGER)
    late = Celery("late", set_as_current=False)
    late.add_defaults({"task_time_limit": 9, "own_setting": "default"})
    late.add_defaults(lambda: {"own_setting": "lazy"})
    record("add_defaults", late.conf.task_time_limit, late.conf.own_setting, late.configured)
    record("before first use", Celery("unused", set_as_current=False).configured)
    task.delay()
