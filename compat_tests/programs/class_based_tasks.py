"""Tasks that are classes with a run() method, registered as class or as instance."""

from celery import Celery, Task

from compat_tests.recorder import outcome, record

app = Celery("proj")


class Add(Task):
    """Adds."""

    ignore_result = True

    def run(self, x, y=10):
        record("run", x, y, self.request.retries, self.factor)
        return (x + y) * self.factor

    factor = 2

    def on_success(self, retval, task_id, args, kwargs):
        record("on_success", retval, args, kwargs)


class Division(app.Task):
    name = "maths.division"
    throws = (ZeroDivisionError,)

    def run(self, x, y):
        return x / y

    def on_failure(self, exc, task_id, args, kwargs, einfo):
        record("on_failure", exc, args)


class Empty(Task):
    name = "empty"


class Unregistered(Task):
    name = "unregistered"

    def run(self):
        pass


add = app.register_task(Add())
division = app.register_task(Division)
empty = app.register_task(Empty())


def drive(record):
    record("names", add.name, division.name)
    record("direct", add(1), add.run(2, 3), division(6, 3))
    add.delay(1)
    add.delay(1, y=2)
    division.delay(1, 0)
    record("too many arguments", outcome(add.delay, 1, 2, 3))
    record("without run", outcome(empty))
    record("without registration", outcome(lambda: Unregistered().apply_async(queue="later", task_id="later").id))
    record("signature", repr(add.s(1)), add.s(1).apply().get())
