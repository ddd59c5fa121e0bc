"""Signing up: the subscriber's row and the tasks that follow from it, in one transaction."""

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from .models import Subscriber
from .tasks import send_issue, send_reminder


def sign_up(*, name: str, email: str, language: str, plan: str) -> Subscriber:
    """Add a subscriber, send the current issue, and plan the reminder that their plan has, if it has one.

    Raises:
        IntegrityError: the address has subscribed before. Then there are no tasks either.
    """
    with transaction.atomic():
        subscriber = Subscriber.objects.create(name=name, email=email, language=language, plan=plan)
        send_issue.delay(subscriber.pk)
        if plan in settings.NEWSLETTER_REMIND_AFTER:
            remind_at = timezone.now() + settings.NEWSLETTER_REMIND_AFTER[plan]
            send_reminder.apply_async((subscriber.pk,), eta=remind_at)
    return subscriber
