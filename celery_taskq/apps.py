"""Django's entry: names the application."""

from django.apps import AppConfig


class CeleryTaskqConfig(AppConfig):
    name = "celery_taskq"
    verbose_name = "Task queue"
    default_auto_field = "django.db.models.BigAutoField"
