"""What the e-mails say, and sending one of them by SMTP."""

import os
from email.utils import formataddr
from smtplib import SMTPRecipientsRefused

from django.core.mail import EmailMessage

from .models import Delivery, Subscriber

LETTERS = {
    Delivery.Kind.ISSUE: (
        "Database Weekly, issue 7",
        "Dear {name},\n\nthis week: why a queue in the database that you already have is enough.\n",
    ),
    Delivery.Kind.REMINDER: (
        "Your subscription ends soon",
        "Dear {name},\n\nyour {plan} subscription ends in a few days. Would you like to renew it?\n",
    ),
}


class AddressRefused(Exception):
    """The mail server refuses this address for good; trying again changes nothing."""


def send_letter(subscriber: Subscriber, kind: Delivery.Kind) -> None:
    """Hand one letter to the mail server.

    Raises:
        AddressRefused: the server answered 5xx.
        SMTPException: it answered anything else than yes; it may say yes later.
        OSError: it cannot be reached.
    """
    subject, body = LETTERS[kind]
    message = EmailMessage(
        subject=subject,
        body=body.format(name=subscriber.name, plan=subscriber.plan),
        to=[formataddr((subscriber.name, subscriber.email))],
        headers={"X-Letter": kind, "X-Sender-Process": str(os.getpid())},
    )
    try:
        message.send()
    except SMTPRecipientsRefused as refused:
        code, reason = next(iter(refused.recipients.values()))
        if code >= 500:
            raise AddressRefused(f"{subscriber.email}: {code} {reason.decode(errors='replace')}") from refused
        raise
