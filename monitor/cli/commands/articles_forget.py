"""`news-monitor articles forget`: delete the words of articles for good."""

from __future__ import annotations

from pathlib import Path

import click

from monitor import clock
from monitor.cli.config_files import load_config
from monitor.cli.options import config_option, confirm, existing_database
from monitor.services.commands.articles import erase_articles, plan_erasure
from monitor.store.lifecycle.erasure import ErasurePlan
from monitor.wording.quantities import format_count


@click.command()
@config_option
@click.argument("what", metavar="URL|SOURCE")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
def forget(config: Path, what: str, yes: bool) -> None:
    """Delete the words of an article, or of all articles of a source, and never store them again.

    Texts, matches and the quotes in alerts are deleted. Deliveries that were not sent yet are discarded. A deferred
    alert is sent with another article of the same subject, if there is one. The records of alerts and deliveries stay
    without the words; so does the record of who marked what, and when. The daemon may run meanwhile. Exit code 1 if
    nothing was found, 2 if the question was not answered.

    \b
    Examples:
      news-monitor articles forget https://news.example.org/2026/01/05/a-name
      news-monitor articles forget old-source --yes
    """
    loaded = load_config(config).config
    database = existing_database(loaded.settings)
    found = plan_erasure(database, loaded, what)
    if found.finds_nothing:
        click.echo(
            f"there is no source or article '{what}': give the id of a source, or the address of an article", err=True
        )
        raise SystemExit(1)
    click.echo(_describe_targets(found))
    if not (yes or confirm("Forget them for good?", "nothing was forgotten")):
        click.echo("nothing was forgotten")
        return
    done = erase_articles(database, loaded, found, clock.now())
    count = format_count(done.articles, "article")
    click.echo(f"forgotten: {count}; sent messages, the log and copies of the database stay as they are")
    if done.is_still_polled:
        click.echo(
            f"{what} is still polled, and new articles are stored; to end that: `news-monitor sources remove {what}`"
        )


def _describe_targets(found: ErasurePlan) -> str:
    here = f"{format_count(len(found.articles), 'article')} with {format_count(found.alerts, 'alert')}"
    waiting = f", of which {format_count(found.unsent, 'delivery')} will not be sent" if found.unsent else ""
    left = f"; {found.left_archive} more had already left the archive" if found.left_archive else ""
    marked = (
        f"; {format_count(found.marked, 'article')} with marks, which stay without its words" if found.marked else ""
    )
    return f"{found.target}: {here}{waiting}{left}{marked}"
