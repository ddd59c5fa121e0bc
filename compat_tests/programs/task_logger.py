"""get_task_logger and plain loggers within tasks, print, and the worker's own lines around them."""

import logging

from celery import shared_task
from celery.utils.log import get_logger, get_task_logger

from compat_tests.recorder import record

logger = get_task_logger(__name__)
plain = logging.getLogger(__name__ + ".plain")


@shared_task
def task(x):
    logger.debug("not shown at INFO")
    logger.info("working on %s", x)
    plain.warning("plain warning")
    logger.error("an error")
    try:
        1 / 0  # noqa: B018
    except ZeroDivisionError:
        logger.exception("handled")
    record("loggers", logger.name, logger.parent.name, get_logger("x").name)
    return x


def drive(record):
    task.delay(5)
