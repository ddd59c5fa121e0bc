"""A task that finds out that another one should do its work, and lets it take its place."""

from celery import Task, shared_task

from compat_tests.recorder import outcome, record


@shared_task(bind=True)
def ship(self, order, express=False):
    if express:
        raise self.replace(ship_express.s(order, carrier="bike"))
    return "by van"


@shared_task(bind=True)
def ship_express(self, order, carrier):
    request = self.request
    record(
        "express",
        order,
        carrier,
        request.id == "order-7",
        request.root_id == request.id,
        request.parent_id == request.id,
        request.retries,
        request.replaced_task_nesting,
    )
    return "by " + carrier


class Counting(Task):
    replaced = 0

    def on_replace(self, sig):
        record("on_replace", self.name, sig.task, sig.options.get("replaced_task_nesting"))
        return super().on_replace(sig)


@shared_task(bind=True, base=Counting)
def first(self):
    return self.replace(second.si())


@shared_task(bind=True, base=Counting)
def second(self):
    return self.replace(third.si().set(priority=5))


@shared_task(bind=True)
def third(self):
    record("third", self.request.replaced_task_nesting, self.request.delivery_info["priority"])


def drive(record):
    ship.apply_async((7,), {"express": True}, task_id="order-7")
    ship.delay(8)
    first.delay()
    result = ship.apply((9,), {"express": True}, task_id="order-9")
    record("eager", result.state, outcome(result.get))
    record("directly", outcome(ship, 1, express=True))
