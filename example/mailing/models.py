"""Who subscribes, and which e-mails have been delivered to them."""

from django.db import models
from django.db.models.functions import Now


class Subscriber(models.Model):
    name = models.CharField(max_length=200)
    email = models.EmailField(unique=True)
    language = models.CharField(max_length=2)
    plan = models.CharField(max_length=10)
    joined_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>"


class Delivery(models.Model):
    """One e-mail that the mail server has accepted."""

    class Kind(models.TextChoices):
        ISSUE = "issue"
        REMINDER = "reminder"

    subscriber = models.ForeignKey(Subscriber, on_delete=models.CASCADE, related_name="deliveries")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    retries = models.IntegerField("retries that it took")
    sent_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name_plural = "deliveries"

    def __str__(self) -> str:
        return f"{self.kind} to {self.subscriber}"
