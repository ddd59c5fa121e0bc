"""Rate limits, for each worker process: a task that comes too early gets a later eta, and the worker never sleeps.

A task is postponed once: it gets the next free place in time, and this process remembers the place.
"""

from __future__ import annotations

import time
from typing import Any

from ..messages import Claim
from ..utils.time import rate

#: How many places are remembered; beyond that, a task may be postponed again.
MOST_PLACES = 10_000


class RateLimits:
    """Says how long a claimed job has to wait."""

    def __init__(self, app: Any) -> None:
        self._app = app
        #: For each task, the time at which its next run may begin.
        self._free: dict[str, float] = {}
        #: For each postponed job, the time that was given to it.
        self._places: dict[int, float] = {}

    def wait_for(self, claim: Claim) -> float:
        """Seconds until the job may run; 0.0 when it may run now."""
        task = self._app.tasks.get(claim.name)
        limit = getattr(task, "rate_limit", None)
        if not limit or claim.expired:
            return 0.0
        per_second = rate(limit)
        if per_second <= 0:
            return 0.0
        now = time.monotonic()
        place = self._places.pop(claim.id, None)
        # The database's clock decides when it is due, ours when its place is: a little early is on time.
        if place is not None and place <= now + 0.1:
            return 0.0
        free = max(self._free.get(claim.name, now), now)
        self._free[claim.name] = free + 1.0 / per_second
        if free <= now:
            return 0.0
        if len(self._places) >= MOST_PLACES:
            self._places.pop(next(iter(self._places)))
        self._places[claim.id] = free
        return free - now
