"""Every attribute of self.request in a worker."""

from celery import shared_task

from compat_tests.recorder import outcome, record

NAMES = (
    "id task args kwargs root_id parent_id retries eta expires is_eager called_directly hostname origin delivery_info "
    "timelimit time_limit soft_time_limit argsrepr kwargsrepr shadow lang group group_index chord chain callbacks "
    "errbacks children correlation_id headers ignore_result logfile loglevel replaced_task_nesting stamps "
    "stamped_headers taskset utc tzlocal"
)


@shared_task(bind=True)
def task(self, x, y=None):
    record("request", **{name: getattr(self.request, name) for name in NAMES.split() if hasattr(self.request, name)})
    record("delivery_info", sorted(self.request.delivery_info))
    record("properties", self.request.properties.get("correlation_id"), self.request.properties.get("priority"))
    record("unknown", outcome(lambda: self.request.nope), self.request.get("nope", 5), self.request.get("id"))
    record("custom", getattr(self.request, "tenant", None))
    record("repr", type(self.request).__name__)


def drive(record):
    task.delay(1)
    task.apply_async(
        (1,),
        {"y": [2]},
        task_id="given",
        priority=3,
        time_limit=50,
        soft_time_limit=40,
        headers={"tenant": "acme"},
        expires=3600,
        ignore_result=True,
    )
    task.apply_async((2,), countdown=0.1, task_id="with eta")
    record("outside", **{name: getattr(task.request, name) for name in NAMES.split() if hasattr(task.request, name)})
