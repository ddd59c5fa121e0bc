"""Logging of a worker process, set up as Celery does: one handler on the root, another one for tasks' own lines."""

from __future__ import annotations

import logging
import os
import sys
import warnings
from logging.handlers import WatchedFileHandler
from typing import Any

from celery_taskq import signals
from celery_taskq._state import get_current_task
from celery_taskq.exceptions import CDeprecationWarning, CPendingDeprecationWarning
from celery_taskq.utils.log import ColorFormatter, LoggingProxy, get_logger, mlevel
from celery_taskq.utils.nodenames import node_format

__all__ = ("Logging", "TaskFormatter", "setup_logging")


class TaskFormatter(ColorFormatter):
    """Knows ``%(task_name)s`` and ``%(task_id)s`` of the task that logs."""

    def format(self, record: logging.LogRecord) -> str:
        task = get_current_task()
        if task and task.request:
            record.__dict__.update(task_id=task.request.id, task_name=task.name)
        else:
            record.__dict__.setdefault("task_name", "???")
            record.__dict__.setdefault("task_id", "???")
        return super().format(record)


def setup_logging(app: Any, loglevel: Any = "INFO", logfile: Any = None, hostname: str | None = None) -> Any:
    """Set up logging for a worker command."""
    conf = app.conf
    return app.log.setup(
        loglevel,
        logfile,
        redirect_stdouts=conf.worker_redirect_stdouts,
        redirect_level=conf.worker_redirect_stdouts_level,
        hostname=hostname,
    )


class Logging:
    """``app.log``."""

    #: Once in a process; a receiver of the signal setup_logging counts, too.
    already_setup = False

    def __init__(self, app: Any) -> None:
        self.app = app
        conf = app.conf
        self.loglevel = logging.WARNING
        self.format = conf.worker_log_format
        self.datefmt = conf.worker_log_datefmt
        self.task_format = conf.worker_task_log_format
        self.task_datefmt = conf.worker_task_log_datefmt
        self.colorize = conf.worker_log_color

    def setup(
        self,
        loglevel: Any = None,
        logfile: Any = None,
        redirect_stdouts: bool = False,
        redirect_level: Any = "WARNING",
        colorize: bool | None = None,
        hostname: str | None = None,
    ) -> Any:
        """Loggers, warnings, and what is printed; returns the receivers that took over, if any did."""
        handled = self.setup_logging_subsystem(mlevel(loglevel), logfile, colorize=colorize, hostname=hostname)
        if not handled and redirect_stdouts:
            self.redirect_stdouts(redirect_level)
        warnings.filterwarnings("always", category=CDeprecationWarning)
        warnings.filterwarnings("always", category=CPendingDeprecationWarning)
        logging.captureWarnings(True)
        return handled

    def setup_logging_subsystem(
        self,
        loglevel: Any = None,
        logfile: Any = None,
        format: str | None = None,
        colorize: bool | None = None,
        hostname: str | None = None,
        datefmt: str | None = None,
        **kwargs: Any,
    ) -> Any:
        """Configure the root and the task logger, unless a receiver of setup_logging does; once in a process."""
        if Logging.already_setup:
            return None
        if logfile and hostname:
            logfile = node_format(logfile, hostname)
        Logging.already_setup = True
        loglevel = mlevel(loglevel or self.loglevel)
        format = format or self.format
        colorize = self.supports_color(colorize, logfile)
        said = {"loglevel": loglevel, "logfile": logfile, "format": format, "colorize": colorize}
        receivers = signals.setup_logging.send(sender=None, **said)
        for _, response in receivers:
            if isinstance(response, Exception):
                Logging.already_setup = False
                raise response
        if receivers:
            return receivers
        root = logging.getLogger()
        if self.app.conf.worker_hijack_root_logger:
            root.handlers = []
            for name in ("celery", "celery.task", "celery.redirected"):
                get_logger(name).handlers = []
        self.setup_handlers(root, logfile, format, colorize, datefmt=self.datefmt if datefmt is None else datefmt)
        root.setLevel(loglevel)
        signals.after_setup_logger.send(sender=None, logger=root, **said)
        self.setup_task_loggers(loglevel, logfile, colorize=colorize)
        return receivers

    def setup_task_loggers(
        self,
        loglevel: Any = None,
        logfile: Any = None,
        format: str | None = None,
        colorize: bool | None = None,
        propagate: bool = False,
        datefmt: str | None = None,
        **kwargs: Any,
    ) -> logging.Logger:
        """Configure the logger of which ``get_task_logger`` makes children."""
        loglevel = mlevel(loglevel or self.loglevel)
        format = format or self.task_format
        colorize = self.supports_color(colorize, logfile)
        datefmt = self.task_datefmt if datefmt is None else datefmt
        logger = self.setup_handlers(
            get_logger("celery.task"), logfile, format, colorize, formatter=TaskFormatter, datefmt=datefmt
        )
        logger.setLevel(loglevel)
        logger.propagate = propagate
        signals.after_setup_task_logger.send(
            sender=None, logger=logger, loglevel=loglevel, logfile=logfile, format=format, colorize=colorize
        )
        return logger

    def setup_handlers(
        self,
        logger: logging.Logger,
        logfile: Any,
        format: str,
        colorize: bool,
        formatter: Any = ColorFormatter,
        datefmt: str | None = None,
        **kwargs: Any,
    ) -> logging.Logger:
        """Give a logger a handler, unless it has one."""
        if not any(not isinstance(handler, logging.NullHandler) for handler in logger.handlers):
            handler = self._handler(logfile)
            handler.setFormatter(formatter(format, use_color=colorize, datefmt=datefmt))
            logger.addHandler(handler)
        return logger

    def _handler(self, logfile: Any) -> logging.Handler:
        stream: Any = sys.__stderr__ if logfile is None else logfile
        return (
            logging.StreamHandler(stream) if hasattr(stream, "write") else WatchedFileHandler(stream, encoding="utf-8")
        )

    def redirect_stdouts(self, loglevel: Any = None, name: str = "celery.redirected") -> None:
        """What is printed goes to a logger."""
        self.redirect_stdouts_to_logger(get_logger(name), loglevel=loglevel)

    def redirect_stdouts_to_logger(
        self, logger: logging.Logger, loglevel: Any = None, stdout: bool = True, stderr: bool = True
    ) -> LoggingProxy:
        """Put a logger in the place of the standard outputs."""
        proxy = LoggingProxy(logger, loglevel)
        if stdout:
            sys.stdout = proxy
        if stderr:
            sys.stderr = proxy
        return proxy

    def supports_color(self, colorize: bool | None = None, logfile: Any = None) -> bool:
        """Whether lines are coloured: as said, else where they go to a terminal."""
        colorize = self.colorize if colorize is None else colorize
        if colorize is None:
            return not logfile and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        return bool(colorize)

    def get_default_logger(self, name: str = "celery", **kwargs: Any) -> logging.Logger:
        return get_logger(name)
