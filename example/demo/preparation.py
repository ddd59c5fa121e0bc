"""Before the first step: what the demo needs, said plainly where it is missing; Django with the demo's settings."""

from __future__ import annotations

import fcntl
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from .processes import EXAMPLE, DemoFailed

DEMO_DIR = EXAMPLE.parent / "var" / "demo"


def require_packages() -> None:
    """Raise DemoFailed when something is not installed, with the command that installs it."""
    if sys.version_info < (3, 11):  # noqa: UP036 (started by hand, it may be any Python)
        raise DemoFailed(f"this is Python {sys.version.split()[0]}; celery_taskq needs 3.11 or newer")
    missing = [name for name in ("django", "aiosmtpd", "celery_taskq") if find_spec(name) is None]
    if missing:
        raise DemoFailed(
            f"not installed: {', '.join(missing)}. `make demo` installs everything into .venv and runs this"
        )


def set_up_django(*, smtp_port: int) -> None:
    """Configure Django as the workers will be, and bring the database up to date."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "newsletter.demo_settings"
    os.environ["NEWSLETTER_SMTP_PORT"] = str(smtp_port)
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


@contextmanager
def only_one() -> Iterator[None]:
    """Keep a second demo away from the same files."""
    DEMO_DIR.mkdir(parents=True, exist_ok=True)
    with (DEMO_DIR / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DemoFailed(f"another demo runs in {DEMO_DIR}. Stop it (Ctrl-C), or wait for its end") from None
        yield


def remove_last_run() -> None:
    for file in DEMO_DIR.iterdir():
        if file.name != "lock":
            file.unlink()


def stop_like_ctrl_c() -> None:
    """Let SIGTERM and SIGHUP stop the demo as Ctrl-C does, so that no worker is left behind.

    SIGINT is named too: a shell that starts a command in the background has it ignored.
    """

    def interrupt(number: int, frame: Any) -> None:
        raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)


def shown(path: Path) -> str:
    """The path as a person at the project's top would type it."""
    return os.path.relpath(path, EXAMPLE.parent)
