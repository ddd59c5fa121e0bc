"""Signature: a call that can be passed around, stored and sent later. Workflows of several tasks are refused here.

See MIGRATION.md, "Workflows", for what to write instead of each.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from copy import deepcopy
from typing import Any, NoReturn

from kombu.utils.functional import maybe_list
from kombu.utils.uuid import uuid

from celery_taskq._state import current_app

__all__ = (
    "Signature",
    "StampingVisitor",
    "chain",
    "chord",
    "chunks",
    "group",
    "maybe_signature",
    "signature",
    "subtask",
    "xmap",
    "xstarmap",
)

_INSTEAD = {
    "chain": "call the next task with delay() at the end of the one before it",
    "group": "call delay() for each of them, in a transaction if they belong together",
    "chord": "count finished tasks in a row of your own and call delay() for the body after the last one",
    "chunks": "call delay() with slices of the list",
    "map": "call delay() for each item, or loop inside one task",
    "link": "call the other task with delay() at the end of the task",
    "link_error": "override on_failure of the task, or connect to the signal task_failure",
}


def _refuse(what: str, instead: str) -> NoReturn:
    raise NotImplementedError(f'{what} is not supported: {_INSTEAD[instead]}. See MIGRATION.md, "Workflows".')


def refuse_links(link: Any, link_error: Any, options: dict[str, Any]) -> None:
    """Refuse options that ask for a workflow, which would otherwise be dropped in silence.

    Raises:
        NotImplementedError: they ask for one.
        TypeError: a callback is no signature.
    """
    for name, callbacks in (("link", link), ("link_error", link_error)):
        for callback in maybe_list(callbacks) or ():
            if not isinstance(callback, dict):
                raise TypeError(f"{name}={callback!r} is no signature")
        if callbacks:
            _refuse(f"{name}=", name)
    if options.get("chain"):
        _refuse("chain=", "chain")
    if options.get("chord"):
        _refuse("chord=", "chord")


class _Field:
    """A key of the signature as an attribute."""

    def __init__(self, *path: str) -> None:
        self.path = path

    def __get__(self, obj: Any, owner: type) -> Any:
        if obj is None:
            return self
        *way, last = self.path
        for key in way:
            obj = obj.get(key) or {}
        return obj.get(last)

    def __set__(self, obj: Any, value: Any) -> None:
        *way, last = self.path
        for key in way:
            obj = obj.setdefault(key, {})
        obj[last] = value


class Signature(dict[str, Any]):
    """A dict of task, args, kwargs, options, subtask_type and immutable, so that it goes through JSON as it is."""

    TYPES: dict[str, type[Signature]] = {}
    _app: Any = None
    _type: Any = None
    #: Once said, they cannot be said otherwise.
    _IMMUTABLE_OPTIONS = frozenset({"group_id", "stamped_headers"})

    id = _Field("options", "task_id")
    parent_id = _Field("options", "parent_id")
    root_id = _Field("options", "root_id")
    task = _Field("task")
    args = _Field("args")
    kwargs = _Field("kwargs")
    options = _Field("options")
    subtask_type = _Field("subtask_type")
    immutable = _Field("immutable")

    @classmethod
    def register_type(cls, name: str | None = None) -> Any:
        """Decorator: dicts with this ``subtask_type`` become the decorated class."""

        def register(subclass: type[Signature]) -> type[Signature]:
            cls.TYPES[name or subclass.__name__] = subclass
            return subclass

        return register

    @classmethod
    def from_dict(cls, d: dict[str, Any], app: Any = None) -> Signature:
        """A signature from what one became in JSON."""
        kind = d.get("subtask_type")
        if kind:
            target = cls.TYPES[kind]
            if target is not cls:
                return target.from_dict(d, app=app)
        return Signature(d, app=app)

    def __init__(
        self,
        task: Any = None,
        args: Any = None,
        kwargs: Any = None,
        options: Any = None,
        type: Any = None,
        subtask_type: Any = None,
        immutable: bool = False,
        app: Any = None,
        **ex: Any,
    ) -> None:
        self._app = app
        if isinstance(task, dict):
            super().__init__(task)
            return
        name = getattr(task, "name", task)
        if hasattr(task, "name"):
            self._type = task
        super().__init__(
            task=name,
            args=tuple(args or ()),
            kwargs=kwargs or {},
            options=dict(options or {}, **ex),
            subtask_type=subtask_type,
            immutable=immutable,
        )

    # -- calling

    def __call__(self, /, *partial_args: Any, **partial_kwargs: Any) -> Any:
        """Call the task here, as a function."""
        args, kwargs, _ = self._merge(partial_args, partial_kwargs, None)
        return self.type(*args, **kwargs)

    def delay(self, /, *partial_args: Any, **partial_kwargs: Any) -> Any:
        """Send it; these arguments come before the stored ones."""
        return self.apply_async(partial_args, partial_kwargs)

    def apply(self, args: Any = None, kwargs: Any = None, **options: Any) -> Any:
        """Run it here and now."""
        args, kwargs, options = self._merge(args, kwargs, _without_none(options))
        return self.type.apply(args, kwargs, **options)

    def apply_async(self, args: Any = None, kwargs: Any = None, route_name: Any = None, **options: Any) -> Any:
        """Send it; options that are None leave the stored ones as they are."""
        args, kwargs, options = self._merge(args, kwargs, _without_none(options))
        try:
            send = self.type.apply_async
        except KeyError:
            # A task that only the worker knows.
            return self.app.send_task(self["task"], args, kwargs, **options)
        return send(args, kwargs, **options)

    def _merge(
        self, args: Any = None, kwargs: Any = None, options: Any = None, force: bool = False
    ) -> tuple[Any, Any, dict[str, Any]]:
        mine = self.options
        merged = mine
        if options:
            fixed = self._IMMUTABLE_OPTIONS | set(mine.get("stamped_headers") or ())
            merged = {**mine, **{k: v for k, v in options.items() if k not in fixed or k not in mine}}
        if self.immutable and not force:
            return self.args, self.kwargs, merged
        return (
            tuple(args) + tuple(self.args) if args else self.args,
            dict(self.kwargs, **kwargs) if kwargs else self.kwargs,
            merged,
        )

    # -- changing

    def clone(self, args: Any = None, kwargs: Any = None, **opts: Any) -> Signature:
        """A copy, with further arguments and options."""
        args, kwargs, options = self._merge(args, kwargs, opts)
        copy = Signature.from_dict(
            {
                "task": self.task,
                "args": tuple(args),
                "kwargs": dict(kwargs),
                "options": deepcopy(options),
                "subtask_type": self.subtask_type,
                "immutable": self.immutable,
            },
            app=self._app,
        )
        copy._type = self._type
        return copy

    partial = clone

    def replace(self, args: Any = None, kwargs: Any = None, options: Any = None) -> Signature:
        """A copy in which what is given takes the place of what was."""
        copy = self.clone()
        for name, value in (("args", args), ("kwargs", kwargs), ("options", options)):
            if value is not None:
                copy[name] = value
        return copy

    def set(self, immutable: bool | None = None, **options: Any) -> Signature:
        """Set options; returns the signature itself."""
        if immutable is not None:
            self.set_immutable(immutable)
        self.options.update(options)
        return self

    def set_immutable(self, immutable: bool) -> None:
        self.immutable = immutable

    def freeze(
        self,
        _id: Any = None,
        group_id: Any = None,
        chord: Any = None,
        root_id: Any = None,
        parent_id: Any = None,
        group_index: Any = None,
    ) -> Any:
        """Give it the id that it is going to be sent with; returns the result of that call."""
        options = self.options
        task_id = options.setdefault("task_id", _id or uuid())
        for name, value in (("root_id", root_id), ("parent_id", parent_id)):
            if value:
                options[name] = value
        options.setdefault("reply_to", self.app.thread_oid)
        if group_id:
            options.setdefault("group_id", group_id)
        if chord:
            _refuse("chord=", "chord")
        if group_index is not None:
            options["group_index"] = group_index
        return self.AsyncResult(task_id)

    _freeze = freeze

    def stamp(self, visitor: Any = None, append_stamps: bool = False, **headers: Any) -> Signature:
        """Headers that mark the call; the first of these, the visitor's and the stored ones, or a list of all."""
        given = [headers, {} if visitor is None else visitor.on_signature(self, **headers) or {}]
        stamped = [name for stamps in given for name in stamps.get("stamped_headers", stamps)]
        stamped = list(dict.fromkeys([*stamped, *(self.options.get("stamped_headers") or ())]))
        merged: dict[str, Any] = {}
        for stamps in (*given, {name: value for name, value in self.options.items() if name in stamped}):
            for name, value in stamps.items():
                if append_stamps and name in merged:
                    value = [*maybe_list(merged[name]), *maybe_list(value)]
                merged[name] = value if append_stamps else merged.get(name, value)
        return self.set(**{**merged, "stamped_headers": stamped})

    # -- workflows

    def link(self, callback: Any) -> NoReturn:
        """Refused."""
        _refuse("link()", "link")

    def link_error(self, errback: Any) -> NoReturn:
        """Refused."""
        _refuse("link_error()", "link_error")

    def on_error(self, errback: Any) -> NoReturn:
        """Refused."""
        _refuse("on_error()", "link_error")

    def flatten_links(self) -> list[Signature]:
        """The signature itself: it has no callbacks."""
        return [self]

    def __or__(self, other: Any) -> Any:
        # A dict is merged, as dicts are.
        if isinstance(other, dict) and not isinstance(other, Signature):
            return dict(self) | other
        if isinstance(other, Signature):
            _refuse("task | task", "chain")
        return NotImplemented

    def __ior__(self, other: Any) -> Any:
        return self.__or__(other)

    def __invert__(self) -> Any:
        return self.apply_async().get()

    # -- what it is

    @property
    def app(self) -> Any:
        return self._app or current_app

    @property
    def type(self) -> Any:
        """The task.

        Raises:
            NotRegistered: no task has this name.
        """
        return self._type or self.app.tasks[self["task"]]

    @property
    def name(self) -> str:
        return self["task"]

    @property
    def AsyncResult(self) -> Any:
        try:
            return self.type.AsyncResult
        except KeyError:
            return self.app.AsyncResult

    def election(self) -> NoReturn:
        raise NotImplementedError("election() needs a broker; take a lock in the database instead")

    def reprcall(self, *args: Any, **kwargs: Any) -> str:
        args, kwargs, _ = self._merge(args, kwargs, {}, force=True)
        return reprcall(self["task"], args, kwargs)

    def __repr__(self) -> str:
        return self.reprcall()

    def __json__(self) -> dict[str, Any]:
        return dict(self)

    def __deepcopy__(self, memo: dict[int, Any]) -> dict[str, Any]:
        memo[id(self)] = self
        return {deepcopy(k, memo): deepcopy(v, memo) for k, v in self.items()}

    def __reduce__(self) -> Any:
        # Without the app, which stays in its process.
        return signature, (dict(self),)

    __hash__ = None


