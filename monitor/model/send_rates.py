"""How often a channel may be sent to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class SendRate:
    """`count` messages in each `period`, spread evenly; after a quiet time, `burst` of them at once."""

    count: int
    period: timedelta
    burst: int = 1

    @property
    def gap(self) -> timedelta:
        """The time between two messages."""
        return self.period / self.count
