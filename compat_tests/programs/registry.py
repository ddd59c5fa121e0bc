"""app.tasks as a registry: registering, unregistering, shared and private tasks, finalization."""

from celery import Celery, shared_task

from compat_tests.recorder import outcome, record

app = Celery("proj")


@shared_task
def shared():
    record("shared")


def function():
    record("function")


def drive(record):
    record("finalized", app.finalized)
    other = Celery("other", set_as_current=False)
    record("before use", other.finalized)
    lazy = other.task(function, name="lazy")
    record("still", other.finalized, type(lazy).__name__)
    record("after use", lazy.name, other.finalized)
    record("then at once", type(other.task(drive, name="at.once", shared=False)).__name__)
    private = other.task(function, name="private", shared=False)
    record("private", private.name in other.tasks, private.name in app.tasks, "lazy" in app.tasks)
    record("shared", "proj.tasks.shared" in other.tasks, "proj.tasks.shared" in app.tasks)
    record("unregister", outcome(other.tasks.unregister, "private"), "private" in other.tasks)
    record("unregister unknown", outcome(other.tasks.unregister, "private"))
    record("regular", sorted(n for n in other.tasks.regular() if not n.startswith("celery.")), other.tasks.get("nope"))
    strict = Celery("strict", autofinalize=False, set_as_current=False)
    record("autofinalize=False", outcome(lambda: strict.tasks))
    strict.finalize()
    record("finalized by hand", strict.finalized, "proj.tasks.shared" in strict.tasks)
    record("repr", repr(app), app.main)
    eager = Celery("eager", set_as_current=False)
    record(
        "lazy=False", type(eager.task(function, name="now", lazy=False, shared=False)).__name__, eager.tasks["now"].name
    )
    shared.delay()
