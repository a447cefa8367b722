"""`news-monitor routes`: where alerts go, and when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from monitor import clock
from monitor.alerting.step_week import HourSign, StepDay, list_signs
from monitor.cli.config_summary import load_summary
from monitor.cli.known_names import NameOf
from monitor.cli.lazy_group import LazyGroup
from monitor.cli.options import config_option, json_option, print_faults, print_json
from monitor.cli.output.streams import open_console
from monitor.errors import InvalidRequest
from monitor.model import Level, Outside, RouteStep
from monitor.services.queries.routes import RouteReport, list_routes

_LABELS = {HourSign.SENT: "sent at once", HourSign.PARTLY: "its hours begin or end", HourSign.MISSING: None}
_STYLES = {HourSign.SENT: "green", HourSign.PARTLY: "green", HourSign.HELD: "yellow", HourSign.ELSEWHERE: "cyan"}
_INDENT = "   "
_HOURS = "0     6     12    18    "


@click.group(cls=LazyGroup)
def routes() -> None:
    """The routes that rules name: show."""


@routes.command()
@config_option
@json_option
@click.option("--week", metavar="DATE", help="The week of this date, such as 2026-03-29 (default: today).")
@click.argument("names", nargs=-1, metavar="[NAME]...", type=NameOf("route"))
def show(config: Path, as_json: bool, week: str | None, names: tuple[str, ...]) -> None:
    """Draw the week of every step of these routes (default: all): when it sends at once, and when alerts wait.

    Each row is a day, and each sign an hour, by the clock of `timezone` in monitor.yaml. With --json, it prints a line
    for every step; `signs` in its `week` has one sign for every hour of the day.

    \b
    Examples:
      news-monitor routes show
      news-monitor routes show night --week 2026-03-29
    """
    loaded = load_summary(config)
    print_faults(loaded.faults)
    settings = loaded.settings
    day = _parse_day(week) if week else clock.now().astimezone(ZoneInfo(settings.timezone)).date()
    found = list_routes(settings, names, day)
    if as_json:
        for row in (row for route in found for row in _route_to_rows(route)):
            print_json(row)
        return
    for number, route in enumerate(found):
        if number:
            click.echo()
        _print_route(route, settings.timezone)


def _parse_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidRequest(f"'{text}' is not a date; write one such as 2026-03-29") from None


def _route_to_rows(route: RouteReport) -> Iterator[dict[str, object]]:
    for number, (step, week) in enumerate(route.steps, 1):
        yield {
            "route": route.name,
            "step": number,
            "channel": step.channel,
            "from": step.lowest,
            "hours": step.hours.name if step.hours else "always",
            "zone": step.hours.zone if step.hours else None,
            "outside": step.outside if step.hours else None,
            "to": step.other,
            "week": [{"date": each.day.isoformat(), "signs": each.signs, "holiday": each.is_holiday} for each in week],
        }


def _print_route(route: RouteReport, zone: str) -> None:
    from rich.text import Text

    console = open_console()
    click.echo(f"route {route.name}, times of {zone}")
    for number, (step, week) in enumerate(route.steps, 1):
        click.echo(f"{number}. {_describe_step(step)}")
        click.echo(f"{_INDENT}{'':12}{_HOURS}".rstrip())
        for each in week:
            row = Text(f"{_INDENT}{each.day:%a} {each.day.day:2} {each.day:%b}  ")
            for sign in each.signs:
                row.append(sign, _STYLES.get(HourSign(sign), ""))
            row.append("  holiday" if each.is_holiday else "")
            row.rstrip()
            console.print(row, soft_wrap=True)
        click.echo(f"{_INDENT}{', '.join(_explain_signs(step, week))}")


def _describe_step(step: RouteStep) -> str:
    """Its channel, levels and hours."""
    levels = {Level.INFO: "all levels", Level.CRITICAL: "critical"}.get(step.lowest, f"{step.lowest} and above")
    hours = "always" if step.hours is None else f"{step.hours.name} (zone {step.hours.zone})"
    return f"{step.channel}: {levels}; {hours}"


def _explain_signs(step: RouteStep, week: tuple[StepDay, ...]) -> Iterator[str]:
    outside = {
        Outside.HOLD: "waits for the hours; critical alerts are sent at once",
        Outside.HOLD_ALL: "waits for the hours, even if it is critical",
        Outside.CRITICAL_ONLY: "only critical alerts are sent",
        Outside.TO: f"sent at once to {step.other}",
    }[step.outside]
    for sign in list_signs(week):
        if label := _LABELS.get(sign, outside):
            yield f"{sign} {label}"
