"""Celery: the app. It knows the tasks and the configuration, and sends."""

from __future__ import annotations

import threading
import warnings
from collections import deque
from collections.abc import Callable
from functools import cached_property
from types import GenericAlias
from typing import Any

from kombu.utils.uuid import uuid

from celery_taskq import _state, result, signals
from celery_taskq._state import _task_stack
from celery_taskq.canvas import refuse_links, signature
from celery_taskq.exceptions import AlwaysEagerIgnored
from celery_taskq.local import PromiseProxy, maybe_evaluate
from celery_taskq.utils.dispatch import Signal
from celery_taskq.utils.imports import gen_task_name, instantiate, symbol_by_name

from . import registration
from .annotations import prepare as prepare_annotations
from .configuration import Configured
from .registry import TaskRegistry
from .settings import Settings, django_settings
from .unsupported import WithoutBroker
from .utils import appstr

__all__ = ("Celery",)

_OMITTED: Any = object()


class Celery(WithoutBroker, Configured):
    """An app. Most arguments speak to a broker or to a result backend; they are kept in ``conf`` and have no effect."""

    main: str | None = None
    amqp_cls: Any = "celery_taskq.app.amqp:AMQP"
    loader_cls: Any = "celery_taskq.app.loader:AppLoader"
    log_cls: Any = "celery_taskq.app.log:Logging"
    control_cls: Any = "celery_taskq.app.control:Control"
    task_cls: Any = "celery_taskq.app.task:Task"
    registry_cls: Any = TaskRegistry
    on_configure: Any = None
    on_after_configure: Any = None
    on_after_finalize: Any = None
    on_after_fork: Any = None

    def __init__(
        self,
        main: str | None = None,
        loader: Any = None,
        backend: Any = None,
        amqp: Any = None,
        events: Any = None,
        log: Any = None,
        control: Any = None,
        set_as_current: bool = True,
        tasks: Any = None,
        broker: Any = None,
        include: Any = None,
        changes: Any = None,
        config_source: Any = None,
        fixups: Any = None,
        task_cls: Any = None,
        autofinalize: bool = True,
        namespace: str | None = None,
        strict_typing: bool = True,
        config_source_silent: bool = False,
        **kwargs: Any,
    ) -> None:
        # The app of a project that made none; it reads Django's settings and finds all tasks.
        implicit = kwargs.pop("implicit", False)
        self.main = main
        self.amqp_cls = amqp or self.amqp_cls
        self.loader_cls = self.loader_cls if loader is None or isinstance(loader, str) else loader
        self.log_cls = log or self.log_cls
        self.control_cls = control or self.control_cls
        self.set_as_current = set_as_current
        self.autofinalize = autofinalize
        self.namespace = "CELERY" if implicit else namespace
        self.strict_typing = strict_typing
        self.configured = False
        self.finalized = False
        self._config_source = django_settings if implicit else config_source
        self._config_source_silent = config_source_silent
        self._local = threading.local()
        self._finalize_mutex = threading.RLock()
        self._pending: deque[Any] = deque()
        self._pending_defaults: deque[Callable[[], Any]] = deque()
        self._duplicate_task_names_warned: set[str] = set()
        self._tasks = tasks if isinstance(tasks, TaskRegistry) else self.registry_cls(tasks or {})
        said = {"broker_url": broker, "result_backend": backend, "include": include, **kwargs}
        preconf = dict(changes or {}, **{name: value for name, value in said.items() if value is not None})
        self._conf = Settings(preconf, self._load_config)
        self.on_configure = self.on_configure or Signal(name="app.on_configure")
        self.on_after_configure = Signal(name="app.on_after_configure", providing_args={"source"})
        self.on_after_finalize = Signal(name="app.on_after_finalize")
        self.on_after_fork = Signal(name="app.on_after_fork")
        self._fit_django(task_cls, implicit)
        if set_as_current:
            self.set_current()
        self.on_init()
        _state._register_app(self)

    def _fit_django(self, task_cls: Any, implicit: bool) -> None:
        custom = task_cls or (type(self).task_cls != Celery.task_cls and type(self).task_cls)
        self.task_cls = custom or self.task_cls
        if not _state.django_is_in_use():
            return
        if not custom:
            self.task_cls = "celery_taskq.contrib.django.task:DjangoTask"
        if implicit:
            self.autodiscover_tasks()
        elif _state.default_app is None or (_state._default_is_implicit and self.set_as_current):
            # All threads of the project are to use its app, and not one that was made on demand before.
            self.set_default()

    def on_init(self) -> None:
        """Override: called at the end of ``__init__``."""

    def set_current(self) -> None:
        """The app of this thread."""
        _state._set_current_app(self)

    def set_default(self) -> None:
        """The app of all threads without one."""
        _state.set_default_app(self)

    def close(self) -> None:
        """Shared tasks are not added to it any more."""
        _state._deregister_app(self)

    # -- tasks

    def task(self, *args: Any, **opts: Any) -> Any:
        """Decorator, with and without arguments: make a task of a function.

        Unknown keywords become attributes of the task. What it returns stands for the task until it is first used.
        """
        if len(args) == 1:
            if callable(args[0]):
                return self._task_decorator(**opts)(args[0])
            raise TypeError("argument 1 to @task() must be a callable")
        if args:
            raise TypeError(f"@task() takes exactly 1 argument ({len(args) + len(opts)} given)")
        return self._task_decorator(**opts)

    def _task_decorator(self, shared: bool = True, filter: Any = None, lazy: bool = True, **opts: Any) -> Any:
        def decorate(fun: Callable[..., Any]) -> Any:
            if shared:
                _state.connect_on_app_finalize(lambda app: app._task_from_fun(fun, **opts))
            if not lazy or self.finalized:
                task = self._task_from_fun(fun, **opts)
            else:
                task = PromiseProxy(self._task_from_fun, (fun,), opts, __doc__=fun.__doc__)
                self._pending.append(task)
            return filter(task) if filter else task

        return decorate

    def _task_from_fun(self, fun: Callable[..., Any], **options: Any) -> Any:
        if not self.finalized and not self.autofinalize:
            raise RuntimeError("Contract breach: app not finalized")
        return registration.task_from_function(self, fun, options)

    def register_task(self, task: Any, **options: Any) -> Any:
        """Add a task class or an instance of one."""
        return registration.register_task(self, task, options)

    def gen_task_name(self, name: str, module: str) -> str:
        """The name of a task that was given none."""
        return gen_task_name(self, name, module)

    def finalize(self, auto: bool = False) -> None:
        """Make all tasks that were declared so far; later ones are made at once."""
        with self._finalize_mutex:
            if self.finalized:
                return
            if auto and not self.autofinalize:
                raise RuntimeError("Contract breach: app not finalized")
            self.finalized = True
            _state._announce_app_finalized(self)
            while self._pending:
                maybe_evaluate(self._pending.popleft())
            for task in list(self._tasks.values()):
                task.bind(self)
            self.on_after_finalize.send(sender=self)

    @cached_property
    def tasks(self) -> TaskRegistry:
        """The registry; the app is finalized when it is first asked for."""
        self.finalize(auto=True)
        return self._tasks

    @cached_property
    def Task(self) -> Any:
        """The base class of this app's tasks."""
        return self.create_task_cls()

    def create_task_cls(self) -> Any:
        return self.subclass_with_self(self.task_cls, name="Task", attribute="_app", keep_reduce=True, abstract=True)

    def subclass_with_self(
        self,
        Class: Any,
        name: str | None = None,
        attribute: str = "app",
        reverse: str | None = None,
        keep_reduce: bool = False,
        **kw: Any,
    ) -> Any:
        """A subclass whose ``attribute`` is this app."""
        Class = symbol_by_name(Class)
        attributes = {attribute: self, "__module__": Class.__module__, "__doc__": Class.__doc__, **kw}
        return type(name or Class.__name__, (Class,), attributes)

    @cached_property
    def annotations(self) -> list[Any]:
        return prepare_annotations(self.conf.task_annotations)

    def autodiscover_tasks(self, packages: Any = None, related_name: str | None = "tasks", force: bool = False) -> None:
        """Import the ``tasks`` module of each package when a worker starts, or at once with ``force``.

        Arguments:
            packages: names, or a function that returns them; Django's installed apps when empty.
        """
        if force:
            self.loader.discover(packages, related_name)
            return

        def discover(**kwargs: Any) -> None:
            self.loader.discover(packages, related_name)

        signals.import_modules.connect(discover, weak=False, sender=self)

    # -- sending

    def send_task(
        self,
        name: str,
        args: Any = None,
        kwargs: Any = None,
        countdown: Any = None,
        eta: Any = None,
        task_id: Any = None,
        producer: Any = None,
        connection: Any = None,
        router: Any = None,
        result_cls: Any = None,
        expires: Any = _OMITTED,
        publisher: Any = None,
        link: Any = None,
        link_error: Any = None,
        add_to_parent: bool = True,
        group_id: Any = None,
        group_index: Any = None,
        retries: int = 0,
        chord: Any = None,
        reply_to: Any = None,
        time_limit: Any = _OMITTED,
        soft_time_limit: Any = _OMITTED,
        root_id: Any = None,
        parent_id: Any = None,
        route_name: Any = None,
        shadow: Any = None,
        chain: Any = None,
        task_type: Any = None,
        replaced_task_nesting: int = 0,
        **options: Any,
    ) -> Any:
        """Send a task by its name, in the transaction that is open now; the worker alone needs to know the task."""
        if link or link_error or chain or chord:
            refuse_links(link, link_error, {"chain": chain, "chord": chord})
        task_id = task_id or uuid()
        again = _state.is_retrying(task_id)
        if self.conf.task_always_eager and not again:
            warnings.warn(AlwaysEagerIgnored("task_always_eager has no effect on send_task"), stacklevel=2)
        if task_type is None:
            task_type = self._tasks.get(name)
            if task_type is not None:
                options = {**task_type._get_exec_options(), **options}
        pop = options.pop
        of_task = pop("expires", None), pop("time_limit", None), pop("soft_time_limit", None)
        # An explicit None clears what the task says.
        expires = of_task[0] if expires is _OMITTED else expires
        time_limit = of_task[1] if time_limit is _OMITTED else time_limit
        soft_time_limit = of_task[2] if soft_time_limit is _OMITTED else soft_time_limit
        ignore_result = pop("ignore_result", None)
        argsrepr, kwargsrepr = pop("argsrepr", None), pop("kwargsrepr", None)
        origin, stamped_headers = pop("origin", None), pop("stamped_headers", None)
        amqp = self.amqp
        options = (router or amqp.router).route(options, route_name or name, args, kwargs, task_type)
        # Routers see them, and may add some.
        headers = options.pop("headers", None)
        # Also for a retry: in Celery a run that is sent again without a parent is its own child.
        parent = _state.get_current_worker_task() if _task_stack.stack else None
        if parent is not None:
            request = parent.request
            root_id = root_id or request.root_id or request.id
            parent_id = parent_id or request.id
            if self.conf.task_inherit_parent_priority and request.delivery_info:
                options.setdefault("priority", request.delivery_info.get("priority"))
        draft = amqp.create_task_message(
            task_id,
            name,
            args,
            kwargs,
            countdown,
            eta,
            expires,
            options,
            headers=headers,
            argsrepr=argsrepr,
            kwargsrepr=kwargsrepr,
            origin=origin,
            stamped_headers=stamped_headers,
            ignore_result=ignore_result,
            group_id=group_id,
            group_index=group_index,
            retries=retries,
            reply_to=reply_to,
            time_limit=time_limit,
            soft_time_limit=soft_time_limit,
            root_id=root_id,
            parent_id=parent_id,
            shadow=shadow,
            replaced_task_nesting=replaced_task_nesting,
        )
        if signals.before_task_publish.receivers:
            draft.announce(name)
        message = draft.message()
        if again:
            # retry(): the worker writes it over the row of the run.
            _state._tls.retrying._retry_message = message
        else:
            self.jobs.enqueue(message)
        if signals.after_task_publish.receivers or signals.task_sent.receivers:
            draft.report(name)
        sent = (result_cls or self.AsyncResult)(task_id)
        sent.ignored = ignore_result
        if add_to_parent and parent is not None:
            parent.add_trail(sent)
        return sent

    @cached_property
    def jobs(self) -> Any:
        """The rows. The one import downwards that waits until it is needed: models need a configured Django."""
        from celery_taskq import jobs

        return jobs

    def signature(self, *args: Any, **kwargs: Any) -> Any:
        """A signature that is bound to this app."""
        return signature(*args, **{**kwargs, "app": self})

    # -- parts

    @cached_property
    def amqp(self) -> Any:
        return instantiate(self.amqp_cls, app=self)

    @cached_property
    def loader(self) -> Any:
        return instantiate(self.loader_cls, app=self)

    @cached_property
    def log(self) -> Any:
        return instantiate(self.log_cls, app=self)

    @cached_property
    def control(self) -> Any:
        return instantiate(self.control_cls, app=self)

    @cached_property
    def AsyncResult(self) -> Any:
        return self.subclass_with_self(result.AsyncResult)

    @cached_property
    def ResultSet(self) -> Any:
        return self.subclass_with_self(result.ResultSet)

    @cached_property
    def GroupResult(self) -> Any:
        return self.subclass_with_self(result.GroupResult)

    @property
    def current_task(self) -> Any:
        """The innermost task that runs in this thread, or None."""
        return _task_stack.top

    @property
    def current_worker_task(self) -> Any:
        """The innermost one that was not called like a function, or None."""
        return _state.get_current_worker_task()

    @property
    def thread_oid(self) -> str:
        """An id of this app in this thread."""
        if not hasattr(self._local, "oid"):
            self._local.oid = uuid()
        return self._local.oid

    __class_getitem__: Any = classmethod(GenericAlias)

    def __enter__(self) -> Celery:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {appstr(self)}>"


App = Celery
