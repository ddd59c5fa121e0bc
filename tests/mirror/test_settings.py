"""app.conf: from where settings come, and which wins."""

from __future__ import annotations

import datetime as dt
import types
from typing import Any

import pytest
from django.test import override_settings

from celery_taskq import Celery, _state
from celery_taskq.app.defaults import DEFAULTS
from celery_taskq.exceptions import ImproperlyConfigured


def new(**kwargs: Any) -> Celery:
    return Celery("x", set_as_current=False, **kwargs)


def test_defaults_are_celerys_and_ours() -> None:
    conf = new().conf
    assert (conf.task_default_queue, conf["task_serializer"], conf.get("nope", 7)) == ("celery", "json", 7)
    assert (conf.taskq_database, conf.taskq_dirty_after, conf.taskq_poll_interval) == ("default", 30.0, 1.0)
    assert (conf.taskq_notify, conf.taskq_max_payload) == (True, 1048576)


def test_an_unknown_setting_is_an_attribute_error_and_a_key_error() -> None:
    conf = new().conf
    with pytest.raises(AttributeError, match="'Settings' object has no attribute 'nope'"):
        _ = conf.nope
    with pytest.raises(KeyError, match="nope"):
        conf["nope"]


def test_any_setting_can_be_set_and_read_back() -> None:
    conf = new(task_serializer="pickle", broker="redis://").conf
    conf.anything = 1
    conf["more"] = 2
    conf.update(task_time_limit=5)
    assert (conf.anything, conf.more, conf.task_time_limit, conf.task_serializer) == (1, 2, 5, "pickle")
    assert (conf.broker_url, "anything" in conf, conf.value_set_for("task_time_limit")) == ("redis://", True, True)
    assert conf.setdefault("task_time_limit", 9) == 5
    del conf.anything
    assert "anything" not in conf


def test_old_names_are_understood() -> None:
    conf = new().conf
    assert (conf.CELERY_TASK_SERIALIZER, conf.CELERY_ALWAYS_EAGER) == ("json", False)
    conf.CELERY_ALWAYS_EAGER = True
    assert conf.task_always_eager is True


class Source:
    task_time_limit = 77
    CELERY_ALWAYS_EAGER = True
    CELERY_TASKQ_DATABASE = "queue"


@pytest.mark.parametrize(
    "source",
    [
        Source,
        Source(),
        {"task_time_limit": 77, "CELERY_ALWAYS_EAGER": True, "CELERY_TASKQ_DATABASE": "queue"},
        types.SimpleNamespace(task_time_limit=77, CELERY_ALWAYS_EAGER=True, CELERY_TASKQ_DATABASE="queue"),
        "tests.mirror.test_settings:Source",
    ],
)
def test_settings_come_from_an_object_a_dict_or_a_name(source: Any) -> None:
    app = new()
    app.config_from_object(source)
    assert not app.configured
    assert (app.conf.task_time_limit, app.conf.task_always_eager, app.conf.taskq_database) == (77, True, "queue")
    assert app.configured


def test_settings_come_from_a_module(monkeypatch: Any) -> None:
    import sys

    module = types.ModuleType("configuration_of_a_test")
    module.task_time_limit = 78  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, module.__name__, module)
    app = new(config_source=module.__name__)
    assert app.conf.task_time_limit == 78


def test_what_code_says_wins_over_the_source_whenever_it_says_it() -> None:
    app = new()
    app.conf.task_time_limit = 1
    app.config_from_object(Source)
    assert app.conf.task_time_limit == 1
    app.conf.task_always_eager = False
    assert app.conf.task_always_eager is False


def test_added_defaults_give_way_to_the_source() -> None:
    app = new(config_source=Source)
    app.add_defaults({"task_time_limit": 1, "task_soft_time_limit": 2})
    app.add_defaults(lambda: {"own": 3})
    assert (app.conf.task_time_limit, app.conf.task_soft_time_limit, app.conf.own) == (77, 2, 3)
    app.add_defaults({"late": 4})
    assert app.conf.late == 4


