"""The site's own tests: tasks are rows, so a test looks at them as at any other row, and calls them as functions."""

from datetime import timedelta
from io import StringIO
from smtplib import SMTPRecipientsRefused
from tempfile import NamedTemporaryFile
from unittest.mock import patch

from celery_taskq.models import Job
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import TestCase
from django.utils import timezone

from .letters import AddressRefused
from .models import Delivery, Subscriber
from .signup import sign_up
from .tasks import send_issue

ZOFIE = {"name": "Žofie Nováková", "email": "zofie@schranka.example", "language": "cs", "plan": "free"}


class SigningUp(TestCase):
    def test_a_new_subscriber_will_be_sent_the_issue(self) -> None:
        subscriber = sign_up(**ZOFIE)

        job = Job.objects.get()
        self.assertEqual(("mailing.tasks.send_issue", "mail"), (job.name, job.queue))
        self.assertEqual(f"({subscriber.pk},)", job.argsrepr)

    def test_nothing_will_be_sent_when_the_sign_up_is_rolled_back(self) -> None:
        with self.assertRaises(RuntimeError), transaction.atomic():
            sign_up(**ZOFIE)
            raise RuntimeError("changed their mind")

        self.assertEqual((0, 0), (Job.objects.count(), Subscriber.objects.count()))

    def test_an_address_subscribes_once(self) -> None:
        sign_up(**ZOFIE)
        with self.assertRaises(IntegrityError):
            sign_up(**ZOFIE)

        self.assertEqual(1, Job.objects.count())

    def test_a_yearly_subscriber_is_reminded_next_year(self) -> None:
        sign_up(**{**ZOFIE, "plan": "yearly"})

        reminder = Job.objects.future().get()
        self.assertEqual("mailing.tasks.send_reminder", reminder.name)
        self.assertGreater(reminder.eta, timezone.now() + timedelta(days=364))


class SendingAnIssue(TestCase):
    def setUp(self) -> None:
        self.subscriber = Subscriber.objects.create(**ZOFIE)

    def test_the_letter_is_sent_and_the_delivery_is_noted(self) -> None:
        send_issue(self.subscriber.pk)

        self.assertEqual(
            ["Žofie Nováková"], [letter.body.split(",")[0].removeprefix("Dear ") for letter in mail.outbox]
        )
        self.assertEqual([("issue", 0)], list(Delivery.objects.values_list("kind", "retries")))

    def test_an_address_that_is_refused_for_good_is_not_tried_again(self) -> None:
        with self.mail_server_answers(550), self.assertRaisesMessage(AddressRefused, "zofie@schranka.example: 550 no"):
            send_issue(self.subscriber.pk)

    def test_an_answer_that_may_change_is_left_to_the_retry(self) -> None:
        with self.mail_server_answers(451):
            result = send_issue.apply((self.subscriber.pk,))

        self.assertEqual("FAILURE", result.state)  # after five retries, which apply() makes at once
        self.assertIsInstance(result.result, SMTPRecipientsRefused)
        self.assertEqual(0, Delivery.objects.count())

    @staticmethod
    def mail_server_answers(code: int) -> object:
        refused = SMTPRecipientsRefused({"zofie@schranka.example": (code, b"no")})
        return patch("django.core.mail.backends.locmem.EmailBackend.send_messages", side_effect=refused)


class ImportingSubscribers(TestCase):
    def test_a_file_that_is_imported_twice_adds_everybody_once(self) -> None:
        with NamedTemporaryFile("w", encoding="utf-8", suffix=".csv") as file:
            file.write(
                "name,email,language,plan\nŽofie,zofie@schranka.example,cs,free\n李伟,li@youjian.example,zh,free\n"
            )
            file.flush()
            said = [call_command("import_subscribers", file.name, stdout=StringIO()) for _ in range(2)]

        self.assertEqual("2 subscribers added, 0 were known already.", said[0])
        self.assertEqual("0 subscribers added, 2 were known already.", said[1])
        self.assertEqual(2, Job.objects.count())

    def test_a_file_with_other_columns_is_refused(self) -> None:
        with NamedTemporaryFile("w", suffix=".csv") as file:
            file.write("e-mail\n")
            file.flush()
            with self.assertRaisesMessage(CommandError, "has the columns ['e-mail'], expected ['name', 'email'"):
                call_command("import_subscribers", file.name)
