"""Exact names, globs, regular expressions and pairs in task_routes: which one wins, and malformed ones."""

import re

from celery import Celery

from compat_tests.recorder import outcome

NAMES = ("feed.tasks.import", "feed.tasks.export", "feed.other", "web.hook", "feed.tasks.import_all", "x.feed.tasks")


def route(routes, name, **settings):
    """Where a new app with these routes would send a task of this name."""
    app = Celery("routing", set_as_current=False)
    app.conf.task_routes = routes
    app.conf.update(settings)
    found = app.amqp.router.route({}, name)
    # What is left without a queue goes to the default one when it is sent.
    found.setdefault("queue", app.conf.task_default_queue)
    return {key: getattr(value, "name", value) for key, value in sorted(found.items())}


def drive(record):
    tables = {
        "nothing": None,
        "empty": {},
        "exact": {"feed.tasks.import": "exact"},
        "exact after glob": {"feed.*": "glob", "feed.tasks.import": "exact"},
        "two globs": {"feed.tasks.*": "first", "feed.*": "second"},
        "two globs reversed": {"feed.*": "second", "feed.tasks.*": "first"},
        "glob in the middle": {"feed.*.import*": {"queue": "middle"}},
        "everything": {"*": {"queue": "all", "priority": 4}},
        "question marks and brackets": {"web.hoo?": "q", "fee[d].*": "b"},
        "regex": {re.compile(r"(feed|web)\.\w+$"): "regex"},
        "regex starts at the start": {re.compile(r"tasks"): "regex"},
        "dict without queue": {"feed.*": {"priority": 3}},
        "two dicts": ({"web.*": "web"}, {"*": "rest"}),
        "pairs": ([("feed.*", "pairs"), (re.compile("web"), {"queue": "web"})],),
        "name and function": ({"web.hook": "web"}, lambda name, args, kwargs, options, task=None, **kw: name[:4]),
        "routing key": {"feed.*": {"routing_key": "rk"}},
        "queue None": {"feed.*": {"queue": None}},
    }
    for label, routes in tables.items():
        for name in NAMES:
            record(label, name, outcome(route, routes, name))
    record("default queue", outcome(route, None, "x", task_default_queue="mine"))
    record("pairs that are not in a list", outcome(route, [("feed.*", "pairs"), ("web.*", "web")], "web.hook"))
    record("no such module", outcome(route, "no.such.module.Router", "x"))
    record("no such name", outcome(route, ["proj.tasks.nothing"], "x"))
    record("a number", outcome(route, 5, "x"))
    record("a number in a list", outcome(route, [5], "x"))
    record("a number as queue", outcome(route, {"x": 5}, "x"))
