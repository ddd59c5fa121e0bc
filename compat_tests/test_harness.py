"""The harness itself: imports are renamed and nothing else, records are made comparable, differences are found."""

from __future__ import annotations

import ast
import datetime as dt

import pytest

from . import accepted
from .compare import Difference, differences
from .harness import PROGRAMS, Harness, Record
from .imports import RenameImports, options
from .normal import normal
from .recorder import show

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC).timestamp()


@pytest.mark.parametrize(
    ("expected", "source"),
    [
        ("import celery_taskq as celery", "import celery"),
        ("import celery_taskq as c", "import celery as c"),
        ("import celery_taskq.signals\nimport celery_taskq as celery", "import celery.signals"),
        ("import celery_taskq.signals as s", "import celery.signals as s"),
        ("from celery_taskq import Task", "from celery import Task"),
        ("from celery_taskq.app.task import Task as T", "from celery.app.task import Task as T"),
        ("import celeryd, kombu", "import celeryd, kombu"),
        ("from .celery import app", "from .celery import app"),
        ("x = 'celery'", "x = 'celery'"),
    ],
)
def test_only_imports_of_celery_are_renamed(expected, source):
    tree = ast.fix_missing_locations(RenameImports().visit(ast.parse(source)))
    assert ast.dump(ast.parse(expected.replace(", ", "\nimport "))) == ast.dump(
        ast.parse(ast.unparse(tree).replace(", ", "\nimport "))
    )


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        ("<id 1> <id 2> <id 1>", f"{'a' * 8}-0000-0000-0000-{'0' * 12} {'b' * 8}-0000-0000-0000-{'0' * 12} "
         f"{'a' * 8}-0000-0000-0000-{'0' * 12}"),
        ("'<now+180s +0000>'", "'2026-01-01T00:02:59.998+00:00'"),
        ("<now-5s naive>", "2025-12-31 23:59:55"),
        ("'2035-01-01T12:00:00+00:00'", "'2035-01-01T12:00:00+00:00'"),
        ("<@task: a of proj at 0x..>", "<@task: a of proj at 0x7f0011223344>"),
        ("celery.exceptions.Retry", "celery_taskq.exceptions.Retry"),
        ("Task a[x] succeeded in <t>s: 1.5", "Task a[x] succeeded in 1.2e-05s: 1.5"),
    ],
)  # fmt: skip
def test_what_differs_from_run_to_run_is_masked(expected, text):
    assert expected == normal(text, NOW, {})


def test_shown_values_tell_types_apart():
    assert ["[1, 2]", "(1, 2)", "(1,)", "{'a': 1}", "'1'", "1", "True"] == [
        show(value) for value in ([1, 2], (1, 2), (1,), {"a": 1}, "1", 1, True)
    ]


def _event(name, task_id="", **values):
    return {"name": name, "values": values, "task_id": task_id, "at": NOW}


def test_equal_records_have_no_differences():
    events = [_event("a", x="1"), _event("b")]
    assert [] == differences(Record("celery", events), Record("celery_taskq", events))


def test_a_different_value_a_missing_and_an_additional_event_are_told():
    left = Record("celery", [_event("a", x="1"), _event("b"), _event("c")])
    right = Record("celery_taskq", [_event("a", x="2"), _event("c"), _event("d", y="3")])
    assert [
        Difference("producer / a / x", "1", "2"),
        Difference("producer / b", "(no values)", "nothing"),
        Difference("producer / d", "nothing", "y=3"),
    ] == differences(left, right)


def test_long_texts_are_shown_around_their_difference():
    difference = Difference("producer / a / x", "x" * 5000 + "1" + "y" * 5000, "x" * 5000 + "2" + "y" * 5000)
    celery, taskq = str(difference).splitlines()[1:]
    assert celery.endswith("…" + "x" * 60 + "1" + "y" * 239 + "…")
    assert taskq.endswith("…" + "x" * 60 + "2" + "y" * 239 + "…")


def test_tasks_are_compared_one_by_one_and_receipt_apart():
    def ran(task_id):
        return [_event("signal task_received", task_id, request="Request"), _event("ran", task_id)]

    one, two = ran("one"), ran("two")
    left = Record("celery", worker=[one[0], two[0], two[1], one[1]])
    right = Record("celery_taskq", worker=[*one, *two])
    assert [] == differences(left, right)


def test_failed_tasks_must_be_in_the_dead_letters():
    failure = _event("signal task_failure", "one", sender="<@task: proj.tasks.a of proj at 0x1>")
    left, right = Record("celery", worker=[failure]), Record("celery_taskq", worker=[failure])
    assert [Difference("dead letters", "['proj.tasks.a']", "[]")] == differences(left, right)
    right.remains = ["proj.tasks.a"]
    assert [] == differences(left, right)


def test_an_accepted_difference_covers_only_what_it_describes():
    entry = accepted.Accepted("program", "producer / get / *", "what", "reason", "see", taskq="*[no result]*")
    fitting = Difference("producer / get / 0", "None", "raised X([no result])")
    other = Difference("producer / get / 0", "None", "5")
    assert ([other], [(fitting, entry)]) == accepted.sort_out([entry], "program", [fitting, other])
    assert {"program"} == entry.used_by
    assert ([fitting], []) == accepted.sort_out([entry], "another", [fitting])


def test_headings_become_anchors():
    assert {"what-differs", "retry-by-hand"} == accepted.headings(
        "# What differs\n\ntext\n\n## `retry()`: by hand".replace("()`:", "`")
    )


def test_options_are_read_without_running_the_program(tmp_path):
    (tmp_path / "program.py").write_text("QUEUES = ['a', 'b']\nOTHER = print('not run')\n1 / 0\n")
    assert {"QUEUES": ["a", "b"]} == options(tmp_path / "program.py")


def test_a_program_that_breaks_is_reported_with_its_output(tmp_path):
    (tmp_path / "program.py").write_text("def drive(record):\n    print('here')\n    raise KeyError('broken')\n")
    with Harness(slots=1, sides=("celery",)) as harness:
        [record] = harness.submit(tmp_path / "program.py").result()
    assert "drive()" in record.error
    assert "here" in record.error
    assert "KeyError: 'broken'" in record.error


def test_a_program_records_the_same_each_time_under_celery():
    with Harness(slots=1, sides=("celery", "celery")) as harness:
        left, right = harness.submit(PROGRAMS / "first_steps.py").result()
    assert left.worker
    assert [] == differences(left, right)
