"""The command line: a file for each command. Heavy imports stand inside the commands, so that `--help` is quick."""

from __future__ import annotations

import sys

import click

from monitor import __version__
from monitor.cli.commands.articles import articles
from monitor.cli.commands.channels import channels
from monitor.cli.commands.check import check
from monitor.cli.commands.db import db
from monitor.cli.commands.demo import demo
from monitor.cli.commands.entities import entities
from monitor.cli.commands.init import init
from monitor.cli.commands.match import match
from monitor.cli.commands.matches import matches
from monitor.cli.commands.outbox import outbox
from monitor.cli.commands.parse import parse
from monitor.cli.commands.replay import replay
from monitor.cli.commands.rules import rules
from monitor.cli.commands.run import run
from monitor.cli.commands.schema import schema
from monitor.cli.commands.score import score
from monitor.cli.commands.sources import sources
from monitor.cli.commands.status import status
from monitor.cli.commands.stories import stories
from monitor.cli.commands.why import why
from monitor.cli.output.streams import guard_streams
from monitor.errors import InvalidRequest, MonitorError


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
    entities,
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
    except InvalidRequest as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    except MonitorError as error:
        click.echo(str(error), err=True)
        sys.exit(1)
