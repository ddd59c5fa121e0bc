"""The methods of a task that begin a workflow: chunks, map, starmap, replace, add_to_chord; link in a call."""

from celery import shared_task
from celery.canvas import chain, chord, chunks, group, xmap, xstarmap

from compat_tests.recorder import outcome, returns


@shared_task(bind=True)
def add(self, x, y=0):
    return x + y


def drive(record):
    record("chunks", returns(add.chunks, zip(range(4), range(4), strict=True), 2))
    record("map", returns(add.map, [1, 2]))
    record("starmap", returns(add.starmap, [(1, 2)]))
    record("link", returns(add.apply_async, (1,), link=add.s(2), queue="later", task_id="a"))
    record("link_error", returns(add.apply_async, (1,), link_error=[add.s(2)], queue="later", task_id="b"))
    record("on_error", returns(add.s(1).on_error, add.s(2)))
    record("nothing linked", returns(add.apply_async, (1,), link=None, link_error=None, queue="later", task_id="c"))
    record("empty lists", returns(add.apply_async, (1,), link=[], link_error=[], queue="later", task_id="d"))
    record("classes", [cls.__name__ for cls in (chain, chord, chunks, group, xmap, xstarmap)])
    record("not instances", [isinstance(add.s(1), cls) for cls in (chain, chord, chunks, group, xmap, xstarmap)])
    record("still a dict", outcome(lambda: add.s(1) | {"x": 1}))
