"""One Django project for all tests; TASKQ_TEST_DATABASE chooses what it runs on.

TASKQ_TEST_DATABASE: sqlite (the default), postgresql or mariadb.
TASKQ_POSTGRESQL, TASKQ_MARIADB: where the servers are, as user@host:port.
"""

import os
import re
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent
DATABASE = os.environ.get("TASKQ_TEST_DATABASE", "sqlite")
# A name of its own for each checkout and interpreter, so that two runs on one server do not meet.
NAME = os.environ.get("TASKQ_TEST_NAME", f"taskq_{os.getuid()}_{os.getpid()}")


def _server(variable: str, default: str) -> dict[str, str]:
    match = re.fullmatch(r"([^@]+)@([^:]+):(\d+)", os.environ.get(variable, default))
    if match is None:
        raise ValueError(f"{variable}={os.environ[variable]!r} is not user@host:port")
    return dict(zip(("USER", "HOST", "PORT"), match.groups(), strict=True))


if DATABASE == "sqlite":
    _file = str(BASE_DIR.parent / "var" / f"{NAME}.sqlite3")
    Path(_file).parent.mkdir(exist_ok=True)
    _default = {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": _file,
        # Workers are other processes: the test database is a file, and Django's own connection waits for theirs.
        "TEST": {"NAME": _file},
        "OPTIONS": {"timeout": 20, "transaction_mode": "IMMEDIATE"},
    }
elif DATABASE == "postgresql":
    _default = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": NAME,
        "TEST": {"NAME": NAME},
        **_server("TASKQ_POSTGRESQL", "postgres@127.0.0.1:5432"),
    }
elif DATABASE == "mariadb":
    _default = {
        "ENGINE": "django.db.backends.mysql",
        "NAME": NAME,
        "TEST": {"NAME": NAME, "CHARSET": "utf8mb4"},
        "OPTIONS": {"charset": "utf8mb4", "isolation_level": "read committed"},
        **_server("TASKQ_MARIADB", "root@127.0.0.1:3306"),
    }
else:
    raise ValueError(f"TASKQ_TEST_DATABASE={DATABASE!r}: expected sqlite, postgresql or mariadb")

DATABASES = {"default": _default}
if "TASKQ_TEST_CONN_MAX_AGE" in os.environ:
    _default["CONN_MAX_AGE"] = int(os.environ["TASKQ_TEST_CONN_MAX_AGE"])
CELERY_TASKQ_DIRTY_AFTER = float(os.environ.get("TASKQ_TEST_DIRTY_AFTER", "30"))
CELERY_TASKQ_POLL_INTERVAL = float(os.environ.get("TASKQ_TEST_POLL_INTERVAL", "1"))
SECRET_KEY = "for tests only"
DEBUG = False
USE_TZ = True
TIME_ZONE = "Europe/Riga"
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "tests.urls"
STATIC_URL = "/static/"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "celery_taskq",
    "tests.project",
]
if os.environ.get("TASKQ_TEST_LEAN"):
    # For measuring a worker and not what a project loads beside it.
    INSTALLED_APPS = ["celery_taskq", "tests.project"]
    ROOT_URLCONF = "tests.project.urls"
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
