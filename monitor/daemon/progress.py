"""That work goes on: when each kind of it was done last. `/healthz`, `status` and the watchdog read it, and judge.

Measured on the clock that never jumps: when the other one does, a clockwork that stands still must be seen.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from monitor import clock


class WorkKind(StrEnum):
    """What must go on, in the words of people."""

    CALL = "a call to the database ended"  # with an answer or a refusal
    DATABASE = "the database answered"
    TICK = "the tick turned"  # whatever the database said
    DELIVERY = "delivery turned"


class LastRun:
    """When each kind of work was done last; at first, as if all had been done at `now` (`clock.monotonic()`)."""

    def __init__(self, now: float) -> None:
        self._latest: dict[str, float] = dict.fromkeys(WorkKind, now)

    def record_run(self, what: str, now: float) -> None:
        """Some work, or any other job of the clockwork, has just been done."""
        self._latest[what] = now

    def record_call(self, answered: bool) -> None:
        """A call to the database has just ended; any thread may tell so."""
        now = clock.monotonic()
        self.record_run(WorkKind.CALL, now)
        if answered:
            self.record_run(WorkKind.DATABASE, now)

    def age(self, what: WorkKind, now: float) -> timedelta:
        """How long ago it was done."""
        return timedelta(seconds=now - self._latest[what])
