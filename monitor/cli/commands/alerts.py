"""`news-monitor alerts`: what was sent, by the id that each message has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import click

from monitor import clock
from monitor.cli.config_summary import load_summary_to_read, load_summary_with_secrets
from monitor.cli.lazy_group import LazyGroup
from monitor.cli.options import (
    config_option,
    existing_database,
    format_local_time,
    json_option,
    limit_option,
    parse_time_option,
    print_json,
    rules_filter_option,
    since_option,
)
from monitor.cli.output.tables import print_table
from monitor.cli.output.wrapped_lines import print_lines
from monitor.errors import MonitorError
from monitor.model import Endpoint, MarkVerdict
from monitor.model.web_pages import list_feed_paths, make_feed_secret
from monitor.sanitize import sanitize_line
from monitor.services.queries.alerts import AlertSummary, list_alerts, show_alert
from monitor.wording.alerts import format_alert_title
from monitor.wording.quantities import format_count


@click.group(cls=LazyGroup)
def alerts() -> None:
    """Alerts: list them, show one, and read them in a feed reader (feed)."""


@alerts.command("list")
@config_option
@json_option
@rules_filter_option
@since_option
@limit_option()
def list_(config: Path, *, as_json: bool, rules: tuple[str, ...], since: str | None, most: int) -> None:
    """List the alerts, the newest first, and how people marked them. `outbox list` shows their deliveries, and the
    notices.

    \b
    Examples:
      news-monitor alerts list
      news-monitor alerts list --rule taiwan-drills --since '2 days'
    """
    loaded = load_summary_to_read(config)
    database, zone = existing_database(loaded.settings), loaded.settings.timezone
    found = list_alerts(loaded, database, rules=rules, since=parse_time_option(since, clock.now(), zone), limit=most)
    if as_json:
        for each in found:
            print_json(asdict(each))
        return
    heads = ("id", "at", "kind", "level", "rule", "mark", "title")
    rows = [
        (
            each.id,
            format_local_time(each.at, zone),
            each.kind,
            each.level,
            each.rule,
            _format_marks(each),
            format_alert_title(each.title),
        )
        for each in found
    ]
    print_table(heads, rows, whole=("id", "rule"))


@alerts.command()
@config_option
@json_option
@click.argument("id_", metavar="ALERT")
def show(config: Path, *, as_json: bool, id_: str) -> None:
    """Show one alert by the id in its message: what it reports (a digest line by line), and how people marked it.

    \b
    Example:
      news-monitor alerts show 207d7f56158b
    """
    settings = load_summary_to_read(config).settings
    found = show_alert(existing_database(settings), id_)
    if as_json:
        print_json(asdict(found))
        return
    print_lines(_format_alert(found, settings.timezone))


def _format_marks(alert: AlertSummary) -> str:
    """The mark of an alert; of a digest, how many lines have which."""
    if not alert.is_digest:
        return next((line.mark for line in alert.lines if line.mark), "")
    marks = [line.mark for line in alert.lines if line.mark]
    return ", ".join(f"{marks.count(verdict)} {verdict}" for verdict in MarkVerdict if verdict in marks)


def _format_alert(alert: AlertSummary, zone: str) -> Iterator[str]:
    yield f"alert     {alert.id}, {alert.kind}, {alert.level}, {format_local_time(alert.at, zone)}"
    if alert.subject is not None:
        yield f"notice    about {alert.subject}: {sanitize_line(alert.title)}"
        return
    if alert.is_digest:
        yield f"digest    {sanitize_line(alert.title)}; {format_count(len(alert.lines), 'line')}"
    else:
        yield f"rule      {alert.rule}"
    if not alert.lines:
        yield f"article   {format_alert_title('')}"
    for line in alert.lines:
        name = f"{line.number}. {line.level}, {line.rule}: " if alert.is_digest else ""
        yield f"article   {name}{sanitize_line(line.title)}"
        yield f"          {line.source}, {line.url or 'without an address'}"
        match = "its match is no longer stored" if line.match is None else f"match {line.match}"
        yield f"          {match}{f', marked {line.mark}' if line.mark else ''}"


@alerts.command()
@config_option
@json_option
def feed(config: Path, *, as_json: bool) -> None:
    """Print the addresses at which the daemon serves the alerts as Atom and JSON Feed, for a feed reader.

    Whoever knows an address can read all alerts. There are no addresses until monitor.yaml has `feed` under `web`.
    Until then, the command prints what to write there, with a new secret, and its exit code is 1.

    \b
    Examples:
      news-monitor alerts feed
      news-monitor alerts feed --json
    """
    web = load_summary_with_secrets(config).settings.web
    if web is None or web.feed is None:
        listen = Endpoint("127.0.0.1", 8787) if web is None else web.listen
        raise MonitorError(
            "there is no feed of alerts yet; write into monitor.yaml, and start the daemon again:\n"
            f'  web: {{listen: "{listen}", feed: "{make_feed_secret()}"}}\n'
            "whoever knows this secret can read all alerts; it was made for you now, and is stored nowhere else"
        )
    atom, json_feed = (f"http://{web.listen}{path}" for path in list_feed_paths(web.feed))
    if as_json:
        print_json({"atom": atom, "json": json_feed})
        return
    click.echo(f"Atom       {atom}")
    click.echo(f"JSON Feed  {json_feed}")
    for host in sorted(web.hosts):
        click.echo(f"For readers of {host}, behind your proxy: the same path on that host.", err=True)
