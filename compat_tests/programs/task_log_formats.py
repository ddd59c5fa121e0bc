"""TaskFormatter and get_task_logger: the task's name and id in lines, outside of tasks, nested, and own formats."""

import io
import logging

from celery import Celery, signals
from celery.app.log import TaskFormatter
from celery.utils.log import LOG_LEVELS, ColorFormatter, get_logger, get_task_logger, mlevel

from compat_tests.recorder import outcome, record

app = Celery("proj")
logger = get_task_logger(__name__)
lines = io.StringIO()
handler = logging.StreamHandler(lines)
handler.setFormatter(TaskFormatter("%(levelname)s %(task_name)s[%(task_id)s] %(name)s: %(message)s", use_color=False))


def written():
    text = lines.getvalue()
    lines.seek(0)
    lines.truncate()
    return text.splitlines()


@app.task(bind=True)
def task(self, x):
    logger.info("inside %s", x)
    record("lines of the logger", written())
    if x == "outer":
        inner("called")
        logger.warning("after the call")
        inner.apply(("applied",), task_id="applied")
        record("lines of the nested", written())


@app.task
def inner(x):
    logger.info("inner %s", x)


@signals.after_setup_task_logger.connect
def add_handler(logger=None, loglevel=None, logfile=None, format=None, colorize=None, **kwargs):
    record("after_setup_task_logger", logger.name, loglevel, logfile, format, sorted(kwargs))
    logger.addHandler(handler)


@signals.after_setup_logger.connect
def look(logger=None, loglevel=None, logfile=None, format=None, **kwargs):
    record("after_setup_logger", logger.name, loglevel, logfile, format, len(logger.handlers), sorted(kwargs))


def drive(record):
    line = logging.LogRecord("n", logging.INFO, "path", 1, "hello %s", ("you",), None)
    record("outside", handler.format(line))
    record("formats", app.conf.worker_log_format, app.conf.worker_task_log_format)
    record("parents", logger.parent.name, logger.parent.parent.name, get_logger("celery.x").parent.name)
    record("same", get_task_logger(__name__) is logger, get_task_logger("other").parent.name)
    for name in ("celery", "celery.task"):
        record("reserved", outcome(get_task_logger, name))
    record("child", get_task_logger("celery.task.x").parent.name, get_task_logger("celery.x").parent.name)
    record("mlevel", [mlevel(level) for level in ("INFO", "debug".upper(), 10, None, 0)], outcome(mlevel, "nope"))
    record("levels", LOG_LEVELS["ERROR"], LOG_LEVELS["FATAL"], LOG_LEVELS[20])
    plain = ColorFormatter("%(levelname)s %(message)s", use_color=False)
    record("plain", plain.format(line), plain.format(logging.LogRecord("n", 40, "p", 1, "ü\x1b[31m", (), None)))
    coloured = ColorFormatter("%(message)s", use_color=True)
    record("coloured", coloured.format(logging.LogRecord("n", logging.ERROR, "p", 1, "red", (), None)))
    record("not text", coloured.format(logging.LogRecord("n", logging.ERROR, "p", 1, {"a": 1}, (), None)))
    task.apply_async(("plain",), task_id="plain")
    task.apply_async(("outer",), task_id="outer")
    task.apply_async(("shadowed",), task_id="shadowed", shadow="other.name")
