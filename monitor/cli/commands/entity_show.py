"""`news-monitor entities show`: one entity with all that is known of it."""

from __future__ import annotations

from pathlib import Path

import click

from monitor import clock
from monitor.cli.config_files import load_config
from monitor.cli.options import config_option, database_if_any, json_option, print_faults, print_json
from monitor.cli.output.entity_report import entity_to_row, format_entity
from monitor.cli.output.wrapped_lines import print_lines
from monitor.services.queries.entities import show_entity


@click.command("show")
@config_option
@json_option
@click.argument("id_", metavar="ID")
def show(config: Path, *, as_json: bool, id_: str) -> None:
    """Show an entity: its names, its groups, the rules that use it, and how many of their matches named it in the last
    30 days.

    A rule uses an entity if it names it, or a group or list that contains it. A match names it if one of its names is
    among the words that met the rule. The line of bars has one bar for each day.

    \b
    Examples:
      news-monitor entities show north-korea
      news-monitor entities show north-korea --json

    Exit code 1 if there are faulty files.
    """
    loaded = load_config(config)
    print_faults(loaded.faults)
    usage = show_entity(loaded, database_if_any(loaded.config.settings), id_, clock.now())
    if as_json:
        daily = None if usage.matches is None else usage.matches.counts
        print_json({**entity_to_row(usage.entity), "rules": list(usage.rules), "daily_matches": daily})
    else:
        print_lines(format_entity(usage))
    raise SystemExit(1 if loaded.faults else 0)
