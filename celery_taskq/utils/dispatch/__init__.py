"""Signals: who wants to know what happens to tasks and workers."""

from .signal import Signal

__all__ = ("Signal",)
