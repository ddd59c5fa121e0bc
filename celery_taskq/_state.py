"""Which app and which task are current, in this thread; no app needs to exist for it."""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from .local import Proxy
from .utils.threads import LocalStack

if TYPE_CHECKING:
    from .app.base import Celery

__all__ = (
    "connect_on_app_finalize",
    "current_app",
    "current_task",
    "get_current_app",
    "get_current_task",
    "get_current_worker_task",
    "set_default_app",
)

#: What threads without an app of their own use: the first app of a Django project, or one that is made on demand.
default_app: Any = None
#: Whether ``default_app`` was made on demand; an app that the project makes later takes its place.
_default_is_implicit = False

_apps: weakref.WeakSet[Any] = weakref.WeakSet()
#: Called with every app when it is finalized; shared tasks are made here. Ordered, so that names collide predictably.
_on_app_finalizers: dict[Callable[[Any], Any], None] = {}

_task_join_will_block = False


class _Local(threading.local):
    current_app: Any = None
    #: The request that retry() is sending again; send_task() then hands over the message instead of storing it.
    retrying: Any = None
    #: The id of the task that a worker runs, and what stores its progress.
    reporting: tuple[Any, Callable[[str], None]] | None = None


_tls = _Local()
_default_lock = threading.RLock()

#: The tasks that run in this thread, the innermost last.
_task_stack = LocalStack()
push_current_task = _task_stack.push
pop_current_task = _task_stack.pop


def connect_on_app_finalize(callback: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Call it with every app that is finalized from now on."""
    _on_app_finalizers[callback] = None
    return callback


def _announce_app_finalized(app: Any) -> None:
    for callback in list(_on_app_finalizers):
        callback(app)


def _set_task_join_will_block(blocks: bool) -> None:
    global _task_join_will_block
    _task_join_will_block = blocks


def task_join_will_block() -> bool:
    """Whether waiting for a result now could wait for ever."""
    return _task_join_will_block


@contextmanager
def joins(allowed: bool) -> Iterator[None]:
    """Within it, ``get()`` of a result is allowed or refused."""
    before = _task_join_will_block
    _set_task_join_will_block(not allowed)
    try:
        yield
    finally:
        _set_task_join_will_block(before)


def set_default_app(app: Any) -> None:
    """The app for all threads that have none of their own."""
    global default_app, _default_is_implicit
    default_app, _default_is_implicit = app, False


def _make_default_app() -> None:
    global default_app, _default_is_implicit
    from .app.base import Celery

    with _default_lock:
        if default_app is None:
            app = Celery("default", set_as_current=False, implicit=True)
            default_app, _default_is_implicit = app, True


def get_current_app() -> Celery:
    """This thread's app, else the default app, which is made when there is none."""
    app = _tls.current_app or default_app
    if app is None:
        _make_default_app()
        app = default_app
    return app


def _set_current_app(app: Any) -> None:
    _tls.current_app = app


def reporter_of(task_id: Any) -> Callable[[str], None] | None:
    """What stores the progress of this task, if it is the one that a worker runs in this thread."""
    reporting = _tls.reporting
    return reporting[1] if reporting is not None and reporting[0] == task_id else None


def is_retrying(task_id: Any) -> bool:
    """Whether this call is the one with which retry() sends a worker's run again."""
    request = _tls.retrying
    return request is not None and request.id == task_id


def get_current_task() -> Any:
    """The innermost task that runs, or None."""
    return _task_stack.top


def get_current_worker_task() -> Any:
    """The innermost task that was not called like a function, or None."""
    for task in reversed(_task_stack.stack):
        if not task.request.called_directly:
            return task
    return None


current_app: Any = Proxy(get_current_app)
current_task: Any = Proxy(get_current_task)


def _register_app(app: Any) -> None:
    _apps.add(app)


def _deregister_app(app: Any) -> None:
    _apps.discard(app)


def _get_active_apps() -> weakref.WeakSet[Any]:
    return _apps


def app_or_default(app: Any = None) -> Any:
    """``app``, or the current one."""
    return get_current_app() if app is None else app


def django_is_in_use() -> bool:
    """Whether this process belongs to a Django project, as Celery tells it."""
    return bool(os.environ.get("DJANGO_SETTINGS_MODULE"))
