"""Signal receivers: by sender, by dispatch_uid, disconnected, and those that raise, which disturbs nobody."""

from celery import shared_task, signals

from compat_tests.recorder import outcome, record


@shared_task
def task(x):
    record("body", x)
    return x


@shared_task
def other():
    record("body of other")


@signals.task_prerun.connect
def raises(sender=None, **kwargs):
    record("raises", sender.name)
    raise ValueError("in receiver")


@signals.task_prerun.connect(sender=task)
def only_task(sender=None, task_id=None, task=None, args=None, kwargs=None, **rest):
    record("only_task", sender.name, task.name, args, kwargs, sorted(rest))


@signals.task_postrun.connect(dispatch_uid="once")
def once(state=None, retval=None, **kwargs):
    record("once", state, retval)


signals.task_postrun.connect(once, dispatch_uid="once")


@signals.before_task_publish.connect(sender="proj.tasks.task")
def before(sender=None, headers=None, body=None, **kwargs):
    record("before", sender, headers["task"], body[0], body[1])


@signals.after_task_publish.connect
def after_publish(sender=None, headers=None, routing_key=None, **kwargs):
    record("after", sender, routing_key)
    raise LookupError("after publish")


class Receiver:
    def method(self, sender=None, **kwargs):
        record("method", sender.name)


receiver = Receiver()
signals.task_success.connect(receiver.method)


def gone(**kwargs):
    record("never")


signals.task_success.connect(gone)
signals.task_success.disconnect(gone)


def drive(record):
    task.delay(1)
    other.delay()
    signal = signals.Signal(name="own", providing_args={"a"})

    def first(sender, signal, **kwargs):
        return sorted(kwargs)

    def second(**kwargs):
        raise ValueError("second")

    signal.connect(first)
    signal.connect(second)
    answers = signal.send(sender="x", a=1)
    record(
        "own signal", repr(signal), [answer for _, answer in answers], [function.__name__ for function, _ in answers]
    )
    record("without keywords", outcome(signal.connect, lambda sender: None))
    record("nobody", signals.Signal(name="empty").send(sender=None))
