"""What a task is shown as, in the columns of the lists and the rows of the detail page.

Jobs are asked for with ``now``, the database's, beside them: ages are differences of one clock.
"""

from __future__ import annotations

import datetime as dt

from django.contrib import admin
from django.utils.html import format_html

from ..models import Job
from . import shown

#: Characters of a stored text that a detail page reads from the database.
CUT = 64 * 1024
#: Characters of the arguments and of the error in a list.
LIST_CUT = 80


def _ago(job: Job, at: dt.datetime | None) -> str | None:
    return None if at is None else shown.span((job.now - at).total_seconds())


def _cut_text(text: str | None, length: int | None) -> str:
    """Escaped, in a <pre>; says so where it is not all."""
    if text is None:
        return shown.NOTHING
    rest = (length or 0) - len(text)
    return format_html(
        '<pre class="taskq-text">{}</pre>{}',
        shown.visible(text),
        f"… and {rest:,} more characters, which are not shown." if rest > 0 else "",
    )


class Columns:
    """Mixed into each ModelAdmin; a column is a method."""

    @admin.display(description="name")
    def shown_name(self, job: Job) -> str:
        return shown.one_line(job.name)

    @admin.display(description="name")
    def short_name(self, job: Job) -> str:
        return shown.dotted(job.name)

    @admin.display(description="queue")
    def shown_queue(self, job: Job) -> str:
        return shown.one_line(job.queue)

    @admin.display(description="task id")
    def shown_task_id(self, job: Job) -> str:
        return shown.one_line(job.task_id)

    @admin.display(description="arguments")
    def short_arguments(self, job: Job) -> str:
        whole = shown.one_line(shown.arguments(job.argsrepr, job.kwargsrepr))
        return format_html('<span title="{}">{}</span>', whole, shown.one_line(whole, LIST_CUT))

    @admin.display(description="error")
    def short_error(self, job: Job) -> str:
        whole = shown.one_line(job.error)
        return format_html('<span title="{}">{}</span>', whole, shown.one_line(whole, LIST_CUT))

    @admin.display(description="eta")
    def shown_eta(self, job: Job) -> str | None:
        return shown.instant(job.eta)

    @admin.display(description="due in")
    def due_in(self, job: Job) -> str:
        return shown.span((job.eta - job.now).total_seconds())

    @admin.display(description="waiting")
    def waiting_for(self, job: Job) -> str | None:
        return _ago(job, job.eta)

    @admin.display(description="age")
    def age(self, job: Job) -> str | None:
        return _ago(job, job.created_at)

    @admin.display(description="failed")
    def failed_ago(self, job: Job) -> str:
        return format_html('<span title="{}">{} ago</span>', shown.instant(job.failed_at), _ago(job, job.failed_at))

    @admin.display(description="running")
    def running_for(self, job: Job) -> str | None:
        return _ago(job, job.started_at)

    @admin.display(description="heartbeat")
    def alive_ago(self, job: Job) -> str:
        return format_html('<span title="{}">{} ago</span>', shown.instant(job.alive_at), _ago(job, job.alive_at))

    @admin.display(description="worker")
    def shown_worker(self, job: Job) -> str:
        return shown.one_line(job.worker or shown.NOTHING)

    # The detail page

    @admin.display(description="arguments")
    def shown_args(self, job: Job) -> str:
        return format_html('<code class="taskq-text">{}</code>', shown.visible(job.argsrepr))

    @admin.display(description="keyword arguments")
    def shown_kwargs(self, job: Job) -> str:
        return format_html('<code class="taskq-text">{}</code>', shown.visible(job.kwargsrepr))

    @admin.display(description="due (eta)")
    def exact_eta(self, job: Job) -> str:
        return shown.exactly(job.eta)

    @admin.display(description="expires")
    def exact_expires(self, job: Job) -> str:
        return shown.exactly(job.expires)

    @admin.display(description="sent")
    def exact_created(self, job: Job) -> str:
        return shown.exactly(job.created_at)

    @admin.display(description="started")
    def exact_started(self, job: Job) -> str:
        return shown.exactly(job.started_at)

    @admin.display(description="last heartbeat")
    def exact_alive(self, job: Job) -> str:
        return shown.exactly(job.alive_at)

    @admin.display(description="failed")
    def exact_failed(self, job: Job) -> str:
        return shown.exactly(job.failed_at)

    @admin.display(description="times claimed")
    def claims(self, job: Job) -> int:
        return job.attempt

    @admin.display(description="error")
    def whole_error(self, job: Job) -> str:
        return shown.visible(job.error) or shown.NOTHING

    @admin.display(description="traceback")
    def shown_traceback(self, job: Job) -> str:
        return _cut_text(job.traceback_cut, job.traceback_length)

    @admin.display(description="payload")
    def shown_payload(self, job: Job) -> str:
        return _cut_text(job.payload_cut, job.payload_length)

    @admin.display(description="headers")
    def shown_headers(self, job: Job) -> str:
        return _cut_text(job.headers_cut, job.headers_length)
