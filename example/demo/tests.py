"""The demo's judge must find every kind of mistake: a check that cannot fail shows nothing."""

from __future__ import annotations

import time
from datetime import timedelta

from celery_taskq.models import Job, State
from django.test import TestCase
from django.utils import timezone

from mailing.models import Delivery, Subscriber

from .expected import Expected, read_expected
from .report import disagreements, table
from .smtp_server import Mail, MailServer

ADA, BEA, CID, DAN = (f"{name}@mailbox.example" for name in ("ada", "bea", "cid", "dan"))


class TheJudge(TestCase):
    """Ada gets an issue and a reminder, Bea's issue is retried once, Cid is refused, Dan is reminded next year."""

    def setUp(self) -> None:
        self.expected = Expected(
            letters={(ADA, "issue"), (ADA, "reminder"), (BEA, "issue"), (DAN, "issue")},
            names=dict.fromkeys((ADA, BEA, CID, DAN), "Somebody"),
            retries={BEA: 1},
            refused={CID},
            next_year={DAN},
        )
        self.server = MailServer()
        self.server.refusals[BEA] = 1
        for address in (ADA, BEA, CID, DAN):
            an_hour_ago = timezone.now() - timedelta(hours=1)
            Subscriber.objects.create(name="Somebody", email=address, joined_at=an_hour_ago)
        for address, letter in self.expected.letters:
            self.arrive(address, letter)
            self.note(address, letter, retries=self.expected.retries.get(address, 0))
        self.dead_letter(f"AddressRefused: {CID}: 550")
        next_year = timezone.now() + timedelta(days=365)
        Job.objects.create(name="mailing.tasks.send_reminder", queue="reminders", payload="", eta=next_year)

    def arrive(self, address: str, letter: str, *, name: str = "Somebody", at: float | None = None) -> None:
        self.server.mailbox.append(Mail(address, letter, name, at or time.time(), 1))

    def note(self, address: str, letter: str, *, retries: int = 0) -> None:
        Delivery.objects.create(subscriber=Subscriber.objects.get(email=address), kind=letter, retries=retries)

    def dead_letter(self, error: str) -> None:
        Job.objects.create(
            name="mailing.tasks.send_issue",
            queue="mail",
            payload="",
            state=State.FAILED,
            error=error,
            traceback=f"Traceback\n{error}",
        )

    def judged(self) -> str:
        return "\n".join(disagreements(self.expected, self.server))

    def test_finds_nothing_when_all_is_well(self) -> None:
        self.assertEqual("", self.judged())

    def test_finds_an_e_mail_that_never_arrived(self) -> None:
        del self.server.mailbox[0]
        self.assertIn("1 never arrived", self.judged())
        self.assertIn("1 noted as delivered in the database but not in the mailbox", self.judged())

    def test_finds_an_e_mail_that_arrived_twice(self) -> None:
        self.arrive(ADA, "issue")
        self.assertIn(f"1 arrived more than once: ('{ADA}', 'issue')", self.judged())

    def test_finds_an_e_mail_that_must_not_be_there(self) -> None:
        self.arrive(CID, "issue")
        self.assertIn(f"1 arrived and must not: ('{CID}', 'issue')", self.judged())

    def test_finds_a_wrong_name(self) -> None:
        self.arrive(ADA, "issue", name="Someone else")
        self.assertIn("1 addressed by a wrong name", self.judged())

    def test_finds_a_delivery_that_was_not_noted(self) -> None:
        Delivery.objects.filter(subscriber__email=ADA).first().delete()
        self.assertIn("1 in the mailbox but not noted as delivered", self.judged())

    def test_finds_a_wrong_number_of_retries(self) -> None:
        Delivery.objects.filter(subscriber__email=BEA).update(retries=2)
        self.assertIn("retried a wrong number of times", self.judged())

    def test_finds_a_reminder_that_came_before_its_time(self) -> None:
        Subscriber.objects.filter(email=ADA).update(joined_at=timezone.now())
        self.assertIn(f"1 reminded before the time: {ADA}", self.judged())

    def test_finds_a_missing_dead_letter(self) -> None:
        Job.objects.failed().delete()
        self.assertIn(f"{CID} must be in the error of one failed task and is in 0", self.judged())

    def test_finds_a_dead_letter_without_its_traceback(self) -> None:
        Job.objects.failed().update(traceback="")
        self.assertIn(f"the failed task for {CID} does not keep the traceback", self.judged())

    def test_finds_a_task_that_failed_and_must_not(self) -> None:
        self.dead_letter("ZeroDivisionError")
        self.assertIn("1 failed and must not: ZeroDivisionError", self.judged())

    def test_finds_that_nothing_is_dirty(self) -> None:
        self.expected.unanswered.add(BEA)
        self.assertIn("dirty tasks are {}, expected 1", self.judged())

    def test_finds_a_reminder_that_is_not_kept_for_next_year(self) -> None:
        Job.objects.future().update(eta=timezone.now() + timedelta(days=1))
        self.assertIn("0 reminders wait for next year, expected 1", self.judged())

    def test_finds_a_task_that_is_left_over(self) -> None:
        Job.objects.create(name="mailing.tasks.send_issue", queue="mail", payload="")
        self.assertIn("3 tasks are left in the database, expected 2", self.judged())

    def test_shows_the_accounts_side_by_side(self) -> None:
        lines = {line[:32].strip(): line[32:].split() for line in table(self.expected, self.server)}
        self.assertEqual(["expected", "database", "mailbox"], lines[""])
        self.assertEqual(["4", "4", "4"], lines["delivered"])
        self.assertEqual(["1", "1", "1"], lines["retried first"])
        self.assertEqual(["1", "1", "none"], lines["failed: refused for good"])


class WhatIsExpected(TestCase):
    def test_the_file_of_subscribers_holds_some_of_every_kind(self) -> None:
        expected = read_expected()
        self.assertEqual(500, expected.subscribers)
        self.assertEqual((485, 12), (len(expected.letters) - expected.reminders, expected.reminders))
        self.assertEqual(
            (36, 14, 1, 25),
            tuple(map(len, (expected.retries, expected.refused, expected.unanswered, expected.next_year))),
        )
