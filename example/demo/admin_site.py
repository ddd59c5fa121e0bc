"""The admin on what the demo left behind, with a worker and a mail server that by now takes everything.

So a task that is retried in the admin is really run again, and is gone from the list.
"""

from __future__ import annotations

import secrets
import socket
import time

from .preparation import DEMO_DIR, only_one, set_up_django, shown
from .processes import DemoFailed, ManageCommand
from .smtp_server import MailServer

USER = "admin"
FIRST_PORT, LAST_PORT = 8000, 8019
START_LIMIT = 30.0


def serve() -> int:
    """Serve until Ctrl-C."""
    with only_one(), MailServer(willing=True) as server:
        set_up_django(smtp_port=server.port)
        password = _create_superuser()
        port = _free_port()
        site = ("runserver", "--noreload", "--insecure", f"127.0.0.1:{port}")
        worker = ("taskq", "-Q", "default,mail,reminders", "-l", "INFO")
        worker_log, site_log = DEMO_DIR / "worker.log", DEMO_DIR / "admin.log"
        with (
            ManageCommand(*worker, log=worker_log, smtp_port=server.port) as running_worker,
            ManageCommand(*site, log=site_log, smtp_port=server.port) as running_site,
        ):
            _wait_until_served(port, running_site)
            print(f"The admin is at   http://127.0.0.1:{port}/admin/")
            print(f"user              {USER}\npassword          {password}\n")
            _say_what_is_there()
            print("A worker runs, and the mail server takes every address now: a task that you retry is delivered.")
            print(f"Logs: {shown(worker_log)}, {shown(site_log)}. Ctrl-C ends everything.", flush=True)
            while True:
                running_worker.must_run()
                running_site.must_run()
                time.sleep(0.5)


def _create_superuser() -> str:
    """Give the demo's user a new password, and return it."""
    from django.contrib.auth import get_user_model

    password = secrets.token_urlsafe(9)
    user, _ = get_user_model().objects.get_or_create(username=USER, defaults={"email": "admin@newsletter.example"})
    user.is_staff = user.is_superuser = True
    user.set_password(password)
    user.save()
    return password


def _free_port() -> int:
    for port in range(FIRST_PORT, LAST_PORT + 1):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as runserver does
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise DemoFailed(f"the ports {FIRST_PORT} to {LAST_PORT} of 127.0.0.1 are all in use; free one of them")


def _wait_until_served(port: int, site: ManageCommand) -> None:
    given_up = time.monotonic() + START_LIMIT
    while time.monotonic() < given_up:
        site.must_run()
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise DemoFailed(f"the admin does not answer after {START_LIMIT:.0f} s; see {site.log}")


def _say_what_is_there() -> None:
    from celery_taskq.models import Job

    failed, dirty, future = (rows.count() for rows in (Job.objects.failed(), Job.objects.dirty(), Job.objects.future()))
    if failed or dirty or future:
        print(f"There are {failed} failed, {dirty} dirty and {future} future tasks.")
    else:
        print("There are no tasks yet: run `make demo` first for something to look at.")
