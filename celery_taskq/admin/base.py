"""What the five lists have in common: they are read only, bounded, and act through verbs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.models import LogEntry
from django.contrib.admin.options import csrf_protect_m
from django.contrib.admin.templatetags.admin_urls import add_preserved_filters
from django.contrib.admin.utils import flatten_fieldsets, unquote
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db.models.functions import Left, Length
from django.forms import CheckboxInput
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from ..jobs import config
from ..jobs.clock import DatabaseNow
from ..jobs.stats import counts
from ..models import Job, JobQuerySet
from .changelist import COUNTED, BoundedChangeList, NameFilter, QueueFilter, searched
from .columns import CUT, Columns
from .verbs import MOST, Verb, read_id, read_seen, write_seen

#: Text that a list never reads, and a detail page only its beginning.
LARGE = ("payload", "headers", "traceback")


class JobAdmin(Columns, admin.ModelAdmin):
    """One list of jobs; ``word`` is its state, ``seen_column`` the column in which a change of a job shows."""

    word: str
    seen_column: str | None = None
    verbs: Sequence[Verb] = ()
    explanation = ""

    list_display_links = ("short_name",)
    list_filter = (QueueFilter, NameFilter)
    list_per_page = 100
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    sortable_by = ()
    search_fields = ("name", "argsrepr", "kwargsrepr")
    search_help_text = "A task id or its beginning, or a part of the name or of the arguments, as it is written."
    change_list_template = "admin/celery_taskq/change_list.html"
    change_form_template = "admin/celery_taskq/change_form.html"

    class Media:
        css = {"all": ("celery_taskq/admin.css",)}

    def __init__(self, model: type[Job], admin_site: admin.AdminSite) -> None:
        super().__init__(model, admin_site)
        self.actions = [_action(verb) for verb in self.verbs]

    # Reading

    def get_queryset(self, request: HttpRequest) -> JobQuerySet:
        jobs = self.model._default_manager.filter(Job.objects.conditions()[self.word])
        return jobs.defer(*LARGE).annotate(now=DatabaseNow())

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[BoundedChangeList]:
        return BoundedChangeList

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        return searched(queryset, search_term, self.search_fields), False

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Job | None:
        job_id = read_id(object_id)
        if job_id is None:
            return None
        jobs = self.get_queryset(request)
        for column in LARGE if self.has_payload_permission(request) else ("traceback",):
            jobs = jobs.annotate(**{f"{column}_cut": Left(column, CUT), f"{column}_length": Length(column)})
        return jobs.filter(pk=job_id).first()

    def get_fieldsets(self, request: HttpRequest, obj: Job | None = None) -> list[Any]:
        of_task = [("shown_name", "shown_queue", "priority"), "shown_task_id", "shown_args", "shown_kwargs"]
        times = ["exact_eta", "exact_expires", "exact_created", "exact_started", "exact_alive", "exact_failed"]
        fieldsets = [
            (None, {"fields": of_task}),
            ("Run", {"fields": [("retries", "claims"), "shown_worker", "lease"]}),
            ("Times", {"fields": times}),
        ]
        if obj is None or obj.error or obj.traceback_cut:
            fieldsets.insert(1, ("Error", {"fields": ["whole_error", "shown_traceback"]}))
        if self.has_payload_permission(request):
            fieldsets.append(("As it is stored", {"fields": ["shown_payload", "shown_headers"]}))
        return fieldsets

    def get_readonly_fields(self, request: HttpRequest, obj: Job | None = None) -> list[str]:
        return flatten_fieldsets(self.get_fieldsets(request, obj))

    # Permissions: the proxies have none of their own

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Job | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Job | None = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Job | None = None) -> bool:
        return request.user.has_perm("celery_taskq.view_job")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_payload_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("celery_taskq.view_payload")

    def has_retry_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("celery_taskq.retry_task")

    def has_run_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("celery_taskq.run_task")

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("celery_taskq.revoke_task")

    def has_discard_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("celery_taskq.discard_task")

    def permitted(self, request: HttpRequest) -> list[Verb]:
        if not self.has_view_permission(request):
            return []
        return [verb for verb in self.verbs if getattr(self, f"has_{verb.permission}_permission")(request)]

    # Pages

    def get_urls(self) -> list[URLPattern]:
        own = [
            path(
                f"<path:object_id>/{verb.name}/",
                self.admin_site.admin_view(partial(self.verb_view, verb=verb)),
                name=f"{self.opts.app_label}_{self.opts.model_name}_{verb.name}",
            )
            for verb in self.verbs
        ]
        return own + super().get_urls()

    @csrf_protect_m
    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        context = {
            "title": self.opts.verbose_name_plural.capitalize(),
            "explanation": self.explanation.format(dirty_after=f"{config.dirty_after():g}"),
            "for_all": [verb for verb in self.permitted(request) if verb.on_all],
            "tabs": partial(self._tabs, request),
        }
        return super().changelist_view(request, {**context, **(extra_context or {})})

    def _tabs(self, request: HttpRequest) -> list[dict[str, Any]]:
        """The five lists, and how many tasks each has, counted to 1,000."""
        most = 1_000
        return [
            {
                "title": word,
                "count": f"{most:,}+" if count > most else count,
                "url": reverse(f"{self.admin_site.name}:celery_taskq_{word}task_changelist"),
                "here": word == self.word,
            }
            for word, count in counts(most + 1).items()
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        job_id = read_id(unquote(object_id))
        job = job_id and self.get_queryset(request).filter(pk=job_id).first()
        if not job:
            return self._elsewhere(request, job_id)
        context = {
            "title": f"{self.opts.verbose_name.capitalize()}: {self.shown_name(job)}",
            "subtitle": None,
            "explanation": self.explanation.format(dirty_after=f"{config.dirty_after():g}"),
            "verbs": self.permitted(request),
            "seen": write_seen(job, self.seen_column),
        }
        return super().change_view(request, object_id, form_url, {**context, **(extra_context or {})})

    def _elsewhere(self, request: HttpRequest, job_id: int | None) -> HttpResponse:
        """A task that is not in this list: to the list where it is now, or back to this one."""
        if job_id is None:
            raise Http404(f"There is no {self.opts.verbose_name} with this id.")
        for word, condition in Job.objects.conditions().items():
            if word != self.word and Job.objects.filter(condition, pk=job_id).exists():
                messages.info(request, f"The task is {word} now.")
                name = f"{self.admin_site.name}:celery_taskq_{word}task_change"
                return HttpResponseRedirect(reverse(name, args=[job_id]))
        messages.warning(request, f"There is no task with id {job_id} any more: it ran to its end, or was deleted.")
        return self._back(request)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        # The entries are Job's, whichever list the task was in.
        entries = LogEntry.objects.filter(
            object_id=unquote(object_id), content_type=ContentType.objects.get_for_model(Job)
        ).select_related("user")
        page = self.get_paginator(request, entries.order_by("action_time"), 100).get_page(1)
        context = {"title": "History", "action_list": page}
        return super().history_view(request, object_id, {**context, **(extra_context or {})})

    # Verbs

    def action_checkbox(self, obj: Job) -> str:
        attributes = {"class": "action-select", "aria-label": f"Select {self.shown_name(obj)}"}
        checkbox = CheckboxInput(attributes, lambda value: False)
        return checkbox.render(ACTION_CHECKBOX_NAME, write_seen(obj, self.seen_column))

    def response_action(self, request: HttpRequest, queryset: Any, **options: Any) -> HttpResponse | None:
        """Django's, which wants ids where the checkboxes say ``id:seen``; the verbs go by request.seen."""
        names = request.POST.getlist("action")
        if set(names) & ({verb.name for verb in self.verbs} - {verb.name for verb in self.permitted(request)}):
            raise PermissionDenied
        request.chosen = list(dict.fromkeys(request.POST.getlist(ACTION_CHECKBOX_NAME)))
        request.seen = read_seen(request.chosen, self.seen_column)
        ids = [read_id(value.partition(":")[0]) for value in request.chosen]
        request.POST = request.POST.copy()
        request.POST.setlist(ACTION_CHECKBOX_NAME, [str(job_id) for job_id in ids if job_id is not None])
        return super().response_action(request, queryset, **options)

    def act(self, request: HttpRequest, jobs: JobQuerySet, verb: Verb) -> HttpResponse | None:
        """Do ``verb`` to the tasks that were selected, or to all that match the list's filters; ask first."""
        across = request.POST.get("select_across") == "1" and verb.on_all is not None
        asked = None if across else len(request.chosen)
        if (across or verb.warning) and "confirmed" not in request.POST:
            # Of many that are selected only the first are looked up: databases limit the length of a statement.
            first = jobs if across else self.get_queryset(request).filter(pk__in=list(request.seen)[:10])
            count = jobs.order_by()[: COUNTED + 1].count() if across else len(request.seen)
            fields = [("action", verb.name), ("select_across", "1" if across else "0")]
            fields += [(ACTION_CHECKBOX_NAME, value) for value in request.chosen]
            page = self._confirm(request, verb, first, count, fields, back=request.get_full_path())
            return page or self._report(request, verb, 0, asked)
        changed = verb.do_all(request, jobs) if across else verb.do_seen(request, request.seen)
        return self._report(request, verb, changed, asked)

    def verb_view(self, request: HttpRequest, object_id: str, *, verb: Verb) -> HttpResponse:
        """Do ``verb`` to one task, as the form on its page asks."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if verb not in self.permitted(request):
            raise PermissionDenied
        job_id = read_id(object_id)
        if job_id is None:
            raise Http404(f"There is no {self.opts.verbose_name} with this id.")
        sent = request.POST.get("seen", "")
        seen = {number: value for number, value in read_seen([sent], self.seen_column).items() if number == job_id}
        if verb.warning and "confirmed" not in request.POST:
            jobs = self.get_queryset(request).filter(pk=job_id)
            back = reverse(f"{self.admin_site.name}:celery_taskq_{self.opts.model_name}_change", args=[job_id])
            page = self._confirm(request, verb, jobs, 1, [("seen", sent)], back=self._filtered(request, back))
            if page is not None:
                return page
            seen = {}
        self._report(request, verb, verb.do_seen(request, seen), 1)
        return self._back(request)

    def _confirm(
        self,
        request: HttpRequest,
        verb: Verb,
        jobs: JobQuerySet,
        count: int,
        fields: list[tuple[str, str]],
        *,
        back: str,
    ) -> HttpResponse | None:
        """The page that asks; None when there is none of the tasks any more."""
        first = [
            (self.shown_name(job), self.short_arguments(job), self.shown_queue(job)) for job in jobs.order_by()[:10]
        ]
        if not first:
            return None
        noun = self.opts.verbose_name if count == 1 else self.opts.verbose_name_plural
        context = {
            **self.admin_site.each_context(request),
            "title": f"{verb.label} {noun}?",
            "opts": self.opts,
            "verb": verb,
            "count": f"{COUNTED:,}+" if count > COUNTED else f"{count:,}",
            "noun": noun,
            "first": first,
            "more": count > len(first),
            "fields": fields,
            "back": back,
            "media": self.media,
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/celery_taskq/confirm.html", context)

    def _report(self, request: HttpRequest, verb: Verb, changed: int, asked: int | None) -> None:
        """Say how many were changed; ``asked`` is how many the person chose, None for all that match."""
        if changed:
            noun = "task was" if changed == 1 else "tasks were"
            messages.success(request, f"{changed:,} {noun} {verb.done}.")
        missed = (asked or 0) - changed
        if missed > 0:
            noun = "task has" if missed == 1 else "tasks have"
            messages.warning(request, f"{missed:,} {noun} changed meanwhile; nothing was done there.")
        elif not changed:
            messages.warning(request, "No task matches any more; nothing was done.")
        elif changed >= MOST:
            messages.warning(request, "No more are done at once; do it again for those that are left.")

    def _filtered(self, request: HttpRequest, url: str) -> str:
        return add_preserved_filters({"preserved_filters": self.get_preserved_filters(request), "opts": self.opts}, url)

    def _back(self, request: HttpRequest) -> HttpResponseRedirect:
        name = f"{self.admin_site.name}:{self.opts.app_label}_{self.opts.model_name}_changelist"
        return HttpResponseRedirect(self._filtered(request, reverse(name)))


def _action(verb: Verb) -> Callable[..., HttpResponse | None]:
    @admin.action(permissions=[verb.permission], description=f"{verb.label} selected")
    def act(model_admin: JobAdmin, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        return model_admin.act(request, queryset, verb)

    act.__name__ = verb.name
    return act
