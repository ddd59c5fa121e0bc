"""Starting manage.py commands beside the demo, and stopping them again whatever happens."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

EXAMPLE = Path(__file__).resolve().parent.parent
#: Seconds for the running tasks to finish, one of which may wait for the mail server; then for giving them up.
WARM_STOP, COLD_STOP = 6.0, 4.0


class DemoFailed(Exception):
    """The demo cannot go on; the message is for the person who started it."""


class ManageCommand:
    """``manage.py ARGUMENTS`` running from ``with`` to the end of the block, in a process group of its own.

    Its own group, so that Ctrl-C reaches the demo only, which then stops everything in order.
    """

    def __init__(self, *arguments: str, log: Path, smtp_port: int) -> None:
        self.arguments, self.log = arguments, log
        self._environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "newsletter.demo_settings",
            "NEWSLETTER_SMTP_PORT": str(smtp_port),
            "PYTHONUNBUFFERED": "1",
        }

    def __enter__(self) -> ManageCommand:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "manage.py", *self.arguments],
                cwd=EXAMPLE,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        return self

    def __exit__(self, *exc: object) -> None:
        # Asked once, a worker ends after its task; asked again, at once.
        for patience in (WARM_STOP, COLD_STOP):
            if self._process.poll() is None:
                self._process.terminate()
                try:
                    self._process.wait(patience)
                except subprocess.TimeoutExpired:
                    pass  # asked again, or killed below
        # Whatever the command has started must not outlive the demo either.
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass  # nothing is left of it
        self._process.wait()

    def must_run(self) -> None:
        """Raise DemoFailed, with the end of its log, when the command has ended by itself."""
        status = self._process.poll()
        if status is not None:
            last_lines = "\n    ".join(self.log.read_text(errors="replace").splitlines()[-15:])
            raise DemoFailed(
                f"`manage.py {' '.join(self.arguments)}` has ended by itself with status {status}. "
                f"The end of {self.log}:\n    {last_lines}"
            )
