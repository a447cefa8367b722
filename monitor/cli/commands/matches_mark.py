"""`news-monitor matches mark`: which matches were right, and which were noise."""

from __future__ import annotations

from pathlib import Path

import click

from monitor import clock
from monitor.cli.config_summary import load_summary
from monitor.cli.list_first_command import ListFirstCommand
from monitor.cli.match_number import MatchNumber
from monitor.cli.options import config_option, existing_database, get_username
from monitor.cli.output.mark_report import print_mark_results
from monitor.model import MarkVerdict
from monitor.services.commands.marks import Judgement, mark_matches


@click.command(cls=ListFirstCommand)
@config_option
@click.argument("ids", nargs=-1, required=True, type=MatchNumber(1, 2**31 - 1), metavar="ID...")
@click.argument("verdict", type=click.Choice([MarkVerdict.GOOD.value, MarkVerdict.NOISE.value]))
def mark(config: Path, ids: tuple[int, ...], verdict: str) -> None:
    """Say that the rule was right to match (good), or that it should not have (noise).

    A mark belongs to an article and a rule. It keeps the words of the article after the article has left the archive.
    The newest mark counts. `marks list` shows all marks, and `score --marks` measures the rules on them. To mark what a
    rule has missed, use `articles mark`.

    \b
    Examples:
      news-monitor matches mark 17 noise
      news-monitor matches mark 17 18 25 good
    """
    loaded = load_summary(config)
    judgement = Judgement(MarkVerdict(verdict), clock.now(), get_username())
    print_mark_results(mark_matches(existing_database(loaded.settings), loaded, ids, judgement))
