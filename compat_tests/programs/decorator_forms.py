"""shared_task and app.task with and without parentheses, kept in a variable, and applied as plain functions."""

from celery import Celery, shared_task

from compat_tests.recorder import outcome, record, show, warned

app = Celery("proj")

task = shared_task(bind=True, max_retries=7)
quiet_task = shared_task(ignore_result=True, default_retry_delay=11)


@shared_task
def plain(x):
    record("plain", x)


@shared_task()
def with_parentheses(x):
    record("with_parentheses", x)


@task
def from_variable(self, x):
    record("from_variable", x, self.name, self.max_retries)


@task
def from_the_same_variable(self):
    record("from_the_same_variable", self.name, self.max_retries)


@quiet_task
def quiet():
    record("quiet", quiet.ignore_result, quiet.default_retry_delay)


@app.task
def of_app(x):
    record("of_app", x)


@app.task(name="special.name", bind=True)
def of_app_named(self):
    record("of_app_named", self.name)


def wrapped(**options):
    def decorate(function):
        return shared_task(name=f"wrapped.{function.__name__}", **options)(function)

    return decorate


@wrapped(bind=True)
def by_own_decorator(self):
    record("by_own_decorator", self.name)


def function_itself(x=3):
    """Adds nothing."""
    record("function_itself", x)


function_task = shared_task(function_itself, bind=False)


def drive(record):
    for each in (plain, with_parentheses, from_variable, quiet, of_app, of_app_named, by_own_decorator, function_task):
        record("name", each.name, each.__name__)
    record("module and doc", plain.__module__, plain.__doc__, function_task.__doc__)
    plain.delay(1)
    with_parentheses.delay(2)
    from_variable.delay(3)
    from_the_same_variable.delay()
    quiet.delay()
    of_app.delay(4)
    of_app_named.delay()
    by_own_decorator.delay()
    function_task.delay()

    def nested():
        pass

    record("nested function", shared_task(nested).name)
    record("positional that is no function", outcome(shared_task, 1))
    record("app.task with a number", outcome(app.task, 1))
    record("app.task with two", outcome(app.task, function_itself, nested))
    record("shared_task twice", outcome(lambda: shared_task(shared_task(nested))))
    record("kind", type(plain).__name__, show(type(of_app).__name__))

    def another():
        pass

    def duplicate():
        return 2

    duplicate.__name__ = "another"
    first = shared_task(another)
    record("first name", first.name)
    record(
        "a second function under the same name",
        [text.splitlines()[0] for text in warned(lambda: shared_task(duplicate).name)],
    )
    record("the first one stays", first())
    record("the same function again", warned(lambda: shared_task(another).name))
