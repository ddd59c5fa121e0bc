"""Tasks as static methods and as attributes of classes and objects."""

from celery import Celery, shared_task

from compat_tests.recorder import record

app = Celery("proj")


class Mailer:
    @staticmethod
    @shared_task
    def send(address):
        record("send", address)

    @staticmethod
    @app.task(bind=True, name="mailer.bound")
    def bound(self, address):
        record("bound", address, self.name)

    def __init__(self):
        self.task = Mailer.send

    def send_all(self, addresses):
        return [self.task.delay(address) for address in addresses]


def drive(record):
    record("names", Mailer.send.name, Mailer.bound.name)
    Mailer.send.delay("a")
    Mailer.bound.delay("b")
    record("results", len(Mailer().send_all(["c", "d"])))
    record("direct", Mailer.send("e"))
