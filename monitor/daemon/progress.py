"""When each kind of work was done last. `/healthz`, `status` and the watchdog read it, and decide what is too long.

Times are of the monotonic clock, which never jumps: a daemon that hangs must be seen even if the wall clock jumps.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from monitor import clock


class WorkKind(StrEnum):
    """The work that must go on. The values are for people to read."""

    CALL = "a call to the database ended"  # with an answer or a refusal
    DATABASE = "the database answered"
    TICK = "the tick ran"  # whatever the database answered
    DELIVERY = "the delivery ran"


class LastRun:
    """When each kind of work was done last. It starts as if all had been done at `now` (`clock.monotonic()`)."""

    def __init__(self, now: float) -> None:
        self._latest: dict[str, float] = dict.fromkeys(WorkKind, now)

    def record_run(self, work: str, now: float) -> None:
        """Note that this work, or the job of this name, was done at `now`."""
        self._latest[work] = now

    def record_call(self, answered: bool) -> None:
        """Note that a call to the database has just ended. Any thread may call this."""
        now = clock.monotonic()
        self.record_run(WorkKind.CALL, now)
        if answered:
            self.record_run(WorkKind.DATABASE, now)

    def age(self, work: WorkKind, now: float) -> timedelta:
        """How long ago this work was done."""
        return timedelta(seconds=now - self._latest[work])
