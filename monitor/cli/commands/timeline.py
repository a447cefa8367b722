"""`news-monitor timeline`: the alerts of some days, by rule, day and hour, and how soon they were sent."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from monitor import clock
from monitor.cli.config_summary import load_summary_to_read
from monitor.cli.known_names import NameOf
from monitor.cli.options import config_option, existing_database, json_option, limit_option, print_json
from monitor.cli.output.tables import print_table
from monitor.cli.output.timeline_report import RULE_HEADS, format_rule_row, print_day, summary_lines
from monitor.cli.output.wrapped_lines import print_lines
from monitor.services.queries.activity import Activity, DelayFigures, load_activity
from monitor.wording.quantities import format_count

MAX_DAYS = 366


@click.command()
@config_option
@json_option
@click.option("--rule", "rules", multiple=True, metavar="ID", type=NameOf("rule"), help="Only for this rule.")
@click.option(
    "--days", default=7, show_default=True, type=click.IntRange(1, MAX_DAYS), help="How many days, up to today."
)
@limit_option("How many titles to print, the newest first.", default=50, lowest=0)
def timeline(config: Path, *, as_json: bool, rules: tuple[str, ...], days: int, most: int) -> None:
    """Show the alerts of the last days: by rule, day and hour, how soon they were sent, and their titles.

    Days are those of the `timezone` in monitor.yaml. `report` writes the same as a page, and adds the sources.

    \b
    Examples:
      news-monitor timeline
      news-monitor timeline --days 30 --rule taiwan-drills
      news-monitor timeline --json
    """
    loaded = load_summary_to_read(config)
    database = existing_database(loaded.settings)
    found = load_activity(
        loaded, database, clock.now(), days=days, rules=rules, latest=0 if as_json else most, with_sources=False
    )
    if as_json:
        for row in _list_rows(found):
            print_json(row)
        return
    print_lines(summary_lines(found))
    if any(rule.alerts.count for rule in found.rules):
        click.echo()
        print_table(RULE_HEADS, map(format_rule_row, found.rules), whole=("rule",))
    for day, hourly in reversed(list(zip(found.days, found.alerts.hourly, strict=True))):
        print_day(day, hourly, found)
    if found.latest and found.alerts.count > len(found.latest):
        more = format_count(found.alerts.count - len(found.latest), "older alert")
        click.echo(f"\nand {more}: --limit shows more, and `news-monitor alerts list` lists them")


def _list_rows(found: Activity) -> Iterator[dict[str, object]]:
    """The figures of all, then of each rule, then of each day, the oldest first."""
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


def _delay_row(delays: DelayFigures | None) -> dict[str, object] | None:
    """In seconds."""
    if delays is None:
        return None
    median, p90 = delays.median.total_seconds(), delays.p90.total_seconds()
    return {"alerts": delays.count, "median": median, "p90": p90}
