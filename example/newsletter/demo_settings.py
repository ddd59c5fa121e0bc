"""The example's settings with everything that takes days made to take seconds, for `make demo`."""

from datetime import timedelta

from .settings import *  # noqa: F403
from .settings import BASE_DIR, CELERY_TASK_ROUTES, DATABASES, INSTALLED_APPS, NEWSLETTER_REMIND_AFTER

#: What the demo leaves behind: the database, and the worker's log.
DEMO_DIR = BASE_DIR.parent / "var" / "demo"

INSTALLED_APPS = [*INSTALLED_APPS, "demo"]
DATABASES["default"]["NAME"] = DEMO_DIR / "newsletter.sqlite3"

CELERY_TASK_ROUTES = {**CELERY_TASK_ROUTES, "demo.tasks.no_op": {"queue": "measure"}}

# A worker is given up after 3 s without a sign of life. In a real project leave it at 30 s:
# a task in one long call into C, which cannot be interrupted, is not a crash.
CELERY_TASKQ_DIRTY_AFTER = 3

NEWSLETTER_REMIND_AFTER = {**NEWSLETTER_REMIND_AFTER, "trial": timedelta(seconds=10)}
