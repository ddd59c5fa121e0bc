"""Arguments of a Django project: lazy and safe texts, choices, keys; instances, querysets, files are refused."""

import datetime as dt

from celery import Celery
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import models
from django.db.models import F, Q
from django.http import HttpRequest, QueryDict
from django.utils import timezone, translation
from django.utils.datastructures import MultiValueDict
from django.utils.functional import SimpleLazyObject, lazystr
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy

from compat_tests.recorder import outcome, record

DJANGO = True

app = Celery("proj")
app.config_from_object("django.conf:settings", namespace="CELERY")


class Subscriber(models.Model):
    name = models.CharField(max_length=20)

    class Meta:
        app_label = "subscribers"


class Kind(models.TextChoices):
    MAIL = "m", "Mail"


class Size(models.IntegerChoices):
    SMALL = 1, "Small"


@app.task
def task(label, value):
    record("ran", label, value, type(value).__name__)


def drive(record):
    with translation.override("de"):
        accepted = {
            "gettext_lazy": gettext_lazy("Yes"),
            "lazystr": lazystr("lazy"),
            "safe": mark_safe("<b>bold</b>"),
            "TextChoices": Kind.MAIL,
            "IntegerChoices": Size.SMALL,
            "aware": timezone.make_aware(dt.datetime(2030, 1, 1, 12)),
            "QueryDict": QueryDict("a=1&a=2&b=3"),
            "MultiValueDict": MultiValueDict({"a": ["1", "2"]}),
            "primary key": Subscriber(pk=5).pk,
            "keys": list({"a": 1}.keys()),
        }
        for label, value in accepted.items():
            sent = outcome(lambda label=label, value=value: task.apply_async((label, value), argsrepr=label).id != "")
            record("accepted", label, sent)
    refused = {
        "instance": Subscriber(pk=5, name="Ada"),
        "queryset": Subscriber.objects.none(),
        "values_list": Subscriber.objects.none().values_list("pk", flat=True),
        "manager": Subscriber.objects,
        "class": Subscriber,
        "F": F("name"),
        "Q": Q(name="Ada"),
        "lazy object": SimpleLazyObject(lambda: Subscriber(pk=5)),
        "file": SimpleUploadedFile("a.txt", b"content"),
        "request": HttpRequest(),
        "timedelta": dt.timedelta(days=1),
        "set of keys": {1, 2},
        "exception": Subscriber.DoesNotExist("gone"),
        "field": Subscriber._meta.pk,
    }
    for label, value in refused.items():
        raised = outcome(task.apply_async, (label,), {"value": value}, kwargsrepr="", queue="later")
        record("refused", label, raised.partition("(")[0])
