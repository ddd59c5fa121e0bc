"""The row: one job for each task that has not run to completion, and the proxies that the admin lists.

Rows are read here and written only by the verbs in jobs/.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import models
from django.db.models import Q

from .jobs import config
from .jobs.clock import DatabaseNow
from .messages import MAX_NAME, MAX_QUEUE, MAX_SHOWN, MAX_TASK_ID, PROTOCOL

#: Django's local times overflow outside of these, and PostgreSQL's infinities lie there.
FIRST_INSTANT = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
LAST_INSTANT = dt.datetime(9999, 12, 31, tzinfo=dt.UTC)


class State(models.IntegerChoices):
    """What a row can be; dirty is not stored, it is started without a heartbeat."""

    PENDING = 0, "pending"
    STARTED = 1, "started"
    FAILED = 2, "failed"


class RowsIndex(models.Index):
    """An index over the rows where ``only`` holds; over all rows where the database knows no partial index.

    There, ``wide`` names the columns, so that the rows that matter still lie together.
    """

    def __init__(
        self, *, name: str, fields: list[str], only: Q, wide: list[str] | None = None, unique: bool = False
    ) -> None:
        super().__init__(name=name, fields=fields)
        self.only, self.wide, self.unique = only, wide, unique

    def deconstruct(self) -> Any:
        path, args, kwargs = super().deconstruct()
        return path, args, {**kwargs, "only": self.only, "wide": self.wide, "unique": self.unique}

    def create_sql(self, model: Any, schema_editor: Any, using: str = "", **kwargs: Any) -> Any:
        if schema_editor.connection.features.supports_partial_indexes:
            index = models.Index(name=self.name, fields=self.fields, condition=self.only)
        else:
            index = models.Index(name=self.name, fields=self.wide or self.fields)
        statement = index.create_sql(model, schema_editor, using, **kwargs)
        if self.unique:
            statement.template = statement.template.replace("CREATE INDEX", "CREATE UNIQUE INDEX", 1)
        return statement


class JobQuerySet(models.QuerySet):
    """Jobs as people ask for them; every comparison with now is made by the database's clock."""

    def pending(self) -> JobQuerySet:
        """Due, and waiting for a worker."""
        return self.filter(self.conditions()["pending"])

    def future(self) -> JobQuerySet:
        """Waiting for their eta."""
        return self.filter(self.conditions()["future"])

    def running(self) -> JobQuerySet:
        """Started, by a worker that beats."""
        return self.filter(self.conditions()["running"])

    def dirty(self) -> JobQuerySet:
        """Started, by a worker that no longer beats: it crashed, or its database connection did."""
        return self.filter(self.conditions()["dirty"])

    def failed(self) -> JobQuerySet:
        """The dead letters."""
        return self.filter(self.conditions()["failed"])

    def stats(self) -> list[dict[str, Any]]:
        """Per queue and name: counts and the oldest age, in one query. See jobs.stats.summary()."""
        from .jobs.stats import summary

        return summary(self)

    @staticmethod
    def conditions() -> dict[str, Q]:
        """What is pending, future, running, dirty and failed; every job is exactly one of them."""
        now = DatabaseNow()
        dirty_before = now - dt.timedelta(seconds=config.dirty_after())
        # The index over the leases serves only a query that says that there is one.
        started = Q(state=State.STARTED, lease__isnull=False)
        return {
            "pending": Q(state=State.PENDING, eta__lte=now),
            "future": Q(state=State.PENDING, eta__gt=now),
            "running": started & Q(alive_at__gte=dirty_before),
            "dirty": started & Q(alive_at__lt=dirty_before),
            "failed": Q(state=State.FAILED),
        }


class JobManager(models.Manager.from_queryset(JobQuerySet)):  # type: ignore[misc]
    """Reads the database that ``taskq_database`` names."""

    def get_queryset(self) -> JobQuerySet:
        return super().get_queryset().using(self._db or config.database())


