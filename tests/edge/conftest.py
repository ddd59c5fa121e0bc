"""People in front of the admin, and where its pages are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse


@pytest.fixture
def staff(db: None) -> Callable[..., Client]:
    """A client logged in as a member of staff who may look at tasks, and has these permissions besides."""

    def login(*permissions: str, view: bool = True, csrf: bool = False) -> Client:
        user = User.objects.create_user(f"staff{User.objects.count()}", is_staff=True)
        names = [*permissions, *(["view_job"] if view else [])]
        found = Permission.objects.filter(content_type__app_label="celery_taskq", codename__in=names)
        assert len(found) == len(names), names
        user.user_permissions.set(found)
        client = Client(enforce_csrf_checks=csrf)
        client.force_login(user)
        return client

    return login


@pytest.fixture
def boss(db: None) -> Client:
    """A superuser's client."""
    client = Client()
    client.force_login(User.objects.create_superuser("boss"))
    return client


def list_url(state: str) -> str:
    return reverse(f"admin:celery_taskq_{state}task_changelist")


def page_url(state: str, job_id: Any) -> str:
    return reverse(f"admin:celery_taskq_{state}task_change", args=[job_id])


def verb_url(state: str, job_id: Any, verb: str) -> str:
    return reverse(f"admin:celery_taskq_{state}task_{verb}", args=[job_id])


def seen(job: Any) -> str:
    """What the forms of the admin send to say which job they mean, and how it was."""
    was = job.failed_at.isoformat() if job.failed_at else job.lease.hex if job.lease else ""
    return f"{job.pk}:{was}"


def said(response: Any) -> str:
    """The messages on the page that a response ends at, with follow=True."""
    return " ".join(str(message) for message in response.context["messages"])
