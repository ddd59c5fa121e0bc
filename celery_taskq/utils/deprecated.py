"""The warning that something is on its way out."""

from __future__ import annotations

import warnings

__all__ = ("warn",)


def warn(
    description: str | None = None,
    deprecation: str | None = None,
    removal: str | None = None,
    alternative: str | None = None,
    stacklevel: int = 2,
) -> None:
    """Warn in Celery's words; pending when there is a date for it to be deprecated."""
    from celery_taskq.exceptions import CDeprecationWarning, CPendingDeprecationWarning

    if deprecation is not None:
        text = f"{description} is scheduled for deprecation in version {deprecation} and removal in version v{removal}."
        warnings.warn(CPendingDeprecationWarning(f"{text} {alternative or ''}".strip()), stacklevel=stacklevel + 1)
    else:
        text = f"{description} is deprecated and scheduled for removal in version {removal}."
        warnings.warn(CDeprecationWarning(f"{text} {alternative or ''}".strip()), stacklevel=stacklevel + 1)
