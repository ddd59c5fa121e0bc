"""Task: what a decorated function becomes. Sending goes on in app/base.py, running in app/trace.py."""

from __future__ import annotations

import sys
from types import GenericAlias
from typing import Any

from kombu.utils.uuid import uuid

from celery_taskq import _state
from celery_taskq._state import _task_stack
from celery_taskq.canvas import refuse_links, signature
from celery_taskq.exceptions import MaxRetriesExceededError, OperationalError
from celery_taskq.local import class_property
from celery_taskq.result import EagerResult
from celery_taskq.utils.nodenames import gethostname
from celery_taskq.utils.threads import LocalStack

from . import retries as _retries
from .binding import annotate_task, bind_task
from .context import Context
from .payload import decode_arguments, encode_arguments, encode_progress
from .registry import _unpickle_task_v2
from .utils import appstr

__all__ = ("Context", "Task")

#: Attributes of a task that are options of every call of it.
EXECUTION_OPTIONS = (
    "queue",
    "routing_key",
    "exchange",
    "priority",
    "expires",
    "serializer",
    "delivery_mode",
    "compression",
    "time_limit",
    "soft_time_limit",
    "immediate",
    "mandatory",
)
#: A task that sends very many others must not keep a result of each in memory.
MAX_CHILDREN = 10_000


