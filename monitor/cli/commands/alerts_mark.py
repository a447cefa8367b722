"""`news-monitor alerts mark`: which alerts were right, and which were noise."""

from __future__ import annotations

from pathlib import Path

import click

from monitor import clock
from monitor.cli.config_summary import load_summary
from monitor.cli.list_first_command import ListFirstCommand
from monitor.cli.options import config_option, existing_database, get_username
from monitor.cli.output.mark_report import print_mark_results
from monitor.model import MarkVerdict
from monitor.services.commands.marks import Judgement, mark_alerts


@click.command(cls=ListFirstCommand)
@config_option
@click.option(
    "--line",
    "lines",
    multiple=True,
    type=click.IntRange(1),
    metavar="NUMBER",
    help="The number of a line of a digest; may be repeated.",
)
@click.argument("ids", nargs=-1, required=True, metavar="ALERT...")
@click.argument("verdict", type=click.Choice([MarkVerdict.GOOD.value, MarkVerdict.NOISE.value]))
def mark(config: Path, *, lines: tuple[int, ...], ids: tuple[str, ...], verdict: str) -> None:
    """Say that ALERT was right (good), or that its rule should not have matched the article (noise).

    ALERT is the id at the end of its message, or the beginning of that id. A digest reports several articles: give the
    numbers of the lines that you mean with --line. The newest mark on an article and a rule counts. `marks list` shows
    all marks, and `score --marks` measures the rules on them.

    \b
    Examples:
      news-monitor alerts mark 207d7f56158b noise
      news-monitor alerts mark 207d7f56158b 2b1c66a0f0d3 good
      news-monitor alerts mark 5f3c21aa07c0 noise --line 2 --line 5
    """
    loaded = load_summary(config)
    judgement = Judgement(MarkVerdict(verdict), clock.now(), get_username())
    print_mark_results(mark_alerts(existing_database(loaded.settings), loaded, ids, judgement, lines=lines))
