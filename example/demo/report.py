"""What became of every task: the database's account, and the mail server's own, against what was expected."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta

from celery_taskq.models import Job
from django.conf import settings
from django.utils import timezone

from mailing.models import Delivery, Subscriber

from .expected import Expected
from .play import CHANGED_THEIR_MIND
from .smtp_server import MailServer


def table(expected: Expected, server: MailServer) -> list[str]:
    """The result in lines, a column for each account."""
    reminders = sum(mail.letter == "reminder" for mail in server.mailbox)
    retried = sum(mail.letter == "issue" and server.refusals[mail.recipient] > 0 for mail in server.mailbox)

    def arrived(addresses: Iterable[str], letter: str) -> int | str:
        return sum(mail.recipient in addresses and mail.letter == letter for mail in server.mailbox) or "none"

    undone = Subscriber.objects.filter(email__in=CHANGED_THEIR_MIND)
    delivered, failed, dirty, future = Delivery.objects, Job.objects.failed(), Job.objects.dirty(), Job.objects.future()
    rows: list[tuple[str, int, int, int | str]] = [
        ("delivered", len(expected.letters), delivered.count(), len(server.mailbox)),
        ("  retried first", len(expected.retries), delivered.filter(retries__gt=0).count(), retried),
        ("  reminders that came due", expected.reminders, delivered.filter(kind="reminder").count(), reminders),
        ("failed: refused for good", len(expected.refused), failed.count(), arrived(expected.refused, "issue")),
        (
            "dirty: its worker was killed",
            len(expected.unanswered),
            dirty.count(),
            arrived(expected.unanswered, "issue"),
        ),
        (
            "future: reminders next year",
            len(expected.next_year),
            future.count(),
            arrived(expected.next_year, "reminder"),
        ),
        ("rolled back, so never sent", 0, undone.count(), arrived(CHANGED_THEIR_MIND, "issue")),
    ]
    lines = [f"{'':32}{'expected':>10}{'database':>10}{'mailbox':>10}"]
    return lines + [f"{name:32}{due:>10}{database:>10}{mailbox:>10}" for name, due, database, mailbox in rows]


def disagreements(expected: Expected, server: MailServer) -> list[str]:
    """Everything that is not as it must be, one sentence each; empty when all is well."""
    return [
        *_mailbox_differs(expected, server),
        *_deliveries_differ(expected, server),
        *_reminders_came_early(server),
        *_dead_letters_differ(expected),
        *_rows_left_differ(expected),
    ]


def _mailbox_differs(expected: Expected, server: MailServer) -> Iterable[str]:
    arrived = Counter((mail.recipient, mail.letter) for mail in server.mailbox)
    yield from _list("never arrived", expected.letters - arrived.keys())
    yield from _list("arrived and must not", arrived.keys() - expected.letters)
    yield from _list("arrived more than once", {letter for letter, times in arrived.items() if times > 1})
    misnamed = {
        (mail.recipient, mail.name) for mail in server.mailbox if mail.name != expected.names.get(mail.recipient)
    }
    yield from _list("addressed by a wrong name", misnamed)


def _deliveries_differ(expected: Expected, server: MailServer) -> Iterable[str]:
    noted = Counter(Delivery.objects.values_list("subscriber__email", "kind"))
    arrived = Counter((mail.recipient, mail.letter) for mail in server.mailbox)
    yield from _list("in the mailbox but not noted as delivered in the database", (arrived - noted).keys())
    yield from _list("noted as delivered in the database but not in the mailbox", (noted - arrived).keys())
    retried = dict(Delivery.objects.filter(retries__gt=0).values_list("subscriber__email", "retries"))
    yield from _list("retried a wrong number of times", retried.items() ^ expected.retries.items())


def _reminders_came_early(server: MailServer) -> Iterable[str]:
    joined = dict(Subscriber.objects.values_list("email", "joined_at"))
    wait = settings.NEWSLETTER_REMIND_AFTER["trial"]
    yield from _list(
        "reminded before the time",
        {
            mail.recipient
            for mail in server.mailbox
            # SQLite keeps milliseconds of joined_at, cut and not rounded.
            if mail.letter == "reminder" and mail.arrived_at < (joined[mail.recipient] + wait).timestamp()
        },
    )


def _dead_letters_differ(expected: Expected) -> Iterable[str]:
    failed = list(Job.objects.failed())
    for address in sorted(expected.refused):
        letters = [job for job in failed if address in job.error]
        if len(letters) != 1:
            yield f"{address} must be in the error of one failed task and is in {len(letters)}"
        elif "AddressRefused" not in (letters[0].traceback or "") or "550" not in letters[0].traceback:
            yield f"the failed task for {address} does not keep the traceback with AddressRefused and 550"
    if len(failed) > len(expected.refused):
        others = {job.error for job in failed if not any(address in job.error for address in expected.refused)}
        yield from _list("failed and must not", others)


def _rows_left_differ(expected: Expected) -> Iterable[str]:
    dirty = Counter(Job.objects.dirty().values_list("name", flat=True))
    if dirty != Counter({"mailing.tasks.send_issue": len(expected.unanswered)}):
        yield f"dirty tasks are {dict(dirty)}, expected {len(expected.unanswered)} mailing.tasks.send_issue"
    far_off = timezone.now() + timedelta(days=300)
    future = Job.objects.future().filter(eta__gt=far_off, name="mailing.tasks.send_reminder").count()
    if future != len(expected.next_year):
        yield f"{future} reminders wait for next year, expected {len(expected.next_year)}"
    known = len(expected.refused) + len(expected.unanswered) + len(expected.next_year)
    if (rows := Job.objects.count()) != known:
        yield f"{rows} tasks are left in the database, expected {known}"


def _list(what: str, items: Iterable[object]) -> Iterable[str]:
    found = sorted(map(str, items))
    if found:
        yield f"{len(found)} {what}: {', '.join(found[:5])}{', …' if len(found) > 5 else ''}"
