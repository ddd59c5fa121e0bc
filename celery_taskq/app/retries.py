"""retry(): whether a task may run again, when, with which arguments.

Nothing is stored here, the message is kept on the request: the caller's transaction may yet be rolled back, and the
row of this run still exists. The worker writes the message over that row when the run has ended.
"""

from __future__ import annotations

import inspect
from typing import Any

from celery_taskq import _state
from celery_taskq.exceptions import Ignore, ImproperlyConfigured, Reject, Retry
from celery_taskq.utils.serialization import raise_with_context

from .context import Context


def retry(
    task: Any,
    args: Any,
    kwargs: Any,
    exc: Any,
    throw: bool,
    eta: Any,
    countdown: Any,
    max_retries: int | None,
    options: dict[str, Any],
) -> Retry:
    """The body of ``Task.retry``; see there."""
    request = task.request
    retries = request.retries + 1
    if max_retries is not None:
        # Automatic retries, which may catch what this raises, keep to the same limit.
        task.override_max_retries = max_retries
    limit = task.max_retries if max_retries is None else max_retries
    if request.called_directly:
        raise_with_context(exc or Retry("Task can be retried", None))
    if not eta and countdown is None:
        countdown = task.default_retry_delay
    args, kwargs = _rebind(task, request, args, kwargs)
    signature = task.signature_from_request(
        request, args, kwargs, countdown=countdown, eta=eta, retries=retries, **options
    )
    if limit is not None and retries > limit:
        if exc:
            raise_with_context(exc)
        raise task.MaxRetriesExceededError(
            f"Can't retry {task.name}[{request.id}] args:{signature.args} kwargs:{signature.kwargs}",
            task_args=signature.args,
            task_kwargs=signature.kwargs,
        )
    again = Retry(exc=exc, when=eta or countdown, is_eager=request.is_eager, sig=signature)
    if not request.is_eager:
        _prepare(request, signature, again)
    if throw:
        raise again
    return again


def as_replacement(task: Any, signature: Any) -> Any:
    """``signature`` with this run's id and place."""
    request = task.request
    if "chord" in signature.options:
        raise ImproperlyConfigured("A signature replacing a task must not be part of a chord")
    signature.freeze(request.id)
    nesting = request.get("replaced_task_nesting", 0) + 1
    return signature.set(
        group_id=request.group,
        group_index=request.group_index,
        root_id=request.root_id,
        replaced_task_nesting=nesting,
    )


def replace(task: Any, signature: Any) -> Any:
    """The body of ``Task.on_replace``: the task that takes this one's place, run here or sent."""
    request = task.request
    if request.is_eager:
        return signature.apply().get()
    if request.called_directly:
        signature.delay()
    else:
        _hand_over(request, signature)
    raise Ignore("Replaced by new task")


def _prepare(request: Context, signature: Any, reason: Retry) -> None:
    if request._retry_message is None:
        request._retry_reason = reason
    try:
        _hand_over(request, signature)
    except Exception as exc:
        # A run that cannot be repeated must not look as if it would be.
        raise Reject(exc, requeue=False) from exc


def _hand_over(request: Context, signature: Any) -> None:
    if request._retry_message is not None:
        # The row of this run can become one message only; a second one is a task of its own.
        signature.apply_async()
        return
    _state._tls.retrying = request
    try:
        signature.apply_async()
    finally:
        _state._tls.retrying = None


def _rebind(task: Any, request: Context, args: Any, kwargs: Any) -> tuple[Any, Any]:
    """New arguments of one kind keep those of the other kind that do not conflict with them."""
    keeps_kwargs = args is not None and kwargs is None and request.kwargs
    keeps_args = kwargs is not None and args is None and request.args
    if not keeps_kwargs and not keeps_args:
        return args, kwargs
    try:
        signature = inspect.signature(task.run)
    except (TypeError, ValueError):
        return args, kwargs
    parameters = signature.parameters
    if keeps_kwargs:
        positional = [p for p in parameters.values() if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
        taken = {p.name for p in positional[: len(args)] if p.kind is p.POSITIONAL_OR_KEYWORD}
        return args, {name: value for name, value in request.kwargs.items() if name not in taken}
    try:
        bound = signature.bind_partial(*request.args)
    except TypeError:
        return args, kwargs
    rest = dict(kwargs)
    for name in kwargs:
        if name in bound.arguments and parameters[name].kind is inspect.Parameter.POSITIONAL_OR_KEYWORD:
            bound.arguments[name] = rest.pop(name)
    return bound.args, {**bound.kwargs, **rest}


def signature_from_request(task: Any, request: Any, args: Any, kwargs: Any, queue: Any, **extra: Any) -> Any:
    """The body of ``Task.signature_from_request``: same id, same queue and priority, and what the caller said."""
    request = task.request if request is None else request
    options = {
        **request.as_execution_options(),
        "ignore_result": request.__dict__.get("ignore_result", task.ignore_result),
        **extra,
    }
    delivery = request.delivery_info or {}
    if delivery.get("priority") is not None:
        options["priority"] = delivery["priority"]
    if queue:
        options["queue"] = queue
    elif delivery.get("exchange") == "" and delivery.get("routing_key"):
        options["queue"] = delivery["routing_key"]
    else:
        options.update(delivery)
    return task.signature(
        request.args if args is None else args,
        request.kwargs if kwargs is None else kwargs,
        options,
        type=task,
        **extra,
    )
