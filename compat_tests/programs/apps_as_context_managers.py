"""with Celery(…) as app, close(), several apps side by side, default and current app, and repr."""

from celery import Celery, current_app, shared_task
from celery._state import default_app, get_current_app
from celery.app import app_or_default
from celery.app import default_app as default_app_again

from compat_tests.recorder import outcome, record

main = Celery("main")


@shared_task
def shared(x):
    record("shared", x, shared.app.main)


@main.task
def own(x):
    record("own", x, current_app.main)


def drive(record):
    with Celery("within", set_as_current=False) as app:

        @app.task(shared=False)
        def local(x):
            return x * 2

        record("within", app.main, local.name, local(4), local.apply((5,)).get(), current_app.main)
        record("tasks", sorted(name for name in app.tasks if not name.startswith("celery.")))
    record("closed", app.main, outcome(lambda: local(3)), local.name in app.tasks)
    record("close", main.close(), outcome(lambda: main.tasks["proj.tasks.own"].name))
    second = Celery("second")
    record("the last one is current", current_app.main, get_current_app() is second, shared.app.main, own.app.main)
    main.set_current()
    record("set_current", current_app.main, shared.app.main)
    main.set_default()
    record("set_default", default_app.main, default_app_again.main, app_or_default().main, app_or_default(second).main)
    record("names", repr(main)[:14], str(second)[:16], Celery(set_as_current=False).main, bool(main))
    record("equal", main == current_app, main == second, hash(main) == hash(main))
    record("options", second.set_as_current, second.strict_typing, second.autofinalize)
    record("registry_cls", type(second.tasks).__name__, second.finalized, second.configured)
    own.delay(1)
    shared.delay(2)
