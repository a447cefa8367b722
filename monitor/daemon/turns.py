"""Whether the clockwork turns: when each of its parts last did its work. `/healthz`, `status` and the watchdog ask it.

Measured on the clock that never jumps: after a jump of the other one, a clockwork that stands still must be seen.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

PATIENCE = timedelta(seconds=30)  # a part that did not turn for so long stands still


class Part(StrEnum):
    """What must turn. The database turns when it answers the heartbeat."""

    TICK = "tick"
    DELIVER = "deliver"
    DATABASE = "database"


class Turns:
    """The last turn of each part; `now`, in seconds of `clock.monotonic`, stands for the first ones."""

    def __init__(self, now: float) -> None:
        self._at: dict[str, float] = dict.fromkeys(Part, now)

    def turned(self, what: str, now: float) -> None:
        """A part, or any other job of the clockwork, has done its work."""
        self._at[what] = now

    def age(self, what: Part, now: float) -> timedelta:
        """How long ago that was."""
        return timedelta(seconds=now - self._at[what])

    def stuck(self, now: float, patience: timedelta = PATIENCE) -> list[Part]:
        """The parts that stand still."""
        return [part for part in Part if self.age(part, now) > patience]
