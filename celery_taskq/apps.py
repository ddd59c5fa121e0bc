"""Django's entry: tells the queue where its settings are, and registers the checks."""

from django.apps import AppConfig

from ._state import get_current_app
from .jobs import config


class CeleryTaskqConfig(AppConfig):
    name = "celery_taskq"
    verbose_name = "Task queue"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import checks  # noqa: F401 - it imports models, which Django has loaded only now

        config.source = lambda: get_current_app().conf
