"""The command line. `commands/` has a file for each command; it parses what was typed, and prints what comes back."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import click

from monitor import __version__
from monitor.cli.command_hints import SILENCING_HINTS
from monitor.cli.command_tree import PROGRAM, VARIABLE, complete
from monitor.cli.lazy_group import LazyGroup
from monitor.cli.output.streams import guard_streams, report_failed_output
from monitor.errors import InvalidRequest, MonitorError
from monitor.runtime.gc_tuning import relaxed

_COMMANDS = "monitor.cli.commands"


@click.group(
    cls=LazyGroup,
    hints=SILENCING_HINTS,
    lazy={
        "alerts": (f"{_COMMANDS}.alerts", "Alerts: list, show, feed."),
        "articles": (f"{_COMMANDS}.articles", "Stored articles: list, show, export, forget."),
        "channels": (
            f"{_COMMANDS}.channels",
            "The channels that messages go to: list, add, preview, test, drill, canary.",
        ),
        "check": (f"{_COMMANDS}.check", "Check the config and all files that it names, or some of them."),
        "completion": (f"{_COMMANDS}.completion", "Print the script for completion in bash, zsh or fish."),
        "db": (f"{_COMMANDS}.db", "The database: upgrade, backup, restore, check, prune, index."),
        "demo": (f"{_COMMANDS}.demo", "Run the whole pipeline offline, with a newsroom on this machine."),
        "entities": (f"{_COMMANDS}.entities", "The entities that rules can name: list, show."),
        "init": (f"{_COMMANDS}.init", "Write monitor.yaml, a rule and a list of sources to edit."),
        "lists": (f"{_COMMANDS}.lists", "The lists of words that rules share: list, show."),
        "mark": (f"{_COMMANDS}.marks", "Say that an alert or match was right (good) or noise, or what a rule missed."),
        "marks": (f"{_COMMANDS}.marks", "People's marks (good, noise, missed): list, export, import."),
        "match": (f"{_COMMANDS}.match", "Print which rules match the articles of a file, and why."),
        "matches": (f"{_COMMANDS}.matches", "Stored matches and the decision on each: list, show, export."),
        "outbox": (f"{_COMMANDS}.outbox", "Deliveries: list, retry, discard, move."),
        "parse": (f"{_COMMANDS}.parse", "Print the entries of a feed, sitemap or page."),
        "replay": (f"{_COMMANDS}.replay", "Print which recorded articles would have been sent, and when."),
        "routes": (f"{_COMMANDS}.routes", "Where alerts go, and when: show."),
        "rules": (f"{_COMMANDS}.rules", "The rules: list, show, test, try, misses, coverage, packs."),
        "run": (f"{_COMMANDS}.run", "Run the daemon: poll sources, match rules, send alerts."),
        "schema": (f"{_COMMANDS}.schema", "Print the JSON Schema of a kind of file."),
        "score": (f"{_COMMANDS}.score", "Measure the rules on labelled articles."),
        "search": (f"{_COMMANDS}.search", "Find stored articles by their words."),
        "sources": (f"{_COMMANDS}.sources", "The sources: list, show, health, retry, add, remove, import, export."),
        "status": (f"{_COMMANDS}.status", "Show whether the daemon runs, what needs a person, and counts."),
        "stories": (f"{_COMMANDS}.stories", "Stories and events: list, show, merge, split, mute."),
        "report": (
            f"{_COMMANDS}.report",
            "Show the figures of some days: alerts, time to sending, noise, sources.",
        ),
        "why": (f"{_COMMANDS}.why", "Explain why an article did or did not lead to an alert."),
    },
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name=PROGRAM)
def cli() -> None:
    """Tell people, once and in time, of the news that matters to them.

    \b
    news-monitor demo          see the whole program at work, offline
    news-monitor init          write monitor.yaml, a rule and a list of sources to edit
    news-monitor check         is what I wrote right?
    news-monitor run           the daemon
    """


def _require_text(arguments: Sequence[str]) -> None:
    """Raises InvalidRequest for an argument that is no UTF-8, unless a file has that name: no name, address or id that
    we know has such bytes, and no database takes them."""
    for argument in arguments:
        try:
            argument.encode()
        except UnicodeEncodeError:
            if not os.path.lexists(argument):
                raise InvalidRequest(f"this argument is not in UTF-8: {argument!a}") from None


def main() -> None:
    """Run a command. Exit codes: 0 fine, 1 problems found, 2 wrong usage."""
    relaxed()
    guard_streams()
    if instruction := os.environ.get(VARIABLE):
        sys.exit(complete(instruction))
    with report_failed_output():
        _run_command()


def _run_command() -> None:
    try:
        _require_text(sys.argv[1:])
        cli(prog_name=PROGRAM)
    except InvalidRequest as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    except MonitorError as error:
        click.echo(str(error), err=True)
        sys.exit(1)
