"""The public names of Celery's modules, with signatures and defaults, and what celery_taskq has at the same place."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from types import MethodDescriptorType, ModuleType
from typing import Any

from . import accepted

#: The modules that user code imports, below the top-level name.
MODULES = (
    "",
    "_state",
    "app",
    "app.annotations",
    "app.autoretry",
    "app.base",
    "app.control",
    "app.defaults",
    "app.log",
    "app.registry",
    "app.routes",
    "app.task",
    "app.trace",
    "app.utils",
    "beat",
    "bin.base",
    "bin.beat",
    "bin.celery",
    "bin.worker",
    "bootsteps",
    "canvas",
    "contrib.abortable",
    "contrib.django.task",
    "contrib.pytest",
    "contrib.rdb",
    "contrib.testing.app",
    "contrib.testing.manager",
    "contrib.testing.mocks",
    "contrib.testing.tasks",
    "contrib.testing.worker",
    "exceptions",
    "local",
    "platforms",
    "result",
    "schedules",
    "signals",
    "states",
    "utils",
    "utils.log",
    "utils.serialization",
    "utils.time",
    "worker",
    "worker.control",
    "worker.request",
)

PLAIN = (str, bytes, int, float, bool, type(None))


@dataclass(frozen=True)
class Name:
    """What stands behind a name.

    Attributes:
        kind: "class", "function" or "value".
        text: the signature, or a value that can be compared; None where there is nothing to compare but the kind.
    """

    kind: str
    text: str | None = None

    def agrees_with(self, other: Name) -> bool:
        if self.kind != other.kind:
            return False
        return self.text is None or other.text is None or self.text == other.text

    def __str__(self) -> str:
        return f"{self.kind} {self.text or ''}".strip()


@dataclass(frozen=True)
class Gap:
    """A name that is missing (``taskq`` is None) or is something else, as ``app.task.Task.retry``."""

    name: str
    celery: Name
    taskq: Name | None

    def __str__(self) -> str:
        if self.taskq is None:
            return f"{self.name} is missing: {self.celery}"
        return f"{self.name}\n    celery:       {self.celery}\n    celery_taskq: {self.taskq}"


@dataclass
class AcceptedGap:
    """An entry of differences.toml for names: patterns with ``*``, what differs, why, and where users are told."""

    names: list[str]
    what: str
    reason: str
    see: str
    needed: set[str] = field(default_factory=set)

    def covers(self, name: str) -> bool:
        pattern = next((pattern for pattern in self.names if fnmatchcase(name, pattern)), None)
        if pattern is not None:
            self.needed.add(pattern)
        return pattern is not None

    @property
    def stale(self) -> list[str]:
        return [pattern for pattern in self.names if pattern not in self.needed]


@dataclass
class Share:
    """How much of a module there is."""

    module: str
    names: int = 0
    accepted: int = 0
    left: list[Gap] = field(default_factory=list)

    @property
    def same(self) -> int:
        return self.names - self.accepted - len(self.left)

    @property
    def percent(self) -> float:
        return 100 * self.same / self.names if self.names else 100.0


def table(shares: list[Share]) -> list[str]:
    """The share of each module and of all, in lines; none when nothing was compared."""
    if not shares:
        return []
    total = Share(
        "all", sum(share.names for share in shares), sum(share.accepted for share in shares),
        [gap for share in shares for gap in share.left],
    )  # fmt: skip
    lines = [f"{'module':22}{'names':>7}{'same':>7}{'accepted':>10}{'missing':>9}{'%':>6}"]
    for share in [*shares, total]:
        counts = f"{share.names:7}{share.same:7}{share.accepted:10}{len(share.left):9}"
        lines.append(f"{share.module or 'celery':22}{counts}{share.percent:6.0f}")
    return lines


def read() -> list[AcceptedGap]:
    return [AcceptedGap(**entry) for entry in accepted.entries("surface")]


def compare(module: str, entries: list[AcceptedGap]) -> Share:
    """Compare one module; the entries that are needed for it are marked."""
    share = Share(module)
    expected, found = names_of("celery", module), names_of("celery_taskq", module, only_public=False)
    for name, theirs in expected.items():
        share.names += 1
        ours = found.get(name)
        if ours is not None and theirs.agrees_with(ours):
            continue
        if any(entry.covers(name) for entry in entries):
            share.accepted += 1
        else:
            share.left.append(Gap(name, theirs, ours))
    return share


def names_of(package: str, module: str, only_public: bool = True) -> dict[str, Name]:
    """The names of a module and the attributes of its classes, as ``module.Class.attribute``; none if it is missing."""
    path = f"{package}.{module}" if module else package
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            loaded = importlib.import_module(path)
    except ModuleNotFoundError as missing:
        if missing.name is not None and (path + ".").startswith(missing.name + "."):
            return {}
        raise
    prefix = f"{module}." if module else ""
    names = {}
    for name in sorted(_public(loaded) if only_public else {*dir(loaded), *getattr(loaded, "__all__", ())}):
        value = getattr(loaded, name)
        names[prefix + name] = _described(value)
        # Once, where it is defined, and not wherever it is imported.
        if isinstance(value, type) and (value.__module__ == path or not only_public):
            for attribute, described in _attributes(value, package if only_public else ""):
                names[f"{prefix}{name}.{attribute}"] = described
    return names


def _public(module: ModuleType) -> set[str]:
    """What the module exports or defines itself; what it merely imports is no name of it."""
    exported = {name for name in getattr(module, "__all__", ()) if not name.startswith("_")}
    tree = ast.parse(inspect.getsource(module))
    imported = {alias.asname or alias.name for node in ast.walk(tree) for alias in getattr(node, "names", ())
                if isinstance(alias, ast.alias)}  # fmt: skip
    defined = {name for name in _bound(tree.body) if not name.startswith("_") and hasattr(module, name)}
    return exported | {name for name in defined - imported if _is_celerys(getattr(module, name))}


def _is_celerys(value: Any) -> bool:
    """Whether it is no class or function of another package under another name."""
    return not (isinstance(value, type) or inspect.isroutine(value)) or (value.__module__ or "").startswith("celery")


def _bound(body: list[ast.stmt]) -> Iterator[str]:
    for statement in body:
        match statement:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.Assign(targets=targets):
                for target in targets:
                    yield from (node.id for node in ast.walk(target) if isinstance(node, ast.Name))
            case ast.AnnAssign(target=ast.Name(id=name)):
                yield name
            case ast.If() if "TYPE_CHECKING" not in ast.unparse(statement.test):
                yield from _bound(statement.body + statement.orelse)
            case ast.Try():
                yield from _bound(statement.body + statement.orelse + statement.finalbody)
                for handler in statement.handlers:
                    yield from _bound(handler.body)


def _attributes(cls: type, package: str) -> Iterator[tuple[str, Name]]:
    """The public attributes that classes of the package, or of any, give it; not what every dict or exception has."""
    seen = set()
    for owner in cls.__mro__:
        if package and owner.__module__.split(".")[0] != package:
            continue
        for name, raw in vars(owner).items():
            if not name.startswith("_") and name not in seen:
                seen.add(name)
                yield name, _described_attribute(raw)


def _described_attribute(raw: Any) -> Name:
    if isinstance(raw, (staticmethod, classmethod)):
        return Name("function", _signature(raw.__func__, bound=isinstance(raw, classmethod)))
    if inspect.isfunction(raw):
        return Name("function", _signature(raw, bound=True))
    if isinstance(raw, MethodDescriptorType):
        return Name("function")
    return Name("value") if hasattr(type(raw), "__get__") else _described(raw)


def _described(value: Any) -> Name:
    if isinstance(value, type):
        return Name("class", _signature(value))
    if inspect.isroutine(value):
        return Name("function", _signature(value))
    if providing := getattr(value, "providing_args", None):
        return Name("value", f"signal with {sorted(providing)}")
    return Name("value", _masked(_shown(value)) if _is_plain(value) else None)


def _signature(fun: Any, bound: bool = False) -> str | None:
    """Names, kinds and defaults; annotations are left out, and so is the object that a method is called on."""
    try:
        parameters = list(inspect.signature(fun).parameters.values())
    except (TypeError, ValueError):
        return None
    if (
        bound
        and parameters
        and parameters[0].kind
        in (
            inspect.Parameter.POSITIONAL_ONLY,
            inspect.Parameter.POSITIONAL_OR_KEYWORD,
        )
    ):
        del parameters[0]
    bare = [parameter.replace(annotation=inspect.Parameter.empty) for parameter in parameters]
    return _masked(str(inspect.Signature(bare)))


def _is_plain(value: Any) -> bool:
    if isinstance(value, PLAIN):
        return True
    if isinstance(value, (tuple, list, set, frozenset)):
        return all(map(_is_plain, value))
    return isinstance(value, dict) and all(_is_plain(k) and _is_plain(v) for k, v in value.items())


def _shown(value: Any) -> str:
    if isinstance(value, (set, frozenset)):
        return f"a set of {sorted(map(repr, value))}"
    return repr(value)


def _masked(text: str) -> str:
    return re.sub(r"0x[0-9a-f]+", "0x..", text.replace("celery_taskq", "celery"))
