"""task_annotations as dict, tuple, object, class by name and lazily; attributes, and methods wrapped with an @."""

from celery import Celery

from compat_tests.recorder import outcome, record


def quiet(self, exc, task_id, args, kwargs, einfo):
    record("annotated on_failure", exc, args)


def loud(method):
    def wrapped(*args, **kwargs):
        record("around", args, kwargs)
        return method(*args, **kwargs)

    return wrapped


class ByName:
    def annotate(self, task):
        return {"owner": "by name"} if task.name.startswith("annotated.") else None

    def annotate_any(self):
        return {"team": "by name"}


def make(name, annotations, **options):
    """A task of a new app with these annotations."""
    app = Celery("annotations", set_as_current=False)
    app.conf.task_annotations = annotations

    @app.task(name=name, shared=False, **options)
    def task(x=1):
        return x

    return task


NAMES = ("owner", "team", "max_retries", "rate_limit", "default_retry_delay", "acks_late", "unknown")


def attributes(name, annotations, **options):
    task = make(name, annotations, **options)
    return {key: getattr(task, key, "none") for key in NAMES}


app = Celery("proj")
app.conf.task_annotations = {
    "*": {"on_failure": quiet, "team": "all"},
    "proj.tasks.fails": {"@run": loud, "max_retries": 0},
}


@app.task(max_retries=5)
def fails(x):
    record("fails", x, fails.max_retries, fails.team)
    raise ValueError(x)


def drive(record):
    forms = {
        "nothing": None,
        "empty": {},
        "by name": {"annotated.task": {"owner": "dict", "max_retries": 7}},
        "star": {"*": {"owner": "star"}},
        "name and star": {"*": {"owner": "star", "team": "star"}, "annotated.task": {"owner": "name"}},
        "list": [{"annotated.task": {"owner": "first"}}, {"annotated.task": {"owner": "second", "team": "second"}}],
        "tuple": ({"*": {"owner": "tuple"}},),
        "object": ByName(),
        "object in a list": [ByName(), {"*": {"rate_limit": "5/s"}}],
        "dotted name": "proj.tasks.ByName",
        "dotted name in a list": ["proj.tasks:ByName"],
        "no glob": {"annotated.*": {"owner": "glob"}},
        "no such name": "no.such.Annotation",
    }
    for label, annotations in forms.items():
        record(label, outcome(attributes, "annotated.task", annotations))
        record(label, outcome(attributes, "other.task", annotations, owner="task", max_retries=1))
    wrapped = make("annotated.wrapped", {"annotated.wrapped": {"@__call__": loud, "@apply_async": loud}})
    record("wrapped call", wrapped(3))
    record("wrapped", wrapped.__class__.__call__.__wrapped__ is not None, hasattr(wrapped, "@__call__"))
    task = make("annotated.later", None)
    task.annotate()
    record("annotate() again", getattr(task, "owner", "none"))
    fails.delay("x")
