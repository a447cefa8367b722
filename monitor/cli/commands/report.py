"""`news-monitor report`: the alerts of some days and how soon they were sent, in text, as JSON or as a page."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, astuple
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from monitor import clock
from monitor.cli.config_summary import load_summary_to_read
from monitor.cli.known_names import NameOf
from monitor.cli.options import (
    config_option,
    existing_database,
    json_option,
    limit_option,
    print_json,
    write_page,
)
from monitor.cli.output.sparkline import draw_sparkline
from monitor.cli.output.streams import open_console, style_text
from monitor.cli.output.tables import print_table
from monitor.cli.output.wrapped_lines import print_lines
from monitor.cli.paths import OutputPath
from monitor.services.queries.activity import Activity, DelayFigures, RuleActivity, load_activity
from monitor.store.queries.alerts import AlertSummary
from monitor.web.report_page import render_report
from monitor.wording.alerts import format_alert_title
from monitor.wording.quantities import abbreviate_limit, format_count

if TYPE_CHECKING:
    from rich.console import Console

RULE_HEADS = ("rule", "alerts", "by day", "by hour, 0 to 23", "half sent within", "noise")
_SOURCE_HEADS = ("source", "articles", "matches", "failed fetches", "now")
_DAYS, _TIMELINE_DAYS = 30, 7
_ALERTS_OF_PAGE = 30  # that it names
_BARS = 30  # as many days have a bar for each
_READABLE = 30  # cells; a title in fewer goes below
_LEVEL = 8  # cells of the longest level
_COLOURS = {"critical": "red", "high": "red", "medium": "yellow", "low": "blue", "info": None}


@click.command()
@config_option
@json_option
@click.option("--html", "page", type=OutputPath(), metavar="FILE", help='Write a page into FILE; "-" is stdout.')
@click.option("--timeline", is_flag=True, help="The alerts with their titles, day by day, in place of the sources.")
@click.option("--rule", "rules", multiple=True, metavar="ID", type=NameOf("rule"), help="Only for this rule.")
@click.option(
    "--days",
    type=click.IntRange(1, 366),
    help=f"How many days, up to today (default: {_DAYS}; with --timeline: {_TIMELINE_DAYS}).",
)
@limit_option("How many titles or sources to print.", default=50, lowest=0)
def report(
    config: Path,
    *,
    as_json: bool,
    page: Path | None,
    timeline: bool,
    rules: tuple[str, ...],
    days: int | None,
    most: int,
) -> None:
    """Show the alerts of the last days by rule, day and hour, how soon they were sent, the noise, and what each source
    brought. Days are those of the `timezone` in monitor.yaml.

    With --html, all of this is a page to read, send and print: one file without scripts, which loads nothing from
    elsewhere. Only its owner can read it. An older FILE is replaced once the new one is complete.

    \b
    Examples:
      news-monitor report --timeline
      news-monitor report --timeline --days 30 --rule taiwan-drills
      news-monitor report --json
      news-monitor report --html report.html
      news-monitor report --html - --days 7 | ssh www.example.org 'cat > week.html'
    """
    if page is not None and (as_json or timeline or rules):
        raise click.UsageError("--html writes the whole page: give it without --json, --timeline and --rule")
    loaded = load_summary_to_read(config)
    found = load_activity(
        loaded,
        existing_database(loaded.settings),
        clock.now(),
        days=days or (_TIMELINE_DAYS if timeline else _DAYS),
        rules=rules,
        latest=_ALERTS_OF_PAGE if page is not None else most if timeline and not as_json else 0,
        with_sources=not timeline and not rules,
    )
    if page is not None:
        write_page(page, render_report(found))
        if str(page) != "-":
            click.echo(f"the page is in {page.absolute()}: open it in a browser")
    elif as_json:
        for row in _list_rows(found):
            print_json(row)
    else:
        _print_report(found, most)


def _print_report(found: Activity, most: int) -> None:
    print_lines(_summary_lines(found))
    if any(rule.alerts.count for rule in found.rules):
        click.echo()
        print_table(RULE_HEADS, map(_format_rule_row, found.rules), whole=("rule",))
    for day, hourly in reversed(list(zip(found.days, found.alerts.hourly, strict=True))):
        _print_day(day, hourly, found)
    if found.latest and found.alerts.count > len(found.latest):
        more = format_count(found.alerts.count - len(found.latest), "older alert")
        click.echo(f"\nand {more}: --limit shows more, and `news-monitor alerts list` lists them")
    if shown := found.sources[:most]:
        click.echo()
        rows = [(each.id, *astuple(each.counts), each.health or "not in the files") for each in shown]
        print_table(_SOURCE_HEADS, rows, whole=("source",))
        if hidden := len(found.sources) - len(shown):
            click.echo(f"and {format_count(hidden, 'source')} with fewer matches: --limit shows more")


def _summary_lines(found: Activity) -> Iterator[str]:
    """How many alerts there were, and how soon they were sent; without any, what to do."""
    first, last = found.days[0], found.days[-1]
    span = f"{first:%Y-%m-%d} to {last:%Y-%m-%d}" if first != last else f"{last:%Y-%m-%d}"
    count = format_count(found.alerts.count, "alert") if found.alerts.count else "no alerts"
    yield style_text(f"{count} in {format_count(len(found.days), 'day')}, {span}, {found.timezone}", bold=True)
    if not found.alerts.count:
        if any(rule.health.matches for rule in found.rules):
            yield "Rules matched, but nothing was sent: `news-monitor matches list` says why."
        else:
            yield "No rule matched anything: `news-monitor status` says whether articles come in,"
            yield "and `news-monitor rules misses` which stories came close."
    for label, delays in (
        ("publication", found.alerts.from_publication),
        ("first seen", found.alerts.from_first_seen),
    ):
        if delays is not None:
            known = f" ({delays.count} of the alerts)" if delays.count < found.alerts.count else ""
            limits = f"half within {abbreviate_limit(delays.median)}, 90% within {abbreviate_limit(delays.p90)}"
            yield f"{label:<11} to the first channel: {limits}{known}"


def _format_rule_row(rule: RuleActivity) -> tuple[object, ...]:
    """The cells of RULE_HEADS. `half sent within`: the median from publication on."""
    delays, health = rule.alerts.from_publication, rule.health
    marked = health.good + health.noise
    size = -(-len(rule.alerts.daily) // _BARS)  # many days share a bar, counted from today
    newest_first = rule.alerts.daily[::-1]
    bars = [sum(newest_first[start : start + size]) for start in range(0, len(newest_first), size)][::-1]
    return (
        rule.id,
        rule.alerts.count,
        draw_sparkline(bars),
        draw_sparkline(rule.alerts.by_hour),
        "" if delays is None else abbreviate_limit(delays.median),
        f"{health.noise} of {marked}" if marked else "",
    )


def _print_day(day: date, hourly: Sequence[int], found: Activity) -> None:
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


def _list_rows(found: Activity) -> Iterator[dict[str, object]]:
    """The figures of all, then of each rule, then of each day, the oldest first, then of each source."""
    yield {
        "type": "all",
        "timezone": found.timezone,
        "days": [day.isoformat() for day in found.days],
        "alerts": found.alerts.count,
        "kinds": found.alerts.kinds,
        "from_publication": _delay_row(found.alerts.from_publication),
        "from_first_seen": _delay_row(found.alerts.from_first_seen),
    }
    for rule in found.rules:
        yield {
            "type": "rule",
            "rule": rule.id,
            "title": rule.title,
            "level": rule.level,
            "alerts": rule.alerts.count,
            "kinds": rule.alerts.kinds,
            "daily": rule.alerts.daily,
            "by_hour": rule.alerts.by_hour,
            "from_publication": _delay_row(rule.alerts.from_publication),
            "from_first_seen": _delay_row(rule.alerts.from_first_seen),
            "matches": rule.health.matches,
            "good": rule.health.good,
            "noise": rule.health.noise,
            "noise_share": rule.health.noise_share,
        }
    for day, hourly in zip(found.days, found.alerts.hourly, strict=True):
        yield {"type": "day", "day": day.isoformat(), "alerts": sum(hourly), "by_hour": hourly}
    for each in found.sources:
        yield {"type": "source", "source": each.id, "name": each.name, **asdict(each.counts), "health": each.health}


def _delay_row(delays: DelayFigures | None) -> dict[str, object] | None:
    """In seconds."""
    if delays is None:
        return None
    median, p90 = delays.median.total_seconds(), delays.p90.total_seconds()
    return {"alerts": delays.count, "median": median, "p90": p90}
