"""The worker's command line: its arguments, and what is wrong with them."""

from __future__ import annotations

import argparse
import logging
import socket
from typing import Any

from ..messages import MAX_QUEUE
from ..worker.process import WorkerOptions

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL", "FATAL")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of Celery's worker command that apply here, with its names."""
    parser.add_argument(
        "-Q",
        "--queues",
        type=queue_names,
        default=[],
        metavar="A,B",
        help="queues to consume, comma-separated; default: task_queues, else task_default_queue",
    )
    parser.add_argument("-l", "--loglevel", type=level, default="WARNING", help=f"one of {', '.join(LEVELS)}")
    parser.add_argument("-c", "--concurrency", type=process_count, default=1, help="how many processes; default: 1")
    parser.add_argument("-n", "--hostname", default="celery@%h", help="node name; %%h is the machine's name")


def worker_options(arguments: dict[str, Any]) -> WorkerOptions:
    """Parsed arguments as the worker takes them."""
    host = socket.gethostname()
    hostname = arguments["hostname"].replace("%h", host)
    return WorkerOptions(
        queues=arguments["queues"],
        hostname=hostname if "@" in hostname else f"{hostname}@{host}",
        concurrency=arguments["concurrency"],
        loglevel=arguments["loglevel"],
    )


def queue_names(text: str) -> list[str]:
    """``a,b`` as a list, without blanks and repetitions."""
    names = list(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    if not names:
        raise argparse.ArgumentTypeError(f"{text!r} names no queue. Give names, separated by commas: -Q default,mail")
    for name in names:
        if len(name) > MAX_QUEUE:
            raise argparse.ArgumentTypeError(
                f"queue name {name[:40]!r}… has {len(name)} characters, {MAX_QUEUE} are allowed"
            )
    return names


def level(text: str) -> str:
    """A level's name, in any case."""
    name = text.upper()
    if name not in LEVELS or not isinstance(logging.getLevelName(name), int):
        raise argparse.ArgumentTypeError(f"{text!r} is no log level. Give one of {', '.join(LEVELS)}")
    return name


def process_count(text: str) -> int:
    """A number of processes, at least 1."""
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of processes. Give 1 or more: -c 2")
    return int(text)
