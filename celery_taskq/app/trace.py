"""Run one task: request, hooks, signals, log lines; and say what the run came to.

``run_claim`` is for the worker and never raises; it writes nothing, the worker does. ``run_eagerly`` is for ``apply``.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from kombu.exceptions import ContentDisallowed, DecodeError
from kombu.utils.encoding import safe_repr

from celery_taskq import _state, signals, states
from celery_taskq._state import _task_stack
from celery_taskq.exceptions import Ignore, NotRegistered, Reject, Retry, WorkerShutdown, WorkerTerminate
from celery_taskq.messages import DONE, MAX_SHOWN, Claim, Ending, Outcome
from celery_taskq.result import EagerResult
from celery_taskq.utils.einfo import ExceptionInfo, describe, format_exception
from celery_taskq.utils.log import get_logger
from celery_taskq.utils.saferepr import saferepr
from celery_taskq.utils.serialization import get_pickleable_exception
from celery_taskq.utils.text import clean, head_and_tail, one_line

from .context import Context
from .payload import decode_arguments, request_of
from .task import Task

__all__ = ("run_claim", "run_eagerly", "trace_task")

logger = get_logger("celery.app.trace")
received_logger = get_logger("celery.worker.strategy")
request_logger = get_logger("celery.worker.request")
consumer_logger = get_logger("celery.worker.consumer.consumer")

LOG_RECEIVED = "Task %(name)s[%(id)s] received"
LOG_SUCCESS = "Task %(name)s[%(id)s] succeeded in %(runtime)ss: %(return_value)s"
LOG_FAILURE = "Task %(name)s[%(id)s] %(description)s: %(exc)s"
LOG_IGNORED = "Task %(name)s[%(id)s] %(description)s"
LOG_REJECTED = "Task %(name)s[%(id)s] %(exc)s"
LOG_RETRY = "Task %(name)s[%(id)s] retry: %(exc)s"

#: What is kept of a traceback, in characters.
MAX_TRACEBACK = 64 * 1024

_PLAIN_CALL = Task.__call__


@dataclass(slots=True)
class Run:
    """One run of user code. ``state`` is None until it is known; then ``retval`` is the result or the exception."""

    state: str | None = None
    retval: Any = None
    einfo: ExceptionInfo | None = None


Report = Callable[[Claim, str], None]


def run_claim(app: Any, claim: Claim, *, hostname: str, report: Report | None = None) -> Outcome:
    """Run a claimed job, and say what shall become of its row.

    Arguments:
        report: stores what the task says of itself with update_state(), as JSON, while it runs.
    """
    try:
        return _run_claim(app, claim, hostname, report)
    except BaseException as exc:  # noqa: BLE001 - a cold stop, or an error of ours: the job must not vanish with it
        if isinstance(exc, WorkerTerminate) and _may_run_again(app.tasks.get(claim.name)):
            return Outcome(Ending.RELEASED)
        return failed(exc)


def _may_run_again(task: Any) -> bool:
    return task is not None and task.acks_late and task.reject_on_worker_lost


def _run_claim(app: Any, claim: Claim, hostname: str, report: Report | None) -> Outcome:
    task = app.tasks.get(claim.name)
    if task is None:
        return _unknown(app, claim)
    try:
        request = request_of(claim, *decode_arguments(claim.payload, app.conf.accept_content), hostname)
    except (DecodeError, ContentDisallowed) as exc:
        consumer_logger.critical("Can't decode the arguments of %s[%s]: %r", claim.name, claim.task_id, exc)
        return failed(exc)
    if received_logger.isEnabledFor(logging.INFO):
        data = {
            "id": claim.task_id,
            "name": request.shadow or claim.name,
            "args": claim.argsrepr,
            "kwargs": claim.kwargsrepr,
            "eta": request.eta,
        }
        received_logger.info(LOG_RECEIVED, data, extra={"data": data})
    if claim.expired:
        return _expired(task, request)
    if signals.task_received.receivers:
        # Receivers know Celery's other request class, which has the name in these attributes.
        names = {"name": claim.name, "task_name": claim.name}
        signals.task_received.send(sender=app, request=Context({**vars(request), **names}))
    _state._set_task_join_will_block(True)
    if report is not None:
        _state._tls.reporting = request.id, partial(report, claim)
    try:
        run = trace_task(task, request)
        return _outcome(task, request, run)
    finally:
        _state._tls.reporting = None
        _state._set_task_join_will_block(False)


def run_eagerly(task: Any, request: Context, *, propagate: bool) -> EagerResult:
    """Run it here and now; what asks to be retried is run again at once."""
    run = trace_task(task, request, propagate=propagate)
    # Raised, or returned, as ``return self.retry(throw=False)`` does.
    if isinstance(run.retval, Retry) and run.retval.sig is not None:
        return run.retval.sig.apply(retries=request.retries + 1)
    traceback = run.einfo.traceback if run.einfo is not None else None
    return EagerResult(request.id, run.retval, str(run.state), traceback=traceback, name=task.name)


def trace_task(task: Any, request: Context, *, propagate: bool = False) -> Run:
    """Run the user's code with everything around it.

    Arguments:
        propagate: let what the body raises out; for eager runs.
    Raises:
        What the body raises, where it is an eager run and ``propagate`` or no Exception. A worker's own stop.
    """
    run = Run()
    try:
        _task_stack.push(task)
        task.request_stack.push(request)
        try:
            _trace(task, request, run, propagate)
        finally:
            try:
                if signals.task_postrun.receivers:
                    signals.task_postrun.send(
                        sender=task,
                        task_id=request.id,
                        task=task,
                        args=request.args,
                        kwargs=request.kwargs,
                        retval=run.retval,
                        state=run.state,
                    )
            finally:
                _task_stack.pop()
                task.request_stack.pop()
    except Exception as exc:
        _send_internal_error(task, request, exc)
        if request.is_eager:
            raise
        logger.critical("Task %s[%s] INTERNAL ERROR: %r", _name(task, request), request.id, exc, exc_info=True)
        return Run(states.FAILURE, exc)
    if run.state == states.REJECTED and not request.is_eager and not run.retval.requeue:
        _send_failure(task, request, run.retval, run.einfo, str(run.einfo))
    return run


def _trace(task: Any, request: Context, run: Run, propagate: bool) -> None:
    task_id, args, kwargs = request.id, request.args, request.kwargs
    started = time.monotonic()
    if signals.task_prerun.receivers:
        signals.task_prerun.send(sender=task, task_id=task_id, task=task, args=args, kwargs=kwargs)
    try:
        task.before_start(task_id, args, kwargs)
        if type(task).__call__ is _PLAIN_CALL:
            retval = task.run(*args, **kwargs)
        else:
            # It may call Task.__call__, which then must not push a request of its own.
            request._protected = not request.is_eager
            retval = task(*args, **kwargs)
    except (Reject, Ignore) as exc:
        run.state = states.REJECTED if isinstance(exc, Reject) else states.IGNORED
        run.retval, run.einfo = exc, ExceptionInfo((type(exc), exc, exc.__traceback__), internal=True)
        _log_error(task, request, exc, run.einfo)
    except Retry as exc:
        if propagate:
            raise
        _on_retry(task, request, exc, run)
    except (WorkerShutdown, WorkerTerminate):
        # The worker's own stop; there is no time for hooks.
        raise
    except BaseException as exc:
        if propagate or (request.is_eager and not isinstance(exc, Exception)):
            raise
        _on_failure(task, request, exc, run)
    else:
        _on_success(task, request, retval, run, started)
    if run.state == states.SUCCESS or run.state == states.FAILURE:
        _call_hook(task, request, "after_return", run.state, run.retval, task_id, args, kwargs, None)


def _on_success(task: Any, request: Context, retval: Any, run: Run, started: float) -> None:
    run.state, run.retval = states.SUCCESS, retval
    runtime = time.monotonic() - started
    _call_hook(task, request, "on_success", retval, request.id, request.args, request.kwargs)
    if signals.task_success.receivers:
        signals.task_success.send(sender=task, result=retval, runtime=runtime)
    if logger.isEnabledFor(logging.INFO):
        data = {
            "id": request.id,
            "name": _name(task, request),
            "return_value": _shown(retval, task.resultrepr_maxsize),
            "runtime": runtime,
            "args": request.get("argsrepr") or safe_repr(request.args),
            "kwargs": request.get("kwargsrepr") or safe_repr(request.kwargs),
        }
        logger.info(LOG_SUCCESS, data, extra={"data": data})


def _on_retry(task: Any, request: Context, reason: Retry, run: Run) -> None:
    run.state, run.retval = states.RETRY, reason
    run.einfo = einfo = ExceptionInfo((type(reason), reason, reason.__traceback__))
    task.on_retry(reason.exc, request.id, request.args, request.kwargs, einfo)
    if signals.task_retry.receivers:
        signals.task_retry.send(sender=task, request=request, reason=reason, einfo=einfo)
    data = {"id": request.id, "name": _name(task, request), "exc": str(reason)}
    logger.info(LOG_RETRY, data, extra={"data": data})


def _on_failure(task: Any, request: Context, exc: BaseException, run: Run) -> None:
    run.state, run.retval = states.FAILURE, exc
    handed = get_pickleable_exception(exc)
    if handed.__traceback__ is None:
        handed.__traceback__ = exc.__traceback__
    run.einfo = einfo = ExceptionInfo((type(exc), handed, exc.__traceback__))
    task.on_failure(handed, request.id, request.args, request.kwargs, einfo)
    _send_failure(task, request, handed, einfo, handed.__traceback__)
    _log_error(task, request, handed, einfo)


def _call_hook(task: Any, request: Context, hook: str, *args: Any) -> None:
    try:
        getattr(task, hook)(*args)
    except Exception as exc:
        # The run has come to its end; an error in a hook does not change what it came to. Tests see it.
        if request.is_eager:
            raise
        logger.exception("Task %s[%s] %s handler raised: %r", _name(task, request), request.id, hook, exc)


def _send_failure(task: Any, request: Context, exc: Any, einfo: Any, traceback: Any) -> None:
    if signals.task_failure.receivers:
        signals.task_failure.send(
            sender=task,
            task_id=request.id,
            exception=exc,
            args=request.args,
            kwargs=request.kwargs,
            traceback=traceback,
            einfo=einfo,
        )


def _send_internal_error(task: Any, request: Context, exc: Exception) -> None:
    if signals.task_internal_error.receivers:
        signals.task_internal_error.send(
            sender=task,
            task_id=request.id,
            args=request.args,
            kwargs=request.kwargs,
            request=vars(request),
            exception=exc,
            traceback=exc.__traceback__,
            einfo=ExceptionInfo((type(exc), exc, exc.__traceback__)),
        )


def _log_error(task: Any, request: Context, exc: BaseException, einfo: ExceptionInfo) -> None:
    if isinstance(exc, Reject):
        severity, line, description, with_traceback = logging.WARNING, LOG_REJECTED, "rejected", True
    elif isinstance(exc, Ignore):
        severity, line, description, with_traceback = logging.INFO, LOG_IGNORED, "ignored", False
    elif task.throws and isinstance(exc, task.throws):
        severity, line, description, with_traceback = logging.INFO, LOG_FAILURE, "raised expected", False
    else:
        severity, line, description, with_traceback = logging.ERROR, LOG_FAILURE, "raised unexpected", True
    if not logger.isEnabledFor(severity):
        return
    data = {
        "hostname": request.hostname,
        "id": request.id,
        "name": _name(task, request),
        "exc": safe_repr(exc),
        "traceback": einfo.traceback,
        "args": request.get("argsrepr") or safe_repr(request.args),
        "kwargs": request.get("kwargsrepr") or safe_repr(request.kwargs),
        "description": description,
        "internal": einfo.internal,
    }
    logger.log(severity, line, data, exc_info=einfo.exc_info if with_traceback else None, extra={"data": data})


def _outcome(task: Any, request: Context, run: Run) -> Outcome:
    if request._retry_message is not None:
        # Also where retry(throw=False) was called and the body went on to whatever end.
        return Outcome(Ending.RETRY, request._retry_message, error=_why(request._retry_reason))
    if run.state == states.FAILURE:
        return failed(run.retval)
    if run.state == states.REJECTED:
        return _rejected(task, request, run.retval)
    if run.state == states.RETRY:
        # In Celery this task would be lost; here it becomes a dead letter.
        outcome = failed(run.retval)
        outcome.error = one_line(f"Retry was raised without calling retry(): {run.retval}", MAX_SHOWN)
        return outcome
    return DONE


def _why(reason: Retry | None) -> str:
    if reason is None:  # replace(): nothing went wrong.
        return ""
    cause = reason.excs or (safe_repr(reason.__context__) if reason.__context__ is not None else str(reason))
    return one_line(cause, MAX_SHOWN)


def _rejected(task: Any, request: Context, exc: Reject) -> Outcome:
    if not exc.requeue:
        outcome = failed(exc)
        outcome.error = one_line(f"rejected: {safe_repr(exc.reason)}", MAX_SHOWN)
        return outcome
    if task.acks_late:
        return Outcome(Ending.RELEASED)
    logger.warning(
        "Task %s[%s] is dropped: Reject(requeue=True) puts a task back only with acks_late=True.",
        _name(task, request),
        request.id,
    )
    return DONE


def failed(exc: BaseException) -> Outcome:
    """A dead letter that tells what was raised; in text that every database takes."""
    text = head_and_tail(clean(format_exception(exc)), MAX_TRACEBACK)
    outcome = Outcome(Ending.FAILED, error=one_line(describe(exc), MAX_SHOWN), traceback=text)
    _release_locals(exc)
    return outcome


def _release_locals(exc: BaseException) -> None:
    """Free what the frames of the traceback hold: it could be large, and the next task comes at once."""
    traceback = exc.__traceback__
    while traceback is not None:
        try:
            traceback.tb_frame.clear()
        except RuntimeError:
            # It is running still: one of ours.
            pass
        traceback = traceback.tb_next


def _expired(task: Any, request: Context) -> Outcome:
    request_logger.info("Discarding revoked task: %s[%s]", _name(task, request), request.id)
    if signals.task_revoked.receivers:
        signals.task_revoked.send(sender=task, request=request, terminated=False, signum=None, expired=True)
    return DONE


def _unknown(app: Any, claim: Claim) -> Outcome:
    exc = NotRegistered(claim.name)
    consumer_logger.error(
        "Received unregistered task of type %r, id %s. It is kept among the failed tasks.\n"
        "Did you remember to import the module containing this task?",
        claim.name,
        claim.task_id,
    )
    if signals.task_unknown.receivers:
        signals.task_unknown.send(sender=app, message=claim, exc=exc, name=claim.name, id=claim.task_id)
    error = f"NotRegistered: no task is named {claim.name!r} in this worker; import the module that defines it"
    return Outcome(Ending.FAILED, error=one_line(error, MAX_SHOWN))


def _name(task: Any, request: Context) -> str:
    return getattr(request, "shadow", None) or task.name


def _shown(retval: Any, longest: int) -> str:
    try:
        return saferepr(retval, longest)
    except ValueError:
        return f"<{type(retval).__name__} of too many digits>"
