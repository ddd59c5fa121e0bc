"""The task that does nothing, for measuring what the queue itself costs."""

from celery_taskq import shared_task


@shared_task
def no_op() -> None:
    """Do nothing."""
