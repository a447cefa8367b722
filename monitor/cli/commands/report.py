"""`news-monitor report`: a page of figures to read, to send and to print."""

from __future__ import annotations

from pathlib import Path

import click

from monitor import clock
from monitor.cli.commands.timeline import MAX_DAYS
from monitor.cli.config_summary import load_summary_to_read
from monitor.cli.options import config_option, existing_database, write_page
from monitor.cli.paths import OutputPath
from monitor.services.queries.activity import load_activity
from monitor.web.report_page import render_report

_LATEST = 30  # alerts that the page names


@click.command()
@config_option
@click.option(
    "--html", "page", type=OutputPath(), required=True, metavar="FILE", help='The page to write; "-" is stdout.'
)
@click.option(
    "--days", default=30, show_default=True, type=click.IntRange(1, MAX_DAYS), help="How many days, up to today."
)
def report(config: Path, *, page: Path, days: int) -> None:
    """Write a page about the alerts of the last days: by day, hour and rule, how soon they were sent, the noise, and
    how many articles each source brought.

    The page is one file without scripts, which loads nothing from elsewhere. Only its owner can read it. An older FILE
    is replaced once the new one is complete.

    \b
    Examples:
      news-monitor report --html report.html
      news-monitor report --html week.html --days 7
      news-monitor report --html - | ssh www.example.org 'cat > report.html'
    """
    loaded = load_summary_to_read(config)
    database = existing_database(loaded.settings)
    found = load_activity(loaded, database, clock.now(), days=days, latest=_LATEST)
    write_page(page, render_report(found))
    if str(page) != "-":
        click.echo(f"the page is in {page.absolute()}: open it in a browser")
