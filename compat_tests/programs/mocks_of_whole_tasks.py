"""Tasks mocked whole, by class, by registry, with autospec and wraps, deleted, and delay made to run at once."""

from unittest import mock

from celery import Celery, Task, current_app, shared_task

from compat_tests.recorder import outcome, record, returns

app = Celery("proj")


@shared_task(bind=True)
def send(self, address, subject="hi"):
    record("send", address, subject)
    return address


@app.task
def collect(*addresses):
    return [send.delay(address) for address in addresses]


def sign_up(address):
    send.delay(address, subject="welcome")
    send.apply_async(args=[address], countdown=86400, queue="later")
    return "signed up"


def drive(record):
    with mock.patch("proj.tasks.send", autospec=True) as whole:
        record("autospec", sign_up("a"), whole.delay.call_args, whole.apply_async.call_args)
        whole.delay.assert_called_once_with("a", subject="welcome")
        record("asserts", outcome(whole.delay.assert_called_with, "b")[:24], whole.method_calls == whole.mock_calls)
    with mock.patch.object(send, "delay", wraps=send.delay) as delay:
        record("wraps", type(send.delay("wrapped")).__name__, delay.call_count)
    with mock.patch.object(send, "delay", side_effect=send):
        record("runs at once", send.delay("at once"))
    with mock.patch.multiple(send, delay=mock.DEFAULT, apply_async=mock.DEFAULT) as mocks:
        sign_up("b")
        record("multiple", [mocks[name].call_count for name in ("delay", "apply_async")])
    with mock.patch("proj.tasks.send.apply_async", return_value=mock.Mock(id="mocked")) as apply_async:
        record("id", send.delay("c").id, send.s("d").delay().id, send.s("e").apply_async(countdown=5).id)
        record("calls", apply_async.call_args_list[0], apply_async.call_args_list[1], apply_async.call_args_list[2])
    with mock.patch.object(Task, "apply_async") as apply_async:
        sign_up("f")
        collect.delay("g")
        record("of every task", apply_async.call_count)
    with mock.patch.object(app, "send_task") as send_task:
        app.send_task("by.name", args=[1])
        record("send_task", send_task.call_args)
    with mock.patch.object(send, "name", "patched.name"):
        record("name", send.name, send.s("x").task)
    with mock.patch.dict(app.tasks, {"proj.tasks.fake": mock.Mock(name="fake")}):
        record("registry", "proj.tasks.fake" in app.tasks)
    record("registry restored", "proj.tasks.fake" in current_app.tasks)
    with mock.patch("proj.tasks.send.run", return_value="ran") as run:
        record("run", send("h"), send.apply(("i",)).get(), run.call_count)
    send.delay = lambda *args, **kwargs: "own delay"
    record("set", send.delay(1), "delay" in vars(send._get_current_object()))
    del send.delay
    record("deleted", returns(send.delay, "j"), outcome(lambda: delattr(send, "delay")))
    record("spec", isinstance(mock.create_autospec(send), type(mock.create_autospec(send))), callable(send))
