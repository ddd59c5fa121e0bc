"""The five lists."""

from __future__ import annotations

from django.contrib import admin

from ..models import DirtyTask, FailedTask, FutureTask, PendingTask, RunningTask
from . import verbs
from .base import JobAdmin
from .changelist import CLAIM_ORDER


@admin.register(PendingTask)
class PendingTaskAdmin(JobAdmin):
    word = "pending"
    verbs = verbs.PENDING_VERBS
    ordering = CLAIM_ORDER
    explanation = "Due, and waiting for a worker; by queue, in the order in which workers take them."
    list_display = ("short_name", "shown_queue", "short_arguments", "shown_eta", "waiting_for", "priority", "retries")


@admin.register(FutureTask)
class FutureTaskAdmin(JobAdmin):
    word = "future"
    verbs = verbs.FUTURE_VERBS
    ordering = CLAIM_ORDER
    explanation = "Waiting for their eta; by queue, in the order in which workers will take them."
    list_display = ("short_name", "shown_queue", "short_arguments", "shown_eta", "due_in", "retries", "short_error")


@admin.register(RunningTask)
class RunningTaskAdmin(JobAdmin):
    word = "running"
    # Few, and sorted: an order by id would tempt the database to walk through the whole table.
    ordering = ("started_at", "id")
    explanation = "Started by a worker that renews its lease every second; the longest running first."
    list_display = (
        "short_name",
        "shown_queue",
        "short_arguments",
        "running_for",
        "shown_worker",
        "alive_ago",
        "retries",
    )


@admin.register(FailedTask)
class FailedTaskAdmin(JobAdmin):
    word = "failed"
    verbs = verbs.FAILED_VERBS
    seen_column = "failed_at"
    ordering = ("-failed_at", "-id")
    search_fields = (*JobAdmin.search_fields, "error")
    search_help_text = JobAdmin.search_help_text.replace("of the arguments", "of the arguments or of the error")
    explanation = (
        "Failed for good. Retry runs a task again from its beginning, with the same arguments and its retries at 0."
    )
    list_display = ("short_name", "shown_queue", "short_arguments", "short_error", "retries", "failed_ago", "age")


@admin.register(DirtyTask)
class DirtyTaskAdmin(JobAdmin):
    word = "dirty"
    verbs = verbs.DIRTY_VERBS
    seen_column = "lease"
    ordering = ("started_at", "id")
    explanation = (
        "A dirty task was started by a worker that has not renewed its lease for {dirty_after} seconds, because it was "
        "killed or lost the database: its code may have run in part or to its end, so look at what it did first; "
        "Retry runs it again from its beginning."
    )
    list_display = (
        "short_name",
        "shown_queue",
        "short_arguments",
        "running_for",
        "shown_worker",
        "alive_ago",
        "retries",
    )
