"""How much of something there was on each of the last days. It only reads."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

DAYS = 30


@dataclass(slots=True)
class DailyCounts:
    """Counts of the last days (`DAYS`, if not said otherwise) of a time zone, the oldest day first; the last one is
    today. `since`: when the first one begins."""

    since: datetime
    counts: list[int] = field(default_factory=lambda: [0] * DAYS)

    @classmethod
    def until(cls, now: datetime, timezone: str, days: int = DAYS) -> DailyCounts:
        """Empty ones."""
        zone = ZoneInfo(timezone)
        first = now.astimezone(zone).date() - timedelta(days=days - 1)
        return cls(datetime(first.year, first.month, first.day, tzinfo=zone), [0] * days)

    def find_day(self, moment: datetime) -> int:
        """The number of a moment's day, from 0 on. What is later than today, by another clock, counts as today."""
        first: date = self.since.date()
        return min((moment.astimezone(self.since.tzinfo).date() - first).days, len(self.counts) - 1)

    def add_all(self, moments: Iterable[datetime]) -> DailyCounts:
        """Count these moments, none of which is before `since`."""
        for moment in moments:
            self.counts[self.find_day(moment)] += 1
        return self

    @property
    def total(self) -> int:
        """How many there were on all of these days."""
        return sum(self.counts)
