"""A small newsletter site: what a project needs to use celery_taskq, and nothing unusual beside it."""

import os
from datetime import timedelta
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent

SECRET_KEY = os.environ.get("NEWSLETTER_SECRET_KEY", "only for this example, which serves nobody but you")
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1", "localhost"]

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "celery_taskq",  # the tasks' table, their admin pages and `manage.py taskq`
    "mailing",
]

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": os.environ.get("NEWSLETTER_DATABASE", BASE_DIR / "newsletter.sqlite3"),
        # Web server and workers write to one file: wait for each other, and ask for the write lock before reading.
        "OPTIONS": {"timeout": 20, "transaction_mode": "IMMEDIATE", "init_command": "PRAGMA journal_mode=WAL"},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Celery's settings under Celery's names.
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {
    "mailing.tasks.send_issue": {"queue": "mail"},
    "mailing.tasks.send_reminder": {"queue": "reminders"},
}

EMAIL_HOST = os.environ.get("NEWSLETTER_SMTP_HOST", "127.0.0.1")
EMAIL_PORT = int(os.environ.get("NEWSLETTER_SMTP_PORT", "25"))
EMAIL_TIMEOUT = 60
DEFAULT_FROM_EMAIL = "Database Weekly <editor@newsletter.example>"

#: How long after sign-up a subscriber is reminded, by plan.
NEWSLETTER_REMIND_AFTER = {"trial": timedelta(days=14), "yearly": timedelta(days=365)}

ROOT_URLCONF = "newsletter.urls"
STATIC_URL = "/static/"
USE_TZ = True
TIME_ZONE = "UTC"
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
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
