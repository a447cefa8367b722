"""The alerts of some days as people read them on a terminal: bars for counts, and a line for each alert."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from monitor.cli.output.sparkline import draw_sparkline
from monitor.cli.output.streams import open_console, style_text
from monitor.cli.output.wrapped_lines import print_lines
from monitor.services.queries.activity import Activity, AlertSummary, DelayFigures, RuleActivity
from monitor.wording.alerts import format_alert_title
from monitor.wording.quantities import abbreviate_limit, format_count

if TYPE_CHECKING:
    from rich.console import Console

RULE_HEADS = ("rule", "alerts", "by day", "by hour, 0 to 23", "half sent within", "noise")
_BARS = 30  # as many days have a bar for each
_READABLE = 30  # cells; a title in fewer goes below
_LEVEL = 8  # cells of the longest level
_COLOURS = {"critical": "red", "high": "red", "medium": "yellow", "low": "blue", "info": None}


def summary_lines(found: Activity) -> Iterator[str]:
    """How many alerts there were, and how soon they were sent; without any, what to do."""
    first, last = found.days[0], found.days[-1]
    span = f"{first:%Y-%m-%d} to {last:%Y-%m-%d}" if first != last else f"{last:%Y-%m-%d}"
    count = format_count(found.alerts.count, "alert") if found.alerts.count else "no alerts"
    yield style_text(f"{count} in {format_count(len(found.days), 'day')}, {span}, {found.timezone}", bold=True)
    if not found.alerts.count:
        yield from _explain_silence(found)
        return
    for label, delays in (
        ("publication", found.alerts.from_publication),
        ("first seen", found.alerts.from_first_seen),
    ):
        if delays is not None:
            known = f" ({delays.count} of the alerts)" if delays.count < found.alerts.count else ""
            yield f"{label:<11} to the first channel: {format_delays(delays)}{known}"


def _explain_silence(found: Activity) -> Iterator[str]:
    if any(rule.health.matches for rule in found.rules):
        yield "Rules matched, but nothing was sent: `news-monitor matches list` says why."
    else:
        yield "No rule matched anything: `news-monitor status` says whether articles come in,"
        yield "and `news-monitor rules misses` which stories came close."


def format_delays(delays: DelayFigures) -> str:
    """The median and the 90th percentile."""
    return f"half within {abbreviate_limit(delays.median)}, 90% within {abbreviate_limit(delays.p90)}"


def format_rule_row(rule: RuleActivity) -> tuple[object, ...]:
    """The cells of RULE_HEADS. `half sent within`: the median from publication on."""
    delays, health = rule.alerts.from_publication, rule.health
    marked = health.good + health.noise
    return (
        rule.id,
        rule.alerts.count,
        draw_sparkline(_group_days(rule.alerts.daily)),
        draw_sparkline(rule.alerts.by_hour),
        "" if delays is None else abbreviate_limit(delays.median),
        f"{health.noise} of {marked}" if marked else "",
    )


def _group_days(daily: Sequence[int]) -> list[int]:
    """At most `_BARS` counts: many days share bars, counted from today."""
    size = -(-len(daily) // _BARS)
    newest_first = list(reversed(daily))
    return [sum(newest_first[start : start + size]) for start in range(0, len(daily), size)][::-1]


def print_day(day: date, hourly: Sequence[int], found: Activity) -> None:
    """A day and its alerts, as far as they are among the latest; nothing for a day without any."""
    zone = ZoneInfo(found.timezone)
    alerts = [each for each in found.latest if each.at.astimezone(zone).date() == day]
    if not alerts:
        return
    count = format_count(sum(hourly), "alert")
    click.echo()
    print_lines([f"{style_text(f'{day:%a} {day.day} {day:%b %Y}', bold=True)}  {draw_sparkline(hourly)}  {count}"])
    width = max(len(each.rule or "") for each in found.latest)
    console = open_console()
    for alert in alerts:
        _print_alert(alert, zone, width, console if sys.stdout.isatty() else None)


def _print_alert(alert: AlertSummary, zone: ZoneInfo, rule_width: int, console: Console | None) -> None:
    """The time, level, rule and title. `console`: None where nobody looks at it, so that no line is broken."""
    head = f"  {alert.at.astimezone(zone):%H:%M}  {alert.level:<{_LEVEL}}  {alert.rule or '':<{rule_width}}  "
    title = format_alert_title(alert.title)
    if alert.kind != "new":
        title = f"{alert.kind}: {title}"
    if console is None:
        click.echo(f"{head}{title}")
        return
    from rich.text import Text

    begin, level, rest = head[:9], head[9 : 9 + _LEVEL], head[9 + _LEVEL :]
    line = Text.assemble(begin, (level, _COLOURS.get(alert.level) or ""), (rest, "dim"))
    indent, room = len(head), console.width - len(head)
    if room < _READABLE:
        line.rstrip()
        console.print(line, soft_wrap=True)
        indent, line = 9, Text(" " * 9)
        room = max(console.width - indent, _READABLE)
    for number, piece in enumerate(Text(title).wrap(console, room, overflow="fold")):
        console.print(Text.assemble(line if not number else " " * indent, piece), soft_wrap=True)
