"""A business row, to see that a task and the row it is about live and die together."""

from django.db import models


class Order(models.Model):
    number = models.CharField(max_length=100)
