"""The task queue in Django's admin: five lists to look at, and the verbs of a person. Nothing is edited."""

from .lists import DirtyTaskAdmin, FailedTaskAdmin, FutureTaskAdmin, PendingTaskAdmin, RunningTaskAdmin

__all__ = ["DirtyTaskAdmin", "FailedTaskAdmin", "FutureTaskAdmin", "PendingTaskAdmin", "RunningTaskAdmin"]
