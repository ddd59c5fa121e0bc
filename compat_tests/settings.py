"""The Django project of the programs: nothing but celery_taskq, on the database that TASKQ_TEST_DATABASE chooses.

Under Celery, programs with DJANGO = True have the same project without the application, on a SQLite in memory.
"""

import os

from tests.settings import DATABASES as _databases
from tests.settings import NAME as _name


def _of_slot_0(database: dict) -> dict:
    name = str(database["NAME"]).replace(_name, f"{_name}_compat0")
    return {**database, "NAME": name, "TEST": {**database["TEST"], "NAME": name}}


if os.environ.get("COMPAT_PACKAGE") == "celery":
    DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
    INSTALLED_APPS = []
else:
    # The harness puts the number of each of its slots in the place of 0.
    DATABASES = {alias: _of_slot_0(database) for alias, database in _databases.items()}
    INSTALLED_APPS = ["celery_taskq"]
SECRET_KEY = "for tests only"
USE_TZ = True
TIME_ZONE = "UTC"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Programs wait for tens of milliseconds; so should the worker.
CELERY_TASKQ_POLL_INTERVAL = 0.02
