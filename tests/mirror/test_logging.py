"""Logging of a worker process."""

from __future__ import annotations

import io
import logging
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from celery_taskq import Celery, signals
from celery_taskq.app.log import Logging, TaskFormatter, setup_logging
from celery_taskq.utils.log import LoggingProxy, get_task_logger


@pytest.fixture(autouse=True)
def logging_is_restored() -> Iterator[None]:
    loggers = [logging.getLogger(name) for name in (None, "celery", "celery.task", "celery.redirected")]
    before = [(list(logger.handlers), logger.level, logger.propagate) for logger in loggers]
    streams = sys.stdout, sys.stderr
    filters = list(warnings.filters)
    Logging.already_setup = False
    yield
    for logger, (handlers, level, propagate) in zip(loggers, before, strict=True):
        for handler in set(logger.handlers) - set(handlers):
            handler.close()
        logger.handlers, logger.propagate = handlers, propagate
        logger.setLevel(level)
    sys.stdout, sys.stderr = streams
    warnings.filters[:] = filters  # type: ignore[index]
    logging.captureWarnings(False)
    Logging.already_setup = False


def line(logger: str | logging.Logger, text: str) -> str:
    record = logging.LogRecord("x", logging.INFO, "f", 1, text, (), None)
    found = logging.getLogger(logger) if isinstance(logger, str) else logger
    return found.handlers[-1].format(record)


def test_a_worker_logs_as_celerys_does(app: Celery, tmp_path: Path) -> None:
    setup_logging(app, "info", logfile=str(tmp_path / "log"))
    assert logging.getLogger().level == logging.INFO
    assert line("", "hello").endswith(": INFO/MainProcess] hello")
    assert line("celery.task", "hello").endswith(": INFO/MainProcess] ???[???]: hello")
    assert logging.getLogger("celery.task").propagate is False


def test_what_tasks_print_goes_to_the_log(app: Celery, tmp_path: Path) -> None:
    setup_logging(app, "INFO", logfile=str(tmp_path / "log"))
    print("printed")
    assert "WARNING/MainProcess] printed\n" in (tmp_path / "log").read_text()


def test_it_hijacks_the_root_logger_unless_it_must_not(app: Celery) -> None:
    own = logging.NullHandler()
    logging.getLogger().handlers = [own]
    app.log.setup("INFO", logfile=io.StringIO())
    assert own not in logging.getLogger().handlers
    logging.getLogger().handlers = [mine := logging.StreamHandler(io.StringIO())]
    Logging.already_setup = False
    app.conf.worker_hijack_root_logger = False
    app.log.setup("INFO", logfile=io.StringIO())
    assert logging.getLogger().handlers == [mine]


def test_a_receiver_takes_logging_over(app: Celery) -> None:
    before = list(logging.getLogger().handlers)
    seen: list[Any] = []
    signals.setup_logging.connect(lambda loglevel, **kwargs: seen.append(loglevel), weak=False)
    assert setup_logging(app, "INFO")
    assert (seen, logging.getLogger().handlers, sys.stdout is not None) == ([20], before, True)
    assert not isinstance(sys.stdout, LoggingProxy)


def test_receivers_are_told_of_both_loggers(app: Celery, events: Any) -> None:
    seen = events("after_setup_logger", "after_setup_task_logger")
    app.log.setup("INFO", logfile=io.StringIO())
    assert [(name, kwargs["logger"].name) for name, kwargs in seen] == [
        ("after_setup_logger", "root"),
        ("after_setup_task_logger", "celery.task"),
    ]
    assert sorted(seen[0][1]) == ["colorize", "format", "logfile", "logger", "loglevel", "sender"]


def test_logging_is_set_up_once(app: Celery, events: Any) -> None:
    seen = events("after_setup_logger")
    app.log.setup("INFO", logfile=io.StringIO())
    app.log.setup("INFO", logfile=io.StringIO())
    assert len(seen) == 1


def test_lines_of_a_task_carry_its_name_and_id(app: Celery) -> None:
    logger = get_task_logger("my.module")
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(TaskFormatter("%(task_name)s[%(task_id)s]: %(message)s", use_color=False))
    logger.handlers, logger.propagate = [handler], False
    logger.setLevel("INFO")

    @app.task(name="p.t")
    def speak() -> None:
        logger.info("inside")

    speak.apply(task_id="TID")
    speak()
    logger.info("outside")
    assert stream.getvalue() == "p.t[TID]: inside\np.t[None]: inside\n???[???]: outside\n"
