"""Rate limits, for each worker process: a task that comes too early gets a later eta, and the worker never sleeps.

Nobody's turn is reserved, since any process may claim a postponed job. Jobs are spread over the time that the waiting
ones will take; one that comes back too early is postponed again.
"""

from __future__ import annotations

import heapq
import logging
import random
import time
from functools import cache
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from ..messages import Claim
from ..utils.time import rate

logger = logging.getLogger("celery.worker.limits")

#: Seconds that a job may be early: the database's clock decides when it is due, ours when it may run.
EARLY = 0.05
#: How many postponed jobs are counted.
MOST_COUNTED = 100_000


class RateLimits:
    """Says how long a claimed job has to wait.

    Raises:
        ImproperlyConfigured: a task's rate_limit is none.
    """

    def __init__(self, app: Any) -> None:
        self._app = app
        #: For each task, the time at which its next run may begin.
        self._free: dict[str, float] = {}
        #: For each task, the times at which jobs that this process postponed are due again, as a heap.
        self._waiting: dict[str, list[float]] = {}
        for task in app.tasks.values():
            if task.rate_limit and _per_second(task.rate_limit) is None:
                raise ImproperlyConfigured(
                    f"rate_limit {task.rate_limit!r} of task {task.name} is not a rate. Write a number of tasks per "
                    f'second, or "10/s", "10/m" or "10/h".'
                )

    def wait_for(self, claim: Claim) -> float:
        """Seconds until the job may be tried again; 0.0 when it may run now."""
        limit = getattr(self._app.tasks.get(claim.name), "rate_limit", None)
        if not limit or claim.expired:
            return 0.0
        per_second = _per_second(limit)
        if not per_second:
            return 0.0
        now = time.monotonic()
        free = self._free.get(claim.name, now)
        if free <= now + EARLY:
            interval = 1.0 / per_second
            # On the grid when the worker is a little late; but what was not used is not saved up.
            self._free[claim.name] = (free if now - free < interval else now) + interval
            return 0.0
        waiting = self._waiting.setdefault(claim.name, [])
        while waiting and waiting[0] <= now:
            heapq.heappop(waiting)
        # Twice as many as can run come back in that time: some miss their turn, and no turn shall be missed.
        wait = free - now + random.random() * len(waiting) / (2 * per_second)
        if len(waiting) < MOST_COUNTED:
            heapq.heappush(waiting, now + wait)
        return wait


@cache
def _per_second(limit: Any) -> float | None:
    try:
        return rate(limit)
    except (KeyError, TypeError, ValueError):
        logger.error("rate_limit %r is not a rate: the task runs without a limit.", limit)
        return None
