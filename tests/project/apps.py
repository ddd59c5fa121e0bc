from django.apps import AppConfig


class ProjectConfig(AppConfig):
    name = "tests.project"

    def ready(self) -> None:
        from tests.project import signals  # noqa: F401 - connects them