class Task:
    """A function that can be sent to a worker. Subclass it and give it as ``base=``, or decorate a function.

    Every attribute can be replaced, on the class and on the task, as tests do; ``delay`` looks ``apply_async`` up.
    """

    MaxRetriesExceededError = MaxRetriesExceededError
    OperationalError = OperationalError

    Strategy = "celery.worker.strategy:default"
    Request = "celery.worker.request:Request"
    abstract = True
    _app: Any = None
    name: str | None = None
    typing: bool | None = None
    max_retries: int | None = 3
    default_retry_delay: float = 3 * 60
    rate_limit: Any = None
    ignore_result: bool | None = None
    trail = True
    send_events = True
    store_eager_result: Any = None
    store_errors_even_if_ignored: Any = None
    serializer: str | None = None
    time_limit: float | None = None
    soft_time_limit: float | None = None
    backend: Any = None
    track_started: bool | None = None
    acks_late: bool | None = None
    acks_on_failure_or_timeout: bool | None = None
    acks_on_failure: bool | None = None
    acks_on_timeout: bool | None = None
    reject_on_worker_lost: bool | None = None
    retry_on_worker_lost: bool | None = None
    throws: tuple[type[BaseException], ...] = ()
    expires: Any = None
    priority: int | None = None
    resultrepr_maxsize = 1024

    #: The requests of this task that run in this thread, the innermost on top.
    request_stack: LocalStack | None = None
    _default_request: Context | None = None
    _exec_options: dict[str, Any] | None = None
    __bound__ = False

    #: Filled in from the configuration when the task is bound to its app, where they are None.
    from_config = (
        ("serializer", "task_serializer"),
        ("rate_limit", "task_default_rate_limit"),
        ("priority", "task_default_priority"),
        ("time_limit", "task_time_limit"),
        ("soft_time_limit", "task_soft_time_limit"),
        ("track_started", "task_track_started"),
        ("acks_late", "task_acks_late"),
        ("acks_on_failure_or_timeout", "task_acks_on_failure_or_timeout"),
        ("acks_on_failure", "task_acks_on_failure"),
        ("acks_on_timeout", "task_acks_on_timeout"),
        ("reject_on_worker_lost", "task_reject_on_worker_lost"),
        ("retry_on_worker_lost", "task_retry_on_worker_lost"),
        ("ignore_result", "task_ignore_result"),
        ("store_eager_result", "task_store_eager_result"),
        ("store_errors_even_if_ignored", "task_store_errors_even_if_ignored"),
    )

    bind = classmethod(bind_task)
    annotate = classmethod(annotate_task)

    @classmethod
    def on_bound(cls, app: Any) -> None:
        """Called when the task has been bound to its app."""

    @classmethod
    def _get_app(cls) -> Any:
        if cls._app is None:
            cls._app = _state.current_app
        if not cls.__bound__:
            cls.bind(cls._app)
        return cls._app

    app = class_property(_get_app, bind)

    @classmethod
    def add_around(cls, attr: str, around: Any) -> None:
        """Wrap a method: ``around`` is called with it and returns what takes its place."""
        original = getattr(cls, attr)
        original = getattr(original, "__wrapped__", None) or original
        method = around(original)
        method.__wrapped__ = original
        setattr(cls, attr, method)

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        stack = self.request_stack
        request = stack.top if stack is not None else None
        # A class whose own __call__ calls this one, in a worker: the run has its request already.
        if request is not None and request._protected:
            request._protected = 0
            return self.run(*args, **kwargs)
        _task_stack.push(self)
        self.push_request(args=args, kwargs=kwargs)
        try:
            return self.run(*args, **kwargs)
        finally:
            self.pop_request()
            _task_stack.pop()

    __class_getitem__: Any = classmethod(GenericAlias)

    def __reduce__(self) -> Any:
        # A task is pickled as its name; whoever reads it finds it in its own registry.
        module = type(self).__module__
        return _unpickle_task_v2, (self.name, module if module in sys.modules else None), None

    def run(self, *args: Any, **kwargs: Any) -> Any:
        """The body."""
        raise NotImplementedError("Tasks must define the run method.")

    # -- sending

    def delay(self, /, *args: Any, **kwargs: Any) -> Any:
        """Send it with these arguments."""
        return self.apply_async(args, kwargs)

    def apply_async(
        self,
        args: Any = None,
        kwargs: Any = None,
        task_id: Any = None,
        producer: Any = None,
        link: Any = None,
        link_error: Any = None,
        shadow: str | None = None,
        **options: Any,
    ) -> Any:
        """Send it, in the transaction that is open now.

        Arguments:
            options: countdown, eta, expires, queue, priority, headers, time_limit, soft_time_limit, ignore_result
                and so on. One that nobody knows comes back in ``request.properties``.
        Returns:
            An AsyncResult; in eager mode an EagerResult.
        Raises:
            TypeError: the task does not take these arguments.
            EncodeError: an argument is not JSON.
            ValueError: an option has a value that a row cannot hold.
            NotImplementedError: a workflow is asked for.
        """
        if self.soft_time_limit and self.time_limit and self.soft_time_limit > self.time_limit:
            raise ValueError("soft_time_limit must be less than or equal to time_limit")
        if self.typing:
            check = getattr(self, "__header__", None)
            if check is not None:
                check(*(args or ()), **(kwargs or {}))
        shadow = shadow or self.shadow_name(args, kwargs, options)
        options = {**self._get_exec_options(), **options}
        options.setdefault("ignore_result", self.ignore_result)
        app = self._get_app()
        if app.conf.task_always_eager and not _state.is_retrying(task_id):
            refuse_links(link, link_error, options)
            accept = app.conf.accept_content
            payload = encode_arguments(args or (), kwargs or {}, str(self.name), options.get("serializer"), accept)
            args, kwargs = decode_arguments(payload, accept)
            with _state.joins(allowed=False):
                return self.apply(args, kwargs, task_id=task_id or uuid(), **options)
        return app.send_task(
            self.name,
            args,
            kwargs,
            task_id=task_id,
            producer=producer,
            link=link,
            link_error=link_error,
            result_cls=self.AsyncResult,
            shadow=shadow,
            task_type=self,
            **options,
        )

    def shadow_name(self, args: Any, kwargs: Any, options: Any) -> str | None:
        """Override it to name a call otherwise in the log."""
        return None

    def _get_exec_options(self) -> dict[str, Any]:
        options = self._exec_options
        if options is None:
            found = {name: getattr(self, name, None) for name in EXECUTION_OPTIONS}
            options = self._exec_options = {name: value for name, value in found.items() if value is not None}
        return options

    def signature_from_request(
        self, request: Any = None, args: Any = None, kwargs: Any = None, queue: Any = None, **extra_options: Any
    ) -> Any:
        """The signature that runs a request again."""
        return _retries.signature_from_request(self, request, args, kwargs, queue, **extra_options)

    subtask_from_request = signature_from_request

    def retry(
        self,
        args: Any = None,
        kwargs: Any = None,
        exc: Any = None,
        throw: bool = True,
        eta: Any = None,
        countdown: float | None = None,
        max_retries: int | None = None,
        **options: Any,
    ) -> Any:
        """Run it again later: the worker writes the new message over the row of this run when the run ends.

        Raises:
            Retry: unless ``throw`` is false.
            MaxRetriesExceededError: it was retried ``max_retries`` times; when ``exc`` is given, that is raised.
            Reject: the new message cannot be stored.
        """
        return _retries.retry(self, args, kwargs, exc, throw, eta, countdown, max_retries, options)

    # -- running here

    def apply(
        self,
        args: Any = None,
        kwargs: Any = None,
        link: Any = None,
        link_error: Any = None,
        task_id: Any = None,
        retries: int | None = None,
        throw: bool | None = None,
        logfile: Any = None,
        loglevel: Any = None,
        headers: Any = None,
        **options: Any,
    ) -> EagerResult:
        """Run it here and now, with hooks, signals and retries.

        Arguments:
            throw: let an exception out; ``task_eager_propagates`` when None.
        """
        from .trace import run_eagerly

        refuse_links(link, link_error, options)
        app = self._get_app()
        task_id = task_id or uuid()
        parent = _task_stack.top
        parent_request = parent.request if parent else None
        request = {
            "id": task_id,
            "task": self.name,
            "parent_id": parent_request.id if parent_request else None,
            "root_id": (parent_request.root_id if parent_request else None) or task_id,
            "retries": retries or 0,
            "is_eager": True,
            "logfile": logfile,
            "loglevel": loglevel or 0,
            "hostname": gethostname(),
            "callbacks": None,
            "errbacks": None,
            "headers": headers,
            "timelimit": None
            if self.time_limit is None and self.soft_time_limit is None
            else [self.time_limit, self.soft_time_limit],
            "ignore_result": options.get("ignore_result", self.ignore_result),
            "delivery_info": {
                "is_eager": True,
                "exchange": options.get("exchange"),
                "routing_key": options.get("routing_key"),
                "priority": options.get("priority"),
            },
        }
        context = Context(request, args=args or (), kwargs=kwargs or {}, called_directly=False)
        throw = app.conf.task_eager_propagates if throw is None else throw
        return run_eagerly(app._tasks[self.name], context, propagate=throw)

    # -- results and signatures

    def AsyncResult(self, task_id: Any, **kwargs: Any) -> Any:
        """The result of a call of this task."""
        return self._get_app().AsyncResult(task_id, backend=self.backend, task_name=self.name, **kwargs)

    def signature(self, args: Any = None, *starargs: Any, **starkwargs: Any) -> Any:
        """A call of it that can be passed around, with arguments and options."""
        starkwargs.setdefault("app", self.app)
        return signature(self, args, *starargs, **starkwargs)

    subtask = signature

    def s(self, /, *args: Any, **kwargs: Any) -> Any:
        """``.signature(args, kwargs)``."""
        return self.signature(args, kwargs)

    def si(self, /, *args: Any, **kwargs: Any) -> Any:
        """``.s()`` that takes no further arguments."""
        return self.signature(args, kwargs, immutable=True)

    def chunks(self, it: Any, n: int) -> Any:
        """Refused: see MIGRATION.md, "Workflows"."""
        return self._canvas("chunks")(self.s(), it, n)

    def map(self, it: Any) -> Any:
        """Refused: see MIGRATION.md, "Workflows"."""
        return self._canvas("xmap")(self.s(), it)

    def starmap(self, it: Any) -> Any:
        """Refused: see MIGRATION.md, "Workflows"."""
        return self._canvas("xstarmap")(self.s(), it)

    @staticmethod
    def _canvas(name: str) -> Any:
        from celery_taskq import canvas

        return getattr(canvas, name)

    def replace(self, sig: Any) -> Any:
        """Become another task with the same id: its message is written over this run's row. Does not return."""
        return self.on_replace(_retries.as_replacement(self, sig))

    def add_to_chord(self, sig: Any, lazy: bool = False) -> Any:
        """Refused: there are no chords."""
        raise NotImplementedError('chords are not supported. See MIGRATION.md, "Workflows".')

    def update_state(self, task_id: Any = None, state: Any = None, meta: Any = None, **kwargs: Any) -> None:
        """Tell how far this run has come: ``AsyncResult.state`` and ``.info`` know it while the task runs.

        Of another task than the one that runs in this worker nothing is kept, as in Celery without a result backend.

        Raises:
            EncodeError: ``meta`` is not JSON.
        """
        report = _state.reporter_of(self.request.id if task_id is None else task_id)
        if report is not None:
            report(encode_progress(state, meta))

    def send_event(self, type_: str, retry: bool = True, retry_policy: Any = None, **fields: Any) -> None:
        """Does nothing: without a broker nobody listens to events."""

    # -- hooks

    def before_start(self, task_id: Any, args: Any, kwargs: Any) -> None:
        """Override: before the body; raising here fails the task."""

    def on_success(self, retval: Any, task_id: Any, args: Any, kwargs: Any) -> None:
        """Override: after the body returned."""

    def on_retry(self, exc: Any, task_id: Any, args: Any, kwargs: Any, einfo: Any) -> None:
        """Override: it will be run again."""

    def on_failure(self, exc: Any, task_id: Any, args: Any, kwargs: Any, einfo: Any) -> None:
        """Override: it failed."""

    def after_return(self, status: str, retval: Any, task_id: Any, args: Any, kwargs: Any, einfo: Any) -> None:
        """Override: after success or failure; ``einfo`` is always None, as in Celery."""

    def on_replace(self, sig: Any) -> Any:
        """Override, and call this: sends the task that takes this one's place."""
        return _retries.replace(self, sig)

    # -- the current run

    def add_trail(self, result: Any) -> Any:
        """Remember the result of a task that this one sent."""
        if self.trail:
            children = self.request.children
            if len(children) < MAX_CHILDREN:
                children.append(result)
        return result

    def push_request(self, *args: Any, **kwargs: Any) -> None:
        """Make a request the current one, as tests do; what is not given is as in the request before it."""
        self._get_app()
        assert self.request_stack is not None
        self.request_stack.push(Context(*args, **{**vars(self.request), **kwargs}))

    def pop_request(self) -> None:
        """Back to the request before."""
        assert self.request_stack is not None
        popped, outer = self.request_stack.pop(), self.request_stack.top
        if outer is not None and popped._retry_message is not None and outer.id == popped.id:
            # A task that called itself: the retry is of the run that the worker knows.
            outer._retry_message, outer._retry_reason = popped._retry_message, popped._retry_reason

    def __repr__(self) -> str:
        return f"<@task: {self.name} of {appstr(self._app)}>" if self._app else f"<@task: {self.name}>"

    def _get_request(self) -> Context:
        stack = self.request_stack
        request = stack.top if stack is not None else None
        if request is not None:
            return request
        # Somebody may expect a request outside of a run; it is one for all.
        if self._default_request is None:
            self._default_request = Context()
        return self._default_request

    request = property(_get_request)

    @property
    def __name__(self) -> str:
        return type(self).__name__  # type: ignore[return-value]


BaseTask = Task
