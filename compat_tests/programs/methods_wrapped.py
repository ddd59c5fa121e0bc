"""add_around, on_bound, from_config, bind and annotate: the places where a task class can be changed as it is bound."""

from celery import Celery, Task

from compat_tests.recorder import outcome, record


def noting(label):
    def around(method):
        def wrapped(*args, **kwargs):
            record(label, method.__name__, [arg for arg in args if not isinstance(arg, Task)], kwargs)
            return method(*args, **kwargs)

        return wrapped

    return around


class Bound(Task):
    bound_to = ()
    from_config = Task.from_config + (("owner", "task_owner"),)
    owner = None

    @classmethod
    def on_bound(cls, app):
        cls.bound_to = (*cls.bound_to, app.main)
        super().on_bound(app)


class Annotated(Task):
    @classmethod
    def annotate(cls):
        super().annotate()
        cls.annotated = True
        cls.add_around("on_success", noting("around on_success"))


app = Celery("proj")
app.conf.update(task_owner="team", task_ignore_result=True)


@app.task(base=Bound)
def bound(x):
    record("bound", x, bound.owner, bound.bound_to)


@app.task(base=Bound, owner="me", ignore_result=False)
def with_owner(x):
    record("with_owner", x, with_owner.owner)


@app.task(base=Annotated, bind=True)
def annotated(self, x):
    record("annotated", x, self.annotated)
    return x


def drive(record):
    record("on_bound", bound.bound_to, bound.owner, bound.ignore_result, with_owner.owner, with_owner.ignore_result)
    bound.__class__.add_around("__call__", noting("around __call__"))
    record("called", bound(1))
    bound.__class__.add_around("__call__", noting("around once"))
    record("called again", bound(2), bound.__class__.__call__.__wrapped__ is Task.__call__)
    bound.__class__.add_around("apply_async", noting("around apply_async"))
    bound.delay(3)
    bound.s(4).delay()
    record("unknown method", outcome(bound.__class__.add_around, "nope", noting("x")))
    annotated.delay(5)
    record("applied", annotated.apply((6,)).get())
    with_owner.delay(7)

    class Late(Bound):
        name = "late"

        def run(self):
            return "ran"

    record("unbound", Late.owner, Late.bound_to)
    late = app.register_task(Late())
    record("registered", late.owner, late.bound_to, Late._get_app() is app, late.app is app)
    other = Celery("other", set_as_current=False, task_owner="others")
    Late.bind(other)
    record("bound again", Late.app.main, Late.bound_to, Late.owner)
    record("names of settings", dict(Task.from_config)["time_limit"], len(Bound.from_config) - len(Task.from_config))
