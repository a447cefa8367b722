"""Which channels get an alert of a level, and when."""

from __future__ import annotations

from datetime import UTC, datetime, time

import pytest

from monitor.alerting.routing import plan_deliveries
from monitor.model import ClockSpan, Hours, Level, Outside, PlannedDelivery, RouteStep

OFFICE = Hours("office hours", "UTC", (ClockSpan(frozenset(range(5)), time(9), time(18)),))
NIGHTS = Hours("nights", "UTC", (ClockSpan(frozenset(range(7)), time(22), time(6)),))
NEVER = Hours("never", "UTC", ())
DAY = datetime(2026, 11, 25, 12, tzinfo=UTC)
NIGHT = datetime(2026, 11, 25, 3, 12, tzinfo=UTC)
MORNING = NIGHT.replace(hour=9, minute=0)
HELD = "the hours 'office hours' of route default"


def plan(level: Level, now: datetime, *steps: RouteStep) -> list[PlannedDelivery]:
    return plan_deliveries(level, [("default", steps)], now)


def test_a_channel_alone_gets_everything_at_once() -> None:
    """As it was before there were steps."""
    steps = (RouteStep("desk"), RouteStep("phone"))
    for level in Level:
        assert plan(level, NIGHT, *steps) == [PlannedDelivery("desk", NIGHT), PlannedDelivery("phone", NIGHT)]


def test_a_floor_is_the_lowest_level_that_a_step_takes() -> None:
    """What is lower goes to the others only."""
    steps = (RouteStep("desk"), RouteStep("phone", Level.HIGH))
    taken = {level: [delivery.channel for delivery in plan(level, DAY, *steps)] for level in Level}
    assert taken == {level: ["desk"] for level in ("info", "low", "medium")} | {
        level: ["desk", "phone"] for level in ("high", "critical")
    }


@pytest.mark.parametrize(
    ("outside", "level", "expected"),
    [
        (Outside.HOLD, Level.HIGH, [PlannedDelivery("desk", MORNING, HELD)]),
        (Outside.HOLD, Level.CRITICAL, [PlannedDelivery("desk", NIGHT)]),
        (Outside.HOLD_ALL, Level.HIGH, [PlannedDelivery("desk", MORNING, HELD)]),
        (Outside.HOLD_ALL, Level.CRITICAL, [PlannedDelivery("desk", MORNING, HELD)]),
        (Outside.CRITICAL_ONLY, Level.HIGH, []),
        (Outside.CRITICAL_ONLY, Level.CRITICAL, [PlannedDelivery("desk", NIGHT)]),
        (Outside.TO, Level.HIGH, [PlannedDelivery("duty", NIGHT)]),
        (Outside.TO, Level.CRITICAL, [PlannedDelivery("duty", NIGHT)]),
    ],
)
def test_outside_its_hours(outside: Outside, level: Level, expected: list[PlannedDelivery]) -> None:
    """It holds, sends what is critical only, or another channel takes its place; inside, nothing of that counts."""
    step = RouteStep("desk", hours=OFFICE, outside=outside, other="duty")
    assert plan(level, NIGHT, step) == expected
    assert plan(level, DAY, step) == [PlannedDelivery("desk", DAY)]


def test_a_channel_of_several_steps_gets_one_message_at_the_earliest_moment() -> None:
    """Of one route, and of several; it keeps the place of its first step."""
    held, nightly = RouteStep("desk", hours=OFFICE), RouteStep("desk", Level.HIGH, NIGHTS, Outside.CRITICAL_ONLY)
    assert plan(Level.LOW, NIGHT, held, nightly) == [PlannedDelivery("desk", MORNING, HELD)]
    assert plan(Level.HIGH, NIGHT, held, nightly) == [PlannedDelivery("desk", NIGHT)]
    routes = [("default", [held, RouteStep("log")]), ("night", [RouteStep("desk"), RouteStep("log")])]
    assert plan_deliveries(Level.LOW, routes, NIGHT) == [PlannedDelivery("desk", NIGHT), PlannedDelivery("log", NIGHT)]


def test_hours_that_never_begin_lose_nothing() -> None:
    """The check refuses them; if they came another way, an alert is sent at once."""
    assert plan(Level.LOW, NIGHT, RouteStep("desk", hours=NEVER)) == [PlannedDelivery("desk", NIGHT)]
