"""The e-mails, each one a task. Apart from the first import this is what one writes for Celery."""

from smtplib import SMTPException
from typing import Any

from celery_taskq import shared_task

from .letters import send_letter
from .models import Delivery, Subscriber

#: A mail server that cannot be reached, or says "later", is asked again after 1, 2, 4, … seconds. An address that it
#: refuses for good raises AddressRefused, which is not named here: that task fails, and waits for a person.
TRY_AGAIN: dict[str, Any] = {
    "autoretry_for": (SMTPException, ConnectionError),
    "retry_backoff": True,
    "retry_jitter": False,
    "max_retries": 5,
}


@shared_task(bind=True, **TRY_AGAIN)
def send_issue(self: Any, subscriber_id: int) -> None:
    """Send the current issue to one subscriber."""
    deliver(self, subscriber_id, Delivery.Kind.ISSUE)


@shared_task(bind=True, **TRY_AGAIN)
def send_reminder(self: Any, subscriber_id: int) -> None:
    """Tell one subscriber that their trial or their year ends."""
    deliver(self, subscriber_id, Delivery.Kind.REMINDER)


def deliver(task: Any, subscriber_id: int, kind: Delivery.Kind) -> None:
    """Send the letter, then note that it was sent."""
    subscriber = Subscriber.objects.get(pk=subscriber_id)
    send_letter(subscriber, kind)
    Delivery.objects.create(subscriber=subscriber, kind=kind, retries=task.request.retries)
