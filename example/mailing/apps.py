"""Subscribers, and the e-mails that they are sent."""

from django.apps import AppConfig


class MailingConfig(AppConfig):
    name = "mailing"
