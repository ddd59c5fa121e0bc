"""Which modules a worker imports."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from celery_taskq import Celery, _state


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: Any) -> Path:
    """shop has tasks and jobs, empty has neither, broken has tasks that import what is missing."""
    for name, modules in {
        "tq_shop": {"tasks": "loaded = True", "jobs": "loaded = True"},
        "tq_empty": {},
        "tq_broken": {"tasks": "import tq_no_such_module"},
    }.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").touch()
        for module, text in modules.items():
            (tmp_path / name / f"{module}.py").write_text(text)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path
    for name in [name for name in sys.modules if name.startswith("tq_")]:
        del sys.modules[name]


def test_discovery_waits_for_a_worker(app: Celery, packages: Path) -> None:
    app.autodiscover_tasks(["tq_shop", "tq_empty"])
    assert "tq_shop.tasks" not in sys.modules
    app.loader.import_default_modules()
    assert "tq_shop.tasks" in sys.modules


def test_discovery_can_be_forced_and_can_look_for_another_name(app: Celery, packages: Path) -> None:
    app.autodiscover_tasks(lambda: ["tq_shop"], related_name="jobs", force=True)
    assert ("tq_shop.jobs" in sys.modules, "tq_shop.tasks" in sys.modules) == (True, False)


def test_an_app_discovers_for_itself_alone(app: Celery, packages: Path) -> None:
    app.autodiscover_tasks(["tq_shop"])
    Celery("other", set_as_current=False).loader.import_default_modules()
    assert "tq_shop.tasks" not in sys.modules


def test_a_missing_package_is_an_error(app: Celery) -> None:
    with pytest.raises(ModuleNotFoundError, match="tq_no_such_package"):
        app.autodiscover_tasks(["tq_no_such_package"], force=True)


def test_an_error_in_a_task_module_stops_the_worker(app: Celery, packages: Path) -> None:
    app.autodiscover_tasks(["tq_broken"])
    with pytest.raises(ModuleNotFoundError, match="tq_no_such_module"):
        app.loader.import_default_modules()


def test_without_packages_djangos_apps_are_looked_through(app: Celery) -> None:
    app.autodiscover_tasks()
    app.loader.import_default_modules()
    assert app.loader.task_modules == {"tests.project.tasks"}


def test_a_project_without_an_app_finds_its_tasks() -> None:
    _state.default_app = _state._tls.current_app = None
    app = _state.get_current_app()
    app.loader.import_default_modules()
    assert "tests.project.tasks.note" in app.tasks


def test_imports_and_include_are_imported(app: Celery, packages: Path) -> None:
    app.conf.update(imports=("tq_shop.tasks",), include="tq_shop.jobs")
    app.loader.import_default_modules()
    assert {"tq_shop.tasks", "tq_shop.jobs"} <= set(sys.modules)
