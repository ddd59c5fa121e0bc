"""Automatic retries: ``autoretry_for`` and what belongs to it, wrapped around the body once, at registration."""

from __future__ import annotations

from functools import wraps
from typing import Any

from celery_taskq.exceptions import Ignore, Retry
from celery_taskq.utils.time import get_exponential_backoff_interval


def add_autoretry_behaviour(task: Any, **options: Any) -> None:
    """Wrap ``task.run``, if the options or the class say which exceptions are worth a retry."""

    def option(name: str, default: Any) -> Any:
        return options[name] if name in options else getattr(task, name, default)

    retried = tuple(option("autoretry_for", ()))
    never_retried = tuple(option("dont_autoretry_for", ()))
    retry_kwargs = option("retry_kwargs", {})
    backoff = float(option("retry_backoff", False))
    longest = int(option("retry_backoff_max", 600))
    jitter = option("retry_jitter", True)
    if not retried or hasattr(task, "_orig_run"):
        return
    body = task.run

    @wraps(body)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return task._orig_run(*args, **kwargs)
        except (Ignore, Retry):
            # What the task said itself stands, even where Exception is retried.
            raise
        except never_retried:
            raise
        except retried as exc:
            how = dict(retry_kwargs)
            if backoff:
                how["countdown"] = get_exponential_backoff_interval(
                    factor=int(max(1.0, backoff)), retries=task.request.retries, maximum=longest, full_jitter=jitter
                )
            if hasattr(task, "override_max_retries"):
                how["max_retries"] = task.override_max_retries
            again = task.retry(exc=exc, **how)
            # Only reached where retry() does not raise: it was overridden, or throw=False is in retry_kwargs.
            if hasattr(task, "override_max_retries"):
                del task.override_max_retries
            raise again from exc

    task._orig_run, task.run = body, run
