"""What a step of a route does in a week, hour by hour, as a drawing of seven rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from monitor.alerting.hours import find_clock_time, is_within_hours
from monitor.model import Outside, RouteStep

_QUARTERS = (0, 15, 30, 45)


class HourSign(StrEnum):
    """What a step does in one hour of a day."""

    SENT = "#"
    PARTLY = "+"  # its hours begin or end within it
    HELD = "."
    CRITICAL_ONLY = "!"
    ELSEWHERE = ">"
    MISSING = " "  # the clock is put forward over it


_OUTSIDE_SIGNS = {
    Outside.HOLD: HourSign.HELD,
    Outside.HOLD_ALL: HourSign.HELD,
    Outside.CRITICAL_ONLY: HourSign.CRITICAL_ONLY,
    Outside.TO: HourSign.ELSEWHERE,
}


@dataclass(frozen=True, slots=True)
class StepDay:
    """One row: 24 signs (HourSign), one for every hour of the day."""

    day: date
    signs: str
    is_holiday: bool


def draw_step_week(step: RouteStep, day: date, zone: str) -> tuple[StepDay, ...]:
    """The week of this day, from Monday, by the clock of `zone`."""
    monday = day - timedelta(days=day.weekday())
    days = (monday + timedelta(days=number) for number in range(7))
    return tuple(
        StepDay(
            weekday,
            "".join(_find_sign(step, weekday, hour, zone) for hour in range(24)),
            step.hours is not None and step.hours.is_holiday(weekday),
        )
        for weekday in days
    )


def list_signs(weeks: Sequence[StepDay]) -> list[HourSign]:
    """The signs that a drawing has, in the order of HourSign."""
    return [sign for sign in HourSign if any(sign in row.signs for row in weeks)]


def _find_sign(step: RouteStep, day: date, hour: int, zone: str) -> HourSign:
    moments = [find_clock_time(day, time(hour, minute), zone, is_end=False) for minute in _QUARTERS]
    shown = [moment for moment in moments if moment.astimezone(ZoneInfo(zone)).hour == hour]
    if not shown:
        return HourSign.MISSING
    within = [step.hours is None or is_within_hours(step.hours, moment) for moment in shown]
    if all(within):
        return HourSign.SENT
    return HourSign.PARTLY if any(within) else _OUTSIDE_SIGNS[step.outside]
