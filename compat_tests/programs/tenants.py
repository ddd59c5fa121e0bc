"""A base class that carries a tenant: added in apply_async, taken up in __call__, kept over retries and sends."""

import contextlib
import contextvars

from celery import Celery, Task

from compat_tests.recorder import outcome, record

tenant = contextvars.ContextVar("tenant", default="public")


@contextlib.contextmanager
def of_tenant(name):
    token = tenant.set(name)
    try:
        yield
    finally:
        tenant.reset(token)


class TenantTask(Task):
    def apply_async(self, args=None, kwargs=None, *positional, **options):
        kwargs = {**(kwargs or {}), "_tenant": (kwargs or {}).get("_tenant", tenant.get())}
        headers = {"tenant": kwargs["_tenant"], **(options.pop("headers", None) or {})}
        return super().apply_async(args, kwargs, *positional, headers=headers, **options)

    def apply(self, args=None, kwargs=None, *positional, **options):
        return super().apply(args, {"_tenant": tenant.get(), **(kwargs or {})}, *positional, **options)

    def __call__(self, *args, **kwargs):
        with of_tenant(kwargs.pop("_tenant", tenant.get())):
            return super().__call__(*args, **kwargs)

    def on_success(self, retval, task_id, args, kwargs):
        record("on_success", retval, args, kwargs, tenant.get())


app = Celery("proj", task_cls=TenantTask)
app.conf.strict_typing = False


@app.task(bind=True, max_retries=1, typing=False)
def bill(self, amount):
    record("bill", amount, tenant.get(), self.request.headers, self.request.retries, self.request.kwargs)
    if amount < 0 and not self.request.retries:
        raise self.retry(countdown=0)
    if amount > 100:
        remind.apply_async((amount,), task_id=f"{self.request.id} reminder")
    return amount


@app.task(typing=False)
def remind(amount):
    record("remind", amount, tenant.get())


def drive(record):
    bill.apply_async((1,), task_id="public")
    with of_tenant("acme"):
        bill.apply_async((2,), task_id="acme")
        bill.apply_async((-3,), task_id="retried")
        bill.s(4).apply_async(task_id="signature")
        bill.delay(5, _tenant="given")
        record("directly", bill(6), bill.apply((7,)).get())
    with of_tenant("umbrella"):
        bill.apply_async((500,), task_id="nested", headers={"own": 1})
        bill.apply_async((8,), {}, "id by position")
    record("outside", tenant.get(), outcome(bill, 9))
