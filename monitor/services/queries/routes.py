"""The routes of a config, and what their steps do in a week."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from monitor.alerting.step_week import StepDay, draw_step_week
from monitor.model import RouteStep, Settings
from monitor.services.lookup import require_known


@dataclass(frozen=True, slots=True)
class RouteReport:
    """A route, and a drawing of the week for each of its steps."""

    name: str
    steps: tuple[tuple[RouteStep, tuple[StepDay, ...]], ...]


def list_routes(settings: Settings, names: Sequence[str], day: date) -> list[RouteReport]:
    """These routes (none named: all), with the week of this day by the clock of `timezone`. Raises InvalidRequest for
    an unknown route."""
    require_known("route", names, settings.routes)
    return [
        RouteReport(name, tuple((step, draw_step_week(step, day, settings.timezone)) for step in settings.routes[name]))
        for name in dict.fromkeys(names or settings.routes)
    ]
