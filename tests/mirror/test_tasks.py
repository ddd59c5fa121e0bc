"""How functions and classes become tasks."""

from __future__ import annotations

import pickle
import subprocess
import sys
from functools import partial
from typing import Any
from unittest import mock

import pytest

from celery_taskq import Celery, Task, _state, current_app, current_task, shared_task
from celery_taskq.exceptions import CDeprecationWarning, DuplicateTaskNameWarning, NotRegistered
from celery_taskq.local import PromiseProxy, Proxy


def test_a_shared_task_is_named_after_its_module_and_function(app: Celery) -> None:
    @shared_task
    def add() -> None: ...

    assert add.name == f"{__name__}.add"
    assert type(add) is Proxy


def test_a_shared_task_takes_options_and_can_be_kept_as_a_decorator(app: Celery) -> None:
    decorator = shared_task(bind=True, verbose_name="x")

    @decorator
    def one(self: Any) -> Any:
        return self

    @decorator
    def two(self: Any) -> None: ...

    assert (one.verbose_name, one() == one, two.name) == ("x", True, f"{__name__}.two")


def test_a_shared_task_follows_the_current_app(app: Celery) -> None:
    @shared_task
    def follow() -> None: ...

    assert follow.app is app
    other = Celery("other")
    assert follow.app is other


def test_a_shared_task_reaches_apps_that_are_finalized_already(app: Celery) -> None:
    app.finalize()

    @shared_task(name="late")
    def late() -> None: ...

    assert "late" in app.tasks


def test_a_task_of_one_app_is_in_every_other_unless_it_is_not_shared(app: Celery) -> None:
    @app.task(name="both")
    def both() -> None: ...

    @app.task(name="mine", shared=False)
    def mine() -> None: ...

    other = Celery("other", set_as_current=False)
    assert ("both" in other.tasks, "mine" in other.tasks) == (True, False)


def test_shared_task_refuses_what_is_not_a_function() -> None:
    with pytest.raises(TypeError, match="takes 0 positional arguments but 1 was given"):
        shared_task(1)


def test_shared_task_refuses_to_decorate_twice() -> None:
    @shared_task
    def once() -> None: ...

    with pytest.raises(TypeError, match="applied more than once"):
        shared_task(once)


def test_app_task_returns_a_promise_until_the_app_is_finalized(app: Celery) -> None:
    @app.task
    def lazy() -> None:
        """Says what it does."""

    assert type(lazy) is PromiseProxy
    assert lazy.__doc__ == "Says what it does."
    assert isinstance(lazy, Task)

    app.finalize()

    @app.task
    def eager() -> None: ...

    assert isinstance(type(eager), type)
    assert type(eager).__name__ == "eager"


def test_app_task_refuses_what_is_not_a_function(app: Celery) -> None:
    with pytest.raises(TypeError, match="argument 1 to @task"):
        app.task(1)
    with pytest.raises(TypeError, match="takes exactly 1 argument"):
        app.task(len, len)


def test_filter_processes_the_task(app: Celery) -> None:
    assert app.task(filter=lambda task: "filtered", shared=False)(lambda_with_name()) == "filtered"


def lambda_with_name() -> Any:
    def named() -> None: ...

    return named


def test_unknown_options_become_attributes(app: Celery) -> None:
    @app.task(ignore_results=True, unique_on=["a"])
    def odd() -> None: ...

    assert (odd.ignore_results, odd.unique_on) == (True, ["a"])


def test_a_module_that_is_run_as_a_script_is_named_after_the_app(app: Celery) -> None:
    assert app.gen_task_name("f", "__main__") == "proj.f"
    assert Celery(set_as_current=False).gen_task_name("f", "__main__") == "__main__.f"


def test_the_first_of_two_functions_keeps_the_name(app: Celery) -> None:
    app.finalize()
    first = app.task(name="taken", shared=False)(lambda_with_name())
    with pytest.warns(DuplicateTaskNameWarning, match="was not registered"):
        second = app.task(name="taken", shared=False)(lambda_with_name())
    assert first is second


def test_the_same_function_again_is_silent(app: Celery) -> None:
    app.finalize()
    fun = lambda_with_name()
    assert app.task(name="again", shared=False)(fun) is app.task(name="again", shared=False)(fun)


def test_a_lambda_is_refused_when_the_task_is_made(app: Celery) -> None:
    app.finalize()
    with pytest.raises(SyntaxError):
        app.task(shared=False)(lambda: None)


def test_a_partial_is_refused(app: Celery) -> None:
    app.finalize()
    with pytest.raises(AttributeError, match="__name__"):
        app.task(shared=False)(partial(print, 1))


def test_an_unknown_name_is_not_registered(app: Celery) -> None:
    with pytest.raises(NotRegistered, match="nope"):
        app.tasks["nope"]


def test_an_app_that_does_not_finalize_by_itself_refuses_its_tasks() -> None:
    app = Celery("strict", autofinalize=False, set_as_current=False)
    with pytest.raises(RuntimeError, match="Contract breach: app not finalized"):
        _ = app.tasks


def test_a_base_class_gives_hooks_attributes_and_state(app: Celery) -> None:
    class Counting(Task):
        calls = 0

        def __call__(self, *args: Any, **kwargs: Any) -> Any:
            type(self).calls += 1
            return super().__call__(*args, **kwargs)

    @app.task(base=Counting, bind=True)
    def counted(self: Any, x: int) -> Any:
        return self.name, x

    assert counted(5) == (f"{__name__}.counted", 5)
    assert counted.calls == 1


def test_task_cls_can_be_a_string() -> None:
    app = Celery("typed", set_as_current=False, task_cls="tests.mirror.test_tasks:Special")
    assert issubclass(app.Task, Special)


class Special(Task):
    """For the test above."""


