"""Routes: the steps by which alerts reach channels, the hours in which a step sends, and the deliveries that follow."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum

from monitor.model.rules import Level


@dataclass(frozen=True, slots=True)
class ClockSpan:
    """A time from `begin` to `end` by the clock, on each of these weekdays (0: Monday). If `end` is not after `begin`,
    it ends on the next day: from 00:00 to 00:00 is a whole day."""

    weekdays: frozenset[int]
    begin: time
    end: time


@dataclass(frozen=True, slots=True)
class Hours:
    """Spans of the week in a time zone (`zone`: its name). On a holiday no span begins: `holidays` are dates, and
    `yearly_holidays` months and days of every year."""

    name: str
    zone: str
    spans: tuple[ClockSpan, ...]
    holidays: frozenset[date] = frozenset()
    yearly_holidays: frozenset[tuple[int, int]] = frozenset()

    def is_holiday(self, day: date) -> bool:
        """Whether no span begins on this day."""
        return day in self.holidays or (day.month, day.day) in self.yearly_holidays


class Outside(StrEnum):
    """What a step does outside its hours with the levels that it takes."""

    HOLD = "hold"  # critical alerts are sent at once
    HOLD_ALL = "hold all"
    CRITICAL_ONLY = "critical only"
    TO = "to"  # another channel gets them


@dataclass(frozen=True, slots=True)
class RouteStep:
    """One step of a route: a channel, the lowest level that it takes, and its hours (None: always). `other`: the
    channel that takes its place outside its hours, if `outside` is TO."""

    channel: str
    lowest: Level = Level.INFO
    hours: Hours | None = None
    outside: Outside = Outside.HOLD
    other: str | None = None


@dataclass(frozen=True, slots=True)
class PlannedDelivery:
    """A channel that gets a message, and when it is sent at the earliest. `held_by`: the hours that it waits for, in
    words; None: it does not wait."""

    channel: str
    not_before: datetime
    held_by: str | None = None


def list_channels_of(steps: tuple[RouteStep, ...]) -> tuple[str, ...]:
    """The channels that the steps of a route may send to, each once."""
    named = (name for step in steps for name in (step.channel, step.other) if name is not None)
    return tuple(dict.fromkeys(named))