def _without_none(options: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in options.items() if value is not None}


def reprcall(name: Any, args: Any = (), kwargs: Any = None) -> str:
    """``name(1, k=2)``."""
    words = [repr(value) for value in args or ()] + [f"{key}={value!r}" for key, value in (kwargs or {}).items()]
    return f"{name}({', '.join(words)})"


def signature(varies: Any, *args: Any, **kwargs: Any) -> Signature:
    """A signature of a task, a name or a dict; a copy of a signature."""
    if isinstance(varies, dict):
        if isinstance(varies, Signature):
            return varies.clone()
        return Signature.from_dict(varies, app=kwargs.get("app"))
    return Signature(varies, *args, **kwargs)


subtask = signature


def maybe_signature(d: Any, app: Any = None, clone: bool = False) -> Any:
    """A dict as a signature; None and anything else as it is."""
    if isinstance(d, Signature):
        if clone:
            d = d.clone()
        if app is not None:
            d._app = app
        return d
    return signature(d, app=app) if isinstance(d, dict) else d


maybe_subtask = maybe_signature


class StampingVisitor(ABC):
    """What decides on the stamps of each signature that ``stamp()`` hands to it."""

    @abstractmethod
    def on_signature(self, sig: Signature, **headers: Any) -> dict[str, Any]:
        """The stamps; under ``stamped_headers`` the names of those that tasks shall see, if not of all."""


class _Workflow(Signature):
    """A class that can be imported, for ``isinstance``, and not be used; nor can what it became in JSON."""

    _what: str

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        _refuse(cls.__name__.lstrip("_"), cls._what)

    @classmethod
    def from_dict(cls, d: dict[str, Any], app: Any = None) -> NoReturn:
        _refuse(cls.__name__.lstrip("_"), cls._what)


class chain(_Workflow):
    """Refused: tasks one after the other."""

    _what = "chain"


class group(_Workflow):
    """Refused: tasks side by side."""

    _what = "group"


class _chord(_Workflow):
    """Refused: a task after all of a group."""

    _what = "chord"


chord = _chord


class chunks(_Workflow):
    """Refused: a list in parts."""

    _what = "chunks"


class xmap(_Workflow):
    """Refused: a task for each item."""

    _what = "map"


class xstarmap(xmap):
    """Refused: a task for each tuple of arguments."""


Signature.TYPES.update(chain=chain, group=group, chord=chord, chunks=chunks, xmap=xmap, xstarmap=xstarmap)
