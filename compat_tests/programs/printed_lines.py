"""print(), sys.stderr and warnings within tasks come out in the worker's log, line by line."""

import logging
import sys
import warnings

from celery import Celery, shared_task

from compat_tests.recorder import record

app = Celery("proj")


@shared_task
def prints():
    print("printed", 1, sep=" and ")
    print()
    print("two\nlines")
    print("  indented  ")
    print("half of a line", end="")
    print(", the other half")
    sys.stderr.write("to stderr\n")
    print("also to stderr", file=sys.stderr)
    sys.stdout.writelines(["one\n", "after the other\n"])
    sys.stdout.flush()
    record("proxies", sys.stdout is not sys.__stdout__, sys.stdout.isatty(), sys.stdout.mode, sys.stdout.closed)


@shared_task
def warns():
    warnings.warn("mind the step", UserWarning, stacklevel=1)
    logging.getLogger("py.warnings").warning("as a line")


@shared_task
def prints_within_logging():
    logging.getLogger("proj.own").info("own %s", "line")
    print(b"bytes", None, {"a": "ü"})


def drive(record):
    prints.apply_async(task_id="prints")
    warns.apply_async(task_id="warns")
    prints_within_logging.apply_async(task_id="both")
    record("not in the producer", sys.stdout is sys.__stdout__)
