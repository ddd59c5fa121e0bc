"""Loads a program as the module ``proj.tasks``; for celery_taskq with the imports of celery renamed, and only they."""

from __future__ import annotations

import ast
import importlib
import importlib.machinery
import sys
import types
from pathlib import Path


class RenameImports(ast.NodeTransformer):
    """``celery`` in import statements becomes ``celery_taskq``, as a person who migrates would write it."""

    def visit_Import(self, node: ast.Import) -> list[ast.stmt]:
        statements: list[ast.stmt] = []
        for alias in node.names:
            if alias.name.partition(".")[0] != "celery":
                statements.append(ast.Import([alias]))
                continue
            renamed = _renamed(alias.name)
            if alias.asname or "." not in alias.name:
                statements.append(ast.Import([ast.alias(renamed, alias.asname or "celery")]))
            else:
                # The program goes on to say celery.signals, so the bound name has to stay.
                statements.append(ast.Import([ast.alias(renamed, None)]))
                statements.append(ast.Import([ast.alias("celery_taskq", "celery")]))
        return [ast.copy_location(statement, node) for statement in statements]

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.ImportFrom:
        if not node.level and node.module and node.module.partition(".")[0] == "celery":
            node.module = _renamed(node.module)
        return node


def _renamed(name: str) -> str:
    return "celery_taskq" + name.removeprefix("celery")


class _ProgramLoader(importlib.machinery.SourceFileLoader):
    """Compiles the program's source; cached bytecode would mix up the two sides."""

    package = "celery"

    def source_to_code(self, data: bytes, path: str, *, _optimize: int = -1) -> types.CodeType:  # type: ignore[override]
        tree = ast.parse(data, path)
        if self.package == "celery_taskq":
            tree = ast.fix_missing_locations(RenameImports().visit(tree))
        return compile(tree, path, "exec", dont_inherit=True, optimize=_optimize)

    def get_code(self, fullname: str) -> types.CodeType:
        return self.source_to_code(self.get_data(self.path), self.path)


def load(path: Path, package: str) -> types.ModuleType:
    """The program as the module ``proj.tasks`` of this process, importing from ``package``."""
    loader = _ProgramLoader("proj.tasks", str(path))
    loader.package = package
    spec = importlib.machinery.ModuleSpec("proj.tasks", loader, origin=str(path))
    spec.has_location = True
    project = types.ModuleType("proj")
    project.__path__ = []
    sys.modules["proj"] = project
    module = types.ModuleType("proj.tasks")
    module.__spec__, module.__loader__, module.__file__, module.__package__ = spec, loader, str(path), "proj"
    sys.modules["proj.tasks"] = module
    project.tasks = module  # type: ignore[attr-defined]
    loader.exec_module(module)
    return module


def options(path: Path) -> dict[str, object]:
    """The capital-letter settings at the top of a program, such as QUEUES, read without running it."""
    found: dict[str, object] = {}
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id.isupper():
            try:
                found[node.targets[0].id] = ast.literal_eval(node.value)
            except ValueError:
                continue
    return found