class Job(models.Model):
    """A task that was sent and has not run to completion."""

    id = models.BigAutoField(primary_key=True)
    task_id = models.CharField(max_length=MAX_TASK_ID)
    queue = models.CharField(max_length=MAX_QUEUE)
    name = models.CharField(max_length=MAX_NAME)
    priority = models.SmallIntegerField(default=0, db_default=0)
    protocol = models.SmallIntegerField(default=PROTOCOL, db_default=PROTOCOL)
    # Text, never JSON: jsonb refuses NaN, Infinity and NUL, all of which Celery accepts, and it reorders keys.
    payload = models.TextField()
    headers = models.TextField(null=True)
    argsrepr = models.CharField("arguments", max_length=MAX_SHOWN, default="", db_default="")
    kwargsrepr = models.CharField("keyword arguments", max_length=MAX_SHOWN, default="", db_default="")
    state = models.SmallIntegerField(choices=State.choices, default=State.PENDING, db_default=State.PENDING)
    eta = models.DateTimeField(db_default=DatabaseNow())
    expires = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=DatabaseNow())
    lease = models.UUIDField(null=True, editable=False)
    worker = models.CharField(max_length=255, null=True)
    attempt = models.IntegerField(default=0, db_default=0)
    retries = models.IntegerField(default=0, db_default=0)
    # How often it went back to pending by itself because its worker died; see acks_late in MIGRATION.md.
    redeliveries = models.SmallIntegerField(default=0, db_default=0)
    # What the running task says of itself with update_state(): JSON, gone when the run ends.
    progress = models.TextField(null=True)
    started_at = models.DateTimeField(null=True)
    # In no index, so that a heartbeat is a cheap (HOT) update.
    alive_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=MAX_SHOWN, default="", db_default="")
    traceback = models.TextField(null=True)
    failed_at = models.DateTimeField(null=True)

    objects = JobManager()

    class Meta:
        default_permissions = ("view",)
        permissions = (
            ("retry_task", "Can retry failed and dirty tasks"),
            ("run_task", "Can run a pending task now"),
            ("revoke_task", "Can cancel a pending task"),
            ("discard_task", "Can discard failed and dirty tasks"),
            ("view_payload", "Can see the stored arguments in full"),
        )
        indexes = (
            # Serves the claim: an equality on the queue, then in this order.
            RowsIndex(
                name="taskq_claim",
                fields=["queue", "-priority", "eta", "id"],
                only=Q(state=State.PENDING),
                wide=["state", "queue", "-priority", "eta", "id"],
            ),
            RowsIndex(name="taskq_lease", fields=["lease"], only=Q(lease__isnull=False), unique=True),
            RowsIndex(
                name="taskq_failed", fields=["failed_at"], only=Q(state=State.FAILED), wide=["state", "failed_at"]
            ),
            models.Index(name="taskq_task_id", fields=["task_id"]),
        )
        constraints = (
            models.CheckConstraint(
                name="taskq_lease_iff_started",
                condition=Q(state=State.STARTED, lease__isnull=False) | (~Q(state=State.STARTED) & Q(lease=None)),
            ),
            models.CheckConstraint(
                name="taskq_eta_is_finite", condition=Q(eta__gte=FIRST_INSTANT, eta__lt=LAST_INSTANT)
            ),
        )

    def __str__(self) -> str:
        return f"{self.name}[{self.task_id}]"


class PendingTask(Job):
    class Meta:
        proxy = True
        default_permissions = ()
        verbose_name = "pending task"


class FutureTask(Job):
    class Meta:
        proxy = True
        default_permissions = ()
        verbose_name = "future task"


class RunningTask(Job):
    class Meta:
        proxy = True
        default_permissions = ()
        verbose_name = "running task"


class FailedTask(Job):
    class Meta:
        proxy = True
        default_permissions = ()
        verbose_name = "failed task"


class DirtyTask(Job):
    class Meta:
        proxy = True
        default_permissions = ()
        verbose_name = "dirty task"
