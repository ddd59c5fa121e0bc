"""retry mocked as projects' tests do: by string, with Retry as side effect, of autoretry, and on the base class."""

from unittest import mock

import celery.exceptions
from celery import Task, shared_task
from celery.app.task import Task as AppTask
from celery.exceptions import MaxRetriesExceededError, Retry

from compat_tests.recorder import outcome


class Unavailable(Exception):
    pass


def fetch(url):
    raise Unavailable(url)


@shared_task(bind=True, max_retries=3, default_retry_delay=60)
def download(self, url):
    try:
        return fetch(url)
    except Unavailable as exc:
        try:
            raise self.retry(exc=exc, countdown=2**self.request.retries)
        except MaxRetriesExceededError:
            return "gave up"


@shared_task(bind=True, autoretry_for=(Unavailable,), retry_backoff=True, retry_jitter=False)
def by_itself(self, url):
    return fetch(url)


@shared_task
def by_name(url):
    try:
        return fetch(url)
    except Unavailable as exc:
        by_name.retry(exc=exc)


def arguments(retry):
    given = retry.call_args
    return given.args, {key: repr(value) for key, value in given.kwargs.items()}


def drive(record):
    with mock.patch("proj.tasks.download.retry", side_effect=Retry) as retry:
        record("class as side effect", outcome(download, "u"), arguments(retry))
        record("run", outcome(download.run, "u"), retry.call_count)
        record("applied", download.apply(("u",)).state, retry.call_count)
    with mock.patch("proj.tasks.download.retry", side_effect=MaxRetriesExceededError):
        record("used up", download("u"), download.apply(("u",)).get())
    with mock.patch.object(download, "retry", return_value=ValueError("from retry")):
        record("returned", outcome(download, "u"))
    with mock.patch.object(Task, "retry", autospec=True, side_effect=celery.exceptions.Retry("patched")) as retry:
        record("on the base", outcome(by_name, "u"), retry.call_args.args[0] == by_name, retry.call_args.args[1:])
    record("base classes", issubclass(Task, AppTask), AppTask.retry is Task.retry)
    with mock.patch("proj.tasks.by_itself.retry", side_effect=Retry()) as retry:
        record("automatic", outcome(by_itself, "u"), arguments(retry))
    with mock.patch("proj.tasks.fetch", side_effect=[Unavailable("once"), "second"]):
        record("second attempt", download.apply(("u",)).get())
    with mock.patch("proj.tasks.fetch", side_effect=Unavailable("always")) as fetched:
        record("every attempt", outcome(download.apply(("u",)).get), fetched.call_count)
    with (
        mock.patch.object(by_itself, "max_retries", 1),
        mock.patch("proj.tasks.fetch", side_effect=Unavailable) as fetched,
    ):
        record("fewer", by_itself.apply(("u",)).state, fetched.call_count)
    download.push_request(retries=3, called_directly=False, id="pushed")
    try:
        record("pushed request", outcome(download.run, "u"))
    finally:
        download.pop_request()
    with mock.patch.object(AppTask, "request", new_callable=mock.PropertyMock) as request:
        request.return_value = mock.Mock(retries=3, called_directly=True)
        record("request", outcome(download.run, "u"), download.request.retries)
    record("restored", download.request.retries, outcome(download, "u"))
