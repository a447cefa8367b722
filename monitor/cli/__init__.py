"""The command line: a file for each command. Heavy imports stand inside the commands, so that `--help` is quick."""

from __future__ import annotations

import sys

import click

from monitor import __version__
from monitor.cli.articles import articles
from monitor.cli.channels import channels
from monitor.cli.check import check
from monitor.cli.db import db
from monitor.cli.demo import demo
from monitor.cli.init import init
from monitor.cli.match import match
from monitor.cli.matches import matches
from monitor.cli.outbox import outbox
from monitor.cli.parse import parse
from monitor.cli.replay import replay
from monitor.cli.rules import rules
from monitor.cli.run import run
from monitor.cli.schema import schema
from monitor.cli.score import score
from monitor.cli.sources import sources
from monitor.cli.status import status
from monitor.cli.stories import stories
from monitor.cli.streams import guard_streams
from monitor.cli.why import why
from monitor.errors import MonitorError, WrongUse


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="news-monitor")
def cli() -> None:
    """Tell people, once and in time, of the news that matters to them.

    \b
    news-monitor demo          see the whole of it work, offline
    news-monitor init          write monitor.yaml, rules/ and seeds/ to edit
    news-monitor check         is what I wrote right?
    news-monitor run           the daemon
    """


for _command in (
    articles,
    channels,
    check,
    db,
    demo,
    init,
    match,
    matches,
    outbox,
    parse,
    replay,
    rules,
    run,
    schema,
    score,
    sources,
    status,
    stories,
    why,
):
    cli.add_command(_command)


def main() -> None:
    """Run a command. Exit codes: 0 fine, 1 problems found, 2 wrong usage."""
    guard_streams()
    try:
        cli(prog_name="news-monitor")
    except WrongUse as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    except MonitorError as error:
        click.echo(str(error), err=True)
        sys.exit(1)
