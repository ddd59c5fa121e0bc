"""The app and the decorator that needs none: ``Celery`` and ``shared_task``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from celery_taskq import _state
from celery_taskq._state import app_or_default, pop_current_task, push_current_task
from celery_taskq.local import Proxy

if TYPE_CHECKING:
    from .base import Celery

__all__ = ("Celery", "app_or_default", "default_app", "pop_current_task", "push_current_task", "shared_task")

#: Proxy to the default app.
default_app: Any = Proxy(lambda: _state.default_app)


def __getattr__(name: str) -> Any:
    if name == "Celery":
        from .base import Celery

        return Celery
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def shared_task(*args: Any, **kwargs: Any) -> Any:
    """Make a task that every app has; the decorator works before there is an app.

    ``@shared_task``, ``@shared_task(name=…, bind=True, …)``; keywords that Celery does not know become attributes
    of the task. What it returns stands for the task of the app that is current when it is used.
    """

    def create_shared_task(**options: Any) -> Callable[[Callable[..., Any]], Any]:
        def decorate(fun: Callable[..., Any]) -> Any:
            if type(fun) is Proxy:
                raise TypeError(
                    "@shared_task was applied more than once to the same function. "
                    "Remove the extra @shared_task decorator."
                )
            name = options.get("name")

            def make(app: Celery) -> Any:
                return app._task_from_fun(fun, **options)

            _state.connect_on_app_finalize(make)
            # Apps that are finalized already would not be told any more.
            for app in list(_state._get_active_apps()):
                if app.finalized:
                    with app._finalize_mutex:
                        make(app)

            def task_of_current_app() -> Any:
                app = _state.get_current_app()
                return app.tasks[name or app.gen_task_name(fun.__name__, fun.__module__)]

            return Proxy(task_of_current_app)

        return decorate

    if len(args) == 1 and callable(args[0]):
        return create_shared_task(**kwargs)(args[0])
    return create_shared_task(*args, **kwargs)
