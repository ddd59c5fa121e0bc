"""bind=True, base= with attributes and a custom __call__, and state that is kept on the task between runs."""

from celery import Task, shared_task

from compat_tests.recorder import record


class Connection(Task):
    abstract = True
    max_retries = 9
    _connection = None
    unit = "metres"

    @property
    def connection(self):
        if self._connection is None:
            record("connect")
            self._connection = object()
        return self._connection


class Counting(Task):
    def __init__(self):
        self.runs = 0

    def __call__(self, *args, **kwargs):
        self.runs += 1
        record("__call__", self.runs, args, kwargs)
        return super().__call__(*args, **kwargs)


@shared_task(base=Connection, bind=True)
def read(self, what):
    record("read", what, self.connection is self.connection, self.unit, self.max_retries, isinstance(self, Connection))


@shared_task(base=Counting, bind=True, unit="feet")
def count(self, x, y=2):
    record("count", x, y, self.runs, self.unit)
    return x + y


@shared_task(base=Counting)
def count_unbound(x):
    record("count_unbound", x, count_unbound.runs)


def drive(record):
    read.delay("a")
    read.delay("b")
    count.delay(1)
    count.delay(1, y=5)
    count_unbound.delay("z")
    record("attributes", read.max_retries, read.unit, count.unit, read.name, count.__name__, read.abstract)
    record("direct", count(3), count.run(4))
    record("classes", isinstance(count, Counting), issubclass(type(count), Task), type(count).__name__)
