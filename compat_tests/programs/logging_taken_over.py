"""A receiver of setup_logging takes logging over: dictConfig, own filters, extra fields, levels, handlers."""

import io
import logging
import logging.config

from celery import Celery, signals
from celery.utils.log import get_task_logger

from compat_tests.recorder import record

app = Celery("proj")
logger = get_task_logger("proj.own")
stream = io.StringIO()


class WithTask(logging.Filter):
    def filter(self, line):
        from celery import current_task

        line.task = f"{current_task.name}[{current_task.request.id}]" if current_task else "no task"
        return True


@signals.setup_logging.connect
def configure(loglevel=None, logfile=None, format=None, colorize=None, **kwargs):
    record("setup_logging", logging.getLevelName(loglevel), logfile, format is not None, colorize, sorted(kwargs))
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "filters": {"task": {"()": WithTask}},
            "formatters": {"own": {"format": "%(levelname)s|%(task)s|%(name)s|%(message)s"}},
            "handlers": {
                "own": {"class": "logging.StreamHandler", "stream": stream, "formatter": "own", "filters": ["task"]}
            },
            "loggers": {"proj": {"level": "DEBUG"}, "celery": {"level": "INFO"}},
            "root": {"handlers": ["own"], "level": "WARNING"},
        }
    )


@signals.after_setup_logger.connect
@signals.after_setup_task_logger.connect
def never(**kwargs):
    record("never: logging was taken over")


@app.task(bind=True)
def task(self, x):
    logger.debug("debug %s", x)
    logger.info("info", extra={"order": x})
    logging.getLogger("proj.tasks").warning("of the project")
    logging.getLogger("elsewhere").info("too quiet")
    print("printed")
    record("lines", [line for line in stream.getvalue().splitlines() if "|proj" in line])
    names = ("celery", "celery.task", "celery.app.trace", "proj", "")
    record("levels", {name: logging.getLogger(name).getEffectiveLevel() for name in names})
    record("handlers", [len(logging.getLogger(name).handlers) for name in ("", "celery.task", "proj")])
    record("propagates", logging.getLogger("celery.task").propagate, logger.parent.name)


def drive(record):
    task.apply_async((1,), task_id="one")
