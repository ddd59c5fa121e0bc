"""Which queue a task goes to: the call, then the task's attribute, then ``task_routes``, then the default queue."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Mapping
from typing import Any

from celery_taskq.exceptions import QueueNotFound
from celery_taskq.utils.functional import maybe_evaluate, mlazy
from celery_taskq.utils.imports import symbol_by_name

__all__ = ("MapRoute", "Router", "prepare")

#: What a task may say about its calls; routers find None where it does not.
_SAID_BY_TASKS = (
    "routing_key",
    "exchange",
    "priority",
    "serializer",
    "delivery_mode",
    "compression",
    "immediate",
    "mandatory",
)


class MapRoute:
    """Routes from a dict or pairs: exact names first, then ``*`` globs and compiled expressions in their order."""

    def __init__(self, map: Any) -> None:
        self.map: dict[str, Any] = {}
        self.patterns: dict[re.Pattern[str], Any] = {}
        for key, route in map.items() if isinstance(map, Mapping) else map:
            if isinstance(key, re.Pattern):
                self.patterns[key] = route
            elif "*" in key:
                self.patterns[re.compile(fnmatch.translate(key))] = route
            else:
                self.map[key] = route

    def __call__(self, name: str, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        if name in self.map:
            return _as_route(self.map[name])
        for pattern, route in self.patterns.items():
            if pattern.match(name):
                return _as_route(route)
        return None


def _as_route(route: Any) -> dict[str, Any]:
    return {"queue": route} if isinstance(route, str) else dict(route)


def expand_router_string(router: str) -> Any:
    """The router that a dotted name stands for; a class with ``route_for_task`` is instantiated."""
    found = symbol_by_name(router)
    return found() if hasattr(found, "route_for_task") else found


def prepare(routes: Any) -> list[Any]:
    """``task_routes`` in any of its forms, as a list of routers."""

    def router(route: Any) -> Any:
        if isinstance(route, (Mapping, list, tuple)):
            return MapRoute(route)
        return mlazy(expand_router_string, route) if isinstance(route, str) else route

    if routes is None:
        return []
    return [router(route) for route in (routes if isinstance(routes, (list, tuple)) else (routes,))]


class Router:
    """Answers for one value of ``task_routes`` and ``task_queues``."""

    def __init__(
        self, routes: list[Any] | None = None, queues: Any = None, create_missing: bool = False, app: Any = None
    ) -> None:
        """``queues``: the names that may be used; None when any may."""
        self.routes = routes or []
        self.queues = queues
        self.create_missing = create_missing
        self.app = app

    def route(
        self, options: dict[str, Any], name: str, args: Any = (), kwargs: Any = None, task_type: Any = None
    ) -> dict[str, Any]:
        """The options with a ``queue``; what they say, unless it is None, wins over what the route says.

        Raises:
            QueueNotFound: the queue is not in ``task_queues``, and ``task_create_missing_queues`` is off.
        """
        options = self.expand_destination(options)
        if self.routes:
            route = self.lookup_route(name, args, kwargs or {}, options, task_type)
            if route:
                options = _under(self.expand_destination(route), options)
                if options.get("queue"):
                    return options
        if "queue" not in options:
            options["queue"] = self.app.conf.task_default_queue
        return options

    def expand_destination(self, route: Any) -> dict[str, Any]:
        """A queue's name, or a dict, as a dict whose queue may be used; an empty queue is left out."""
        route = {"queue": route} if isinstance(route, str) else route
        queue = route.get("queue")
        if not queue:
            route.pop("queue", None)
        elif self.queues is not None and getattr(queue, "name", queue) not in self.queues:
            raise QueueNotFound(f"Queue {queue!r} missing from task_queues")
        return route

    def lookup_route(
        self, name: str, args: Any = None, kwargs: Any = None, options: Any = None, task_type: Any = None
    ) -> Any:
        """The answer of the first router that has one."""
        options = _as_routers_see(options or {}, task_type)
        for router in self.routes:
            route = self.query_router(router, name, args, kwargs, options, task_type)
            if route is not None:
                return route
        return None

    def query_router(self, router: Any, task: str, args: Any, kwargs: Any, options: Any, task_type: Any) -> Any:
        """The answer of one router."""
        router = maybe_evaluate(router)
        if hasattr(router, "route_for_task"):
            return router.route_for_task(task, args, kwargs)
        return router(task, args, kwargs, options, task=task_type)


def _as_routers_see(options: dict[str, Any], task_type: Any) -> dict[str, Any]:
    from kombu import Exchange, Queue

    seen = {**dict.fromkeys(_SAID_BY_TASKS), **options} if task_type is not None else dict(options)
    name = seen.get("queue")
    if isinstance(name, str):
        seen["queue"] = Queue(name, Exchange(name), routing_key=name)
    return seen


def _under(route: dict[str, Any], options: dict[str, Any]) -> dict[str, Any]:
    return {**route, **{key: value for key, value in options.items() if value is not None}}


def queue_names(queues: Any) -> frozenset[str]:
    """The names in ``task_queues``: a dict, or names and Queue objects."""
    if not queues:
        return frozenset()
    return frozenset(queues) if isinstance(queues, Mapping) else frozenset(getattr(q, "name", q) for q in queues)