def test_a_task_class_is_registered_by_instance_or_class(app: Celery) -> None:
    class Add(Task):
        def run(self, x: int) -> int:
            return x + 1

    class Named(Task):
        name = "my.name"

    assert app.register_task(Add())(1) == 2
    assert app.register_task(Named).name == "my.name"


def test_a_task_without_a_body_says_so(app: Celery) -> None:
    class Empty(Task):
        name = "empty"

    with pytest.raises(NotImplementedError, match="must define the run method"):
        app.register_task(Empty())()


def test_pydantic_is_refused_and_not_ignored(app: Celery) -> None:
    app.finalize()
    with pytest.raises(NotImplementedError, match="model_validate"):
        app.task(pydantic=True, shared=False)(lambda_with_name())


def test_open_options_are_read_from_the_configuration_once(app: Celery) -> None:
    app.conf.task_acks_late = True

    @app.task
    def bound() -> None: ...

    assert bound.acks_late is True
    app.conf.task_acks_late = False
    assert bound.acks_late is True


def test_a_queue_as_attribute_warns_as_in_celery(app: Celery) -> None:
    app.finalize()
    with pytest.warns(CDeprecationWarning, match="'queue' task attribute is deprecated"):
        task = app.task(queue="mail", shared=False)(lambda_with_name())
    assert task._get_exec_options() == {"queue": "mail", "serializer": "json"}


def test_annotations_change_tasks(app: Celery) -> None:
    app.conf.task_annotations = [{"*": {"rate_limit": "5/s"}}, {"ann": {"max_retries": 42}}]

    @app.task(name="ann")
    def annotated() -> None: ...

    assert (annotated.rate_limit, annotated.max_retries) == ("5/s", 42)


def test_a_base_class_may_add_to_the_annotations(app: Celery) -> None:
    class Owned(Task):
        @classmethod
        def annotate(cls) -> None:
            super().annotate()
            cls.owner = f"owner of {cls.name}"

    app.conf.task_annotations = {"*": {"rate_limit": "5/s"}}

    @app.task(name="owned", base=Owned)
    def owned() -> None: ...

    assert (owned.owner, owned.rate_limit) == ("owner of owned", "5/s")


def test_a_call_has_a_request_of_its_own(app: Celery) -> None:
    @app.task(bind=True)
    def show(self: Any, *args: Any, **kwargs: Any) -> Any:
        request = self.request
        return request.id, request.args, request.kwargs, request.called_directly, current_task == self

    assert show(1, a=2) == (None, (1,), {"a": 2}, True, True)
    assert not current_task
    assert show.request.args is None


def test_a_recursive_call_gets_the_outer_request_back(app: Celery) -> None:
    @app.task(bind=True)
    def deep(self: Any, depth: int) -> list[int]:
        below = deep(depth - 1) if depth else []
        return [*below, self.request.args[0]]

    assert deep(2) == [0, 1, 2]


def test_an_exception_of_a_call_gets_out_and_the_request_is_gone(app: Celery) -> None:
    @app.task
    def broken() -> None:
        raise ValueError("x")

    with pytest.raises(ValueError, match="x"):
        broken()
    assert not current_task


def test_a_request_can_be_pushed_for_a_test(app: Celery) -> None:
    @app.task(bind=True)
    def asks(self: Any) -> Any:
        return self.request.id

    asks.push_request(id="T", called_directly=False)
    try:
        assert asks.run() == "T"
    finally:
        asks.pop_request()


def test_a_task_is_pickled_as_its_name(app: Celery) -> None:
    @app.task
    def pickled() -> None: ...

    assert pickle.loads(pickle.dumps(pickled)) is app.tasks[pickled.name]


def test_delay_can_be_patched_by_name(app: Celery, jobs: Any) -> None:
    with mock.patch(f"{__name__}.module_task.delay") as delay:
        module_task.delay(1)
    delay.assert_called_once_with(1)
    module_task.delay(2)
    assert [message.payload for message in jobs.messages] == ["[[2], {}]"]


def test_delay_looks_apply_async_up_when_it_is_called(app: Celery) -> None:
    with mock.patch.object(module_task, "apply_async") as apply_async:
        module_task.delay(1, b=2)
    apply_async.assert_called_once_with((1,), {"b": 2})


def test_attributes_can_be_set_and_deleted(app: Celery) -> None:
    module_task.run = lambda x: "patched"
    assert module_task(1) == "patched"
    del module_task.run
    assert module_task(1) == 1


@shared_task
def module_task(x: int) -> int:
    return x


def test_repr_names_the_task_and_its_app(app: Celery) -> None:
    assert repr(module_task).startswith(f"<@task: {__name__}.module_task of proj at 0x")


def test_the_default_app_is_made_on_demand_and_gives_way_to_the_projects() -> None:
    _state.default_app = _state._tls.current_app = None
    assert current_app.main == "default"
    assert _state._default_is_implicit
    app = Celery("proj")
    assert _state.default_app is app


WITHOUT_DJANGO = """
import sys
from celery_taskq import Celery, Task, chain, shared_task, signature, uuid
from celery_taskq import result, signals, states
from celery_taskq.app import log, trace

app = Celery("x")

@app.task
def task(): return 1

assert task.apply().get() == 1
print([name for name in ("django.conf", "psycopg") if name in sys.modules])
"""


def test_the_names_load_and_tasks_run_without_a_django_project() -> None:
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": "."}
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_DJANGO], capture_output=True, text=True, env=environment, check=False
    )
    assert (done.stdout, done.returncode) == ("[]\n", 0), done.stderr


def test_importing_the_package_loads_nothing_else() -> None:
    code = "import sys, celery_taskq; print([m for m in sys.modules if m.startswith(('django', 'kombu'))])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
