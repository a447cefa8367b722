"""Where and when an alert is sent: the channels of its routes, and what waits for the hours of a step."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from monitor.alerting.hours import find_next_hours, is_within_hours
from monitor.model import Hours, Level, Outside, PlannedDelivery, RouteStep

NamedSteps = tuple[str, Sequence[RouteStep]]
"""The name of a route, and its steps."""


def plan_deliveries(level: Level, routes: Iterable[NamedSteps], now: datetime) -> list[PlannedDelivery]:
    """One delivery for every channel that gets an alert of this level now or later, in the order of the steps. If
    several steps send to one channel, the earliest moment counts."""
    planned: dict[str, PlannedDelivery] = {}
    for route, steps in routes:
        for step in steps:
            delivery = plan_step(level, step, route, now)
            if delivery is None:
                continue
            known = planned.get(delivery.channel)
            if known is None or delivery.not_before < known.not_before:
                planned[delivery.channel] = delivery
    return list(planned.values())


def plan_step(level: Level, step: RouteStep, route: str, now: datetime) -> PlannedDelivery | None:
    """The delivery of one step of a route; None if the step does not send it."""
    if level.rank < step.lowest.rank:
        return None
    if step.hours is None or is_within_hours(step.hours, now):
        return PlannedDelivery(step.channel, now)
    if step.outside is Outside.TO and step.other is not None:
        return PlannedDelivery(step.other, now)
    if level is Level.CRITICAL and step.outside is not Outside.HOLD_ALL:
        return PlannedDelivery(step.channel, now)
    return None if step.outside is Outside.CRITICAL_ONLY else _hold_delivery(step.channel, step.hours, route, now)


def _hold_delivery(channel: str, hours: Hours, route: str, now: datetime) -> PlannedDelivery:
    begin = find_next_hours(hours, now)
    if begin is None:  # the check of monitor.yaml refuses such hours; an alert is rather early than lost
        return PlannedDelivery(channel, now)
    return PlannedDelivery(channel, begin, f"the hours '{hours.name}' of route {route}")
