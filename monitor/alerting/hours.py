"""When hours begin and end, in any time zone and over both changes of the clock.

A span begins the first time that its clock time comes, and ends the last time: where the clock goes back, the hour that
comes twice belongs to it whole. A clock time that the change leaves out counts as the moment of the change, so a span
that lies in the gap does not begin on that day.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from monitor.model import Hours

_DAY = timedelta(days=1)
_LOOK_BACK = 2  # days: a span that crosses midnight, and a zone that leaves out a day
_SPARE_WEEKS = 5  # until a span of one weekday surely begins, if no holiday prevents it
_SECOND = timedelta(seconds=1)

Interval = tuple[datetime, datetime]
"""The moments (UTC) at which a span begins and ends; the end does not belong to it."""


def is_within_hours(hours: Hours, now: datetime) -> bool:
    """Whether a moment is within the hours."""
    today = now.astimezone(ZoneInfo(hours.zone)).date()
    return any(begin <= now < end for begin, end in list_intervals(hours, today - _LOOK_BACK * _DAY, _LOOK_BACK + 2))


def find_next_hours(hours: Hours, now: datetime) -> datetime | None:
    """The first moment from now on that is within the hours: `now` itself, or when they begin. None: they never
    begin."""
    if is_within_hours(hours, now):
        return now
    first = now.astimezone(ZoneInfo(hours.zone)).date() - _DAY
    weeks = len(hours.holidays) + 366 * bool(hours.yearly_holidays) + _SPARE_WEEKS
    for week in range(weeks):
        begins = [begin for begin, _ in list_intervals(hours, first + 7 * week * _DAY, 8) if begin > now]
        if begins:
            return min(begins)
    return None


def list_intervals(hours: Hours, first: date, days: int) -> Iterator[Interval]:
    """The intervals of the spans that begin on these days, without empty ones."""
    for day in (first + number * _DAY for number in range(days)):
        if hours.is_holiday(day):
            continue
        for span in hours.spans:
            if day.weekday() in span.weekdays:
                last_day = day if span.end > span.begin else day + _DAY
                begin = find_clock_time(day, span.begin, hours.zone, is_end=False)
                end = find_clock_time(last_day, span.end, hours.zone, is_end=True)
                if begin < end:
                    yield begin, end


@lru_cache(maxsize=4096)
def find_clock_time(day: date, clock_time: time, zone: str, *, is_end: bool) -> datetime:
    """The moment (UTC) at which a clock of the zone shows this time: the first, or with `is_end` the last. If the clock
    leaves it out, the moment of the change."""
    local = datetime.combine(day, clock_time, ZoneInfo(zone))
    one, other = local.astimezone(UTC), local.replace(fold=1).astimezone(UTC)
    if one <= other:
        return other if is_end else one
    return _find_change(other, one, ZoneInfo(zone))


def _find_change(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The moment between these two at which the offset of the zone changes, by halving the time between them."""
    offset = before.astimezone(zone).utcoffset()
    while after - before > _SECOND:
        middle = (before + (after - before) / 2).replace(microsecond=0)
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after
