"""What ``delay()`` returns. There are no stored results: the row knows whether a task waits, runs or failed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any, NoReturn

from kombu.utils import json

from celery_taskq import _state, states
from celery_taskq.exceptions import TaskRevokedError, TimeoutError

__all__ = (
    "AsyncResult",
    "EagerResult",
    "GroupResult",
    "ResultBase",
    "ResultSet",
    "allow_join_result",
    "assert_will_not_block",
    "denied_join_result",
    "result_from_tuple",
)

E_WOULDBLOCK = (
    "Never call result.get() within a task!\n"
    "See https://docs.celeryq.dev/en/latest/userguide/tasks.html#avoid-launching-synchronous-subtasks\n"
)


def assert_will_not_block() -> None:
    """Raise RuntimeError inside a task."""
    if _state.task_join_will_block():
        raise RuntimeError(E_WOULDBLOCK)


def allow_join_result() -> AbstractContextManager[None]:
    """Within it, ``get()`` may be called inside a task."""
    return _state.joins(allowed=True)


def denied_join_result() -> AbstractContextManager[None]:
    """Within it, ``get()`` may not be called."""
    return _state.joins(allowed=False)


def _no_results(what: str) -> NoReturn:
    raise NotImplementedError(
        f"No result backend is configured: {what} is not supported, because tasks do not store results here. "
        f'Let the task write to a model of your own and read that. See MIGRATION.md, "Results".'
    )


class _NotStored:
    """A property of a result that nobody stores."""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, obj: Any, owner: type) -> Any:
        if obj is None:
            return self
        _no_results(f"AsyncResult.{self.name}")


class ResultBase:
    """Base of all results."""

    parent: Any = None


class AsyncResult(ResultBase):
    """A call, by its id.

    Attributes:
        ignored: the call said ``ignore_result=True``; then ``get()`` is None.
    """

    app: Any = None
    TimeoutError = TimeoutError
    id: Any = None
    backend: Any = None
    ignored = False
    supports_native_join = False

    def __init__(
        self, id: Any, backend: Any = None, task_name: str | None = None, app: Any = None, parent: Any = None
    ) -> None:
        if id is None:
            raise ValueError(f"AsyncResult requires valid id, not {type(id)}")
        self.app = app or self.app or _state.get_current_app()
        self.id = id
        self.parent = parent

    # -- what the row knows

    @property
    def state(self) -> str | None:
        """PENDING, RETRY, STARTED or FAILURE, or what the running task told with update_state().

        None without a row: it succeeded, was revoked or discarded, or never was.
        """
        return self.app.jobs.find_state(str(self.id))

    status = state

    def ready(self) -> bool:
        """Whether it will not run any more: it failed, or there is no row of it."""
        state = self.state
        return state is None or state in states.READY_STATES

    def failed(self) -> bool:
        """Whether it is among the dead letters."""
        return self.state == states.FAILURE

    def revoke(
        self,
        connection: Any = None,
        terminate: bool = False,
        signal: Any = None,
        wait: bool = False,
        timeout: float | None = None,
    ) -> None:
        """Take it out of the queue, in this transaction; a task that runs already is not touched."""
        if terminate:
            raise NotImplementedError(
                "revoke(terminate=True) is not supported: a running task is stopped with its worker. "
                'See MIGRATION.md, "What is refused or missing".'
            )
        self.app.jobs.revoke([str(self.id)])

    def forget(self) -> None:
        """Delete it from the dead letters."""
        self.app.jobs.forget(str(self.id))

    # -- what nobody stores

    def get(
        self,
        timeout: float | None = None,
        propagate: bool = True,
        interval: float = 0.5,
        no_ack: bool = True,
        follow_parents: bool = True,
        callback: Any = None,
        on_message: Any = None,
        on_interval: Any = None,
        disable_sync_subtasks: bool = True,
        EXCEPTION_STATES: Any = states.EXCEPTION_STATES,
        PROPAGATE_STATES: Any = states.PROPAGATE_STATES,
    ) -> Any:
        """Refused; None for a call whose result was to be ignored."""
        if self.ignored:
            return None
        if disable_sync_subtasks:
            assert_will_not_block()
        _no_results("get()")

    wait: Any = get

    def successful(self) -> bool:
        """Refused: a row that is gone does not say why."""
        _no_results("successful()")

    def maybe_throw(self, propagate: bool = True, callback: Any = None) -> Any:
        """Refused."""
        _no_results("maybe_throw()")

    maybe_reraise = maybe_throw

    def then(self, callback: Any, on_error: Any = None, weak: bool = False) -> Any:
        """Refused."""
        _no_results("then()")

    def collect(self, intermediate: bool = False, **kwargs: Any) -> Iterator[Any]:
        """Refused."""
        _no_results("collect()")

    def get_leaf(self) -> Any:
        """Refused."""
        _no_results("get_leaf()")

    def exists(self) -> bool:
        """Refused."""
        _no_results("exists()")

    @property
    def info(self) -> Any:
        """The meta that the running task told with update_state(); else refused."""
        progress = self.app.jobs.find_progress(str(self.id))
        if progress is None:
            _no_results("AsyncResult.info of a task that told nothing")
        return json.loads(progress)["meta"]

    result = info
    traceback = _NotStored()
    children = _NotStored()
    name = _NotStored()
    args = _NotStored()
    kwargs = _NotStored()
    worker = _NotStored()
    date_done = _NotStored()
    retries = _NotStored()
    queue = _NotStored()
    graph = _NotStored()
    build_graph = _NotStored()
    iterdeps = _NotStored()
    throw = _NotStored()
    revoke_by_stamped_headers = _NotStored()

    # -- identity

    @property
    def task_id(self) -> Any:
        """The id."""
        return self.id

    @task_id.setter
    def task_id(self, id: Any) -> None:
        self.id = id

    def as_tuple(self) -> Any:
        """``((id, parent), None)``."""
        return (self.id, self.parent and self.parent.as_tuple()), None

    def as_list(self) -> list[Any]:
        """The ids of this one and of its parents."""
        return [self.id, *(self.parent.as_list() if self.parent else ())]

    def __str__(self) -> str:
        return str(self.id)

    def __hash__(self) -> int:
        return hash(self.id)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self.id}>"

    def __eq__(self, other: object) -> bool:
        if isinstance(other, AsyncResult):
            return bool(other.id == self.id)
        return other == self.id if isinstance(other, str) else NotImplemented

    def __copy__(self) -> AsyncResult:
        return type(self)(*self.__reduce_args__())

    def __reduce__(self) -> Any:
        return AsyncResult, self.__reduce_args__()

    def __reduce_args__(self) -> tuple[Any, ...]:
        return self.id, None, None, None, self.parent


class EagerResult(AsyncResult):
    """What a task that was run here and now came to."""

    def __init__(self, id: Any, ret_value: Any, state: str, traceback: Any = None, name: str | None = None) -> None:
        self.id = id
        self._result = ret_value
        self._state = state
        self._traceback = traceback
        self._name = name

    def get(  # type: ignore[override]
        self,
        timeout: float | None = None,
        propagate: bool = True,
        disable_sync_subtasks: bool = True,
        **kwargs: Any,
    ) -> Any:
        """What the task returned, or, with ``propagate``, what it raised."""
        if disable_sync_subtasks:
            assert_will_not_block()
        if self._state in states.PROPAGATE_STATES and propagate:
            raise self._result if isinstance(self._result, BaseException) else Exception(self._result)
        return self._result if self._state == states.SUCCESS or self._state in states.PROPAGATE_STATES else None

    wait: Any = get

    def ready(self) -> bool:
        return True

    def successful(self) -> bool:
        return self._state == states.SUCCESS

    def failed(self) -> bool:
        return self._state == states.FAILURE

    def maybe_throw(self, propagate: bool = True, callback: Callable[..., Any] | None = None) -> Any:
        if self._state in states.PROPAGATE_STATES and propagate:
            raise self._result
        if callback is not None:
            callback(self.id, self._result)
        return self._result

    maybe_reraise = maybe_throw

    def then(self, callback: Callable[..., Any], on_error: Any = None, weak: bool = False) -> Any:
        """Call it with this result, at once."""
        return callback(self)

    def iterdeps(self, intermediate: bool = False) -> Iterator[tuple[None, EagerResult]]:
        """(parent, result), of this result alone."""
        yield None, self

    def get_leaf(self) -> Any:
        return self.get()

    def forget(self) -> None:
        """There is nothing to forget."""

    def revoke(self, *args: Any, **kwargs: Any) -> None:
        """Too late; from now on the state is REVOKED."""
        self._state = states.REVOKED
        self._result = TaskRevokedError("revoked")

    @property
    def state(self) -> str:
        return self._state

    status = state

    @property
    def result(self) -> Any:
        return self._result

    info = result

    @property
    def traceback(self) -> Any:
        return self._traceback

    @property
    def name(self) -> str | None:
        return self._name

    children = args = kwargs = worker = date_done = retries = queue = None

    def __repr__(self) -> str:
        return f"<EagerResult: {self.id}>"

    def __copy__(self) -> EagerResult:
        _, arguments = self.__reduce__()
        return EagerResult(*arguments)

    def __reduce__(self) -> Any:
        return EagerResult, (self.id, self._result, self._state, self._traceback, self._name)


class ResultSet(ResultBase):
    """Several results, each of them once."""

    results: Any = None
    app = backend = None
    supports_native_join = False

    def __init__(self, results: Any, app: Any = None, ready_barrier: Any = None, **kwargs: Any) -> None:
        self.app = app or self.app or _state.get_current_app()
        self.results = list(results)

    def add(self, result: Any) -> None:
        self.update([result])

    def remove(self, result: Any) -> None:
        """Take out a result, or the one with this id; KeyError when it is not there, which discard() overlooks."""
        if result not in self.results:
            raise KeyError(result)
        self.results.remove(result)

    def discard(self, result: Any) -> None:
        self.results[:] = [kept for kept in self.results if kept != result]

    def update(self, results: Any) -> None:
        for result in results:
            if result not in self.results:
                self.results.append(result)

    def clear(self) -> None:
        self.results.clear()

    def ready(self) -> bool:
        """Whether none of them will run any more."""
        return all(result.ready() for result in self.results)

    def waiting(self) -> bool:
        return not self.ready()

    def failed(self) -> bool:
        """Whether one of them is among the dead letters."""
        return any(result.failed() for result in self.results)

    def revoke(self, *args: Any, **kwargs: Any) -> None:
        """Revoke all of them."""
        for result in self.results:
            result.revoke(*args, **kwargs)

    def forget(self) -> None:
        """Forget all of them."""
        for result in self.results:
            result.forget()

    def join(self, *args: Any, **kwargs: Any) -> Any:
        """Refused, as is everything that asks what tasks returned."""
        _no_results("a set of results")

    get = join_native = iter_native = then = maybe_throw = maybe_reraise = successful = completed_count = join

    def __iter__(self) -> Iterator[Any]:
        return iter(self.results)

    def __len__(self) -> int:
        return len(self.results)

    def __eq__(self, other: object) -> bool:
        return self.results == other.results if isinstance(other, ResultSet) else NotImplemented

    def __getitem__(self, index: int) -> Any:
        return self.results[index]

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: [{', '.join(str(result.id) for result in self.results)}]>"


class GroupResult(ResultSet):
    """The results of a group; there are no groups, the class is there for ``isinstance``."""

    id: Any = None

    def __init__(self, id: Any = None, results: Any = None, parent: Any = None, **kwargs: Any) -> None:
        self.id = id
        self.parent = parent
        super().__init__(results or (), **kwargs)

    save = delete = restore = ResultSet.join

    children = property(lambda self: self.results)

    def as_tuple(self) -> Any:
        return (self.id, self.parent and self.parent.as_tuple()), [result.as_tuple() for result in self.results]

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self.id} [{', '.join(str(result.id) for result in self.results)}]>"


def result_from_tuple(r: Any, app: Any = None) -> Any:
    """The result that ``as_tuple`` was called on."""
    if isinstance(r, ResultBase):
        return r
    app = _state.app_or_default(app)
    (id, parent), _ = r
    return app.AsyncResult(id, parent=result_from_tuple(parent, app) if parent else None)
