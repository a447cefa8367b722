"""`news-monitor articles mark`: which articles a rule has missed."""

from __future__ import annotations

from pathlib import Path

import click

from monitor import clock
from monitor.cli.config_files import load_config
from monitor.cli.known_names import NameOf
from monitor.cli.list_first_command import ListFirstCommand
from monitor.cli.options import config_option, existing_database, get_username
from monitor.cli.output.mark_report import print_mark_results
from monitor.model import MarkVerdict
from monitor.sanitize import sanitize_line
from monitor.services.commands.marks import Judgement, mark_articles


@click.command(cls=ListFirstCommand)
@config_option
@click.argument("names", nargs=-1, required=True, metavar="ARTICLE...")
@click.argument("rule", metavar="RULE", type=NameOf("rule"))
@click.argument("verdict", type=click.Choice([MarkVerdict.MISSED.value, MarkVerdict.NOISE.value]))
def mark(config: Path, names: tuple[str, ...], rule: str, verdict: str) -> None:
    """Say that RULE should have matched ARTICLE as news, but did not (missed). `noise` takes that back.

    ARTICLE is the address of a stored article, or its number (`stories show` prints it). To mark a match as right or
    wrong, use `matches mark` or `alerts mark`.

    \b
    Examples:
      news-monitor articles mark https://news.example.org/2026/01/05/a-name taiwan-drills missed
      news-monitor articles mark 4711 4713 taiwan-drills missed
    """
    loaded = load_config(config).config
    judgement = Judgement(MarkVerdict(verdict), clock.now(), get_username())
    results, matched = mark_articles(existing_database(loaded.settings), loaded, names, rule, judgement)
    print_mark_results(results)
    for title in matched:
        click.echo(f"the current rule {rule} matches “{sanitize_line(title)}” as news")