def test_a_missing_module_is_an_error_when_it_is_read_unless_silent() -> None:
    app = new()
    app.config_from_object("no.such.module")
    with pytest.raises(ModuleNotFoundError, match="No module named 'no'"):
        _ = app.conf.task_serializer
    app.config_from_object("no.such.module", silent=True)
    assert app.conf.task_serializer == "json"


def test_the_environment_names_a_module(monkeypatch: Any) -> None:
    monkeypatch.setenv("MY_CONFIG", "tests.mirror.test_settings:Source")
    app = new()
    app.config_from_envvar("MY_CONFIG", force=True)
    assert app.conf.task_time_limit == 77
    monkeypatch.delenv("MY_CONFIG")
    assert app.config_from_envvar("MY_CONFIG", silent=True) is False
    with pytest.raises(ImproperlyConfigured, match="'MY_CONFIG' is not set"):
        app.config_from_envvar("MY_CONFIG")


@pytest.mark.parametrize("namespace", ["CELERY", "CELERY_"])
def test_djangos_settings_are_read_under_a_namespace_at_every_use(namespace: str) -> None:
    app = new()
    app.config_from_object("django.conf:settings", namespace=namespace)
    assert (app.conf.task_time_limit, app.conf.timezone) == (None, "Europe/Riga")
    with override_settings(CELERY_TASK_TIME_LIMIT=30, CELERY_WRONG_NAME=5, CELERY_TASKQ_DIRTY_AFTER=7):
        assert (app.conf.task_time_limit, app.conf.wrong_name, app.conf.taskq_dirty_after) == (30, 5, 7)
        assert app.conf.get("CELERY_WRONG_NAME") == 5
    assert (app.conf.task_time_limit, app.conf.get("SECRET_KEY")) == (None, "for tests only")


def test_djangos_settings_without_a_namespace_have_the_old_names() -> None:
    app = new()
    app.config_from_object("django.conf:settings")
    with override_settings(CELERY_ALWAYS_EAGER=True, BROKER_URL="redis://", CELERY_TASKQ_NOTIFY=False):
        assert (app.conf.task_always_eager, app.conf.broker_url, app.conf.taskq_notify) == (True, "redis://", False)


def test_the_app_that_nobody_made_reads_djangos_settings() -> None:
    _state.default_app = _state._tls.current_app = None
    conf = _state.get_current_app().conf
    with override_settings(CELERY_TASK_DEFAULT_QUEUE="mail"):
        assert conf.task_default_queue == "mail"
    assert conf.task_default_queue == "celery"


def test_an_app_that_names_no_source_does_not_read_djangos_settings() -> None:
    with override_settings(CELERY_TASK_DEFAULT_QUEUE="mail"):
        assert new().conf.task_default_queue == "celery"


def test_signals_tell_when_the_configuration_is_read() -> None:
    app = new()
    seen: list[Any] = []
    app.on_configure.connect(lambda **kwargs: seen.append("configure"), weak=False)
    app.on_after_configure.connect(lambda sender, source, **kwargs: seen.append((sender, source)), weak=False)
    app.on_after_finalize.connect(lambda sender, **kwargs: seen.append("finalize"), weak=False)
    assert seen == []
    _ = app.conf.task_serializer
    assert seen == ["configure", (app, app.conf)]
    app.finalize()
    assert seen[2:] == ["finalize"]


def test_one_apps_changes_are_not_anothers() -> None:
    new().conf.beat_schedule["x"] = {}
    assert new().conf.beat_schedule == DEFAULTS["beat_schedule"] == {}


def test_the_apps_clock_is_in_its_zone() -> None:
    app = new(timezone="Europe/Riga")
    assert (str(app.timezone), app.now().tzinfo, app.uses_utc_timezone()) == ("Europe/Riga", app.timezone, False)
    assert new().uses_utc_timezone()
    assert new().now() - dt.datetime.now(dt.UTC) < dt.timedelta(seconds=5)


def test_iterating_gives_every_name() -> None:
    conf = new(own=1).conf
    assert set(DEFAULTS) < set(conf)
    assert ("own" in list(conf), len(conf), bool(conf)) == (True, len(DEFAULTS) + 1, True)
    assert conf.without_defaults() == {"own": 1}
