"""`news-monitor stories merge` and `stories split`: what a person knows to be the same, or not."""

from __future__ import annotations

from pathlib import Path

import click

from monitor import clock
from monitor.cli.config_files import load_config
from monitor.cli.options import config_option, existing_database, get_username
from monitor.services.commands.stories import merge_stories, split_story
from monitor.wording.reasons import outcome_in_words


@click.command()
@config_option
@click.argument("name", metavar="ID")
@click.argument("other", metavar="OTHER")
def merge(config: Path, name: str, other: str) -> None:
    """Merge two stories or events: OTHER becomes part of ID, also for later articles.

    ID gets the articles of OTHER, and the record of what was reported and sent about it, so that nothing is sent twice.
    A later article that is like either of them joins ID. A story merges with a story, an event with an event of the
    same rule. The daemon may run meanwhile. `stories show` says who merged them, and when.

    \b
    Examples:
      news-monitor stories merge S746401c3a4eecfd6 S1f0a
      news-monitor stories merge E1f0 E22c
    """
    loaded = load_config(config).config
    merged = merge_stories(existing_database(loaded.settings), loaded, name, other, now=clock.now(), who=get_username())
    if merged.already_merged:
        click.echo(f"{merged.merged_id} is part of {merged.id} already")
    else:
        click.echo(f"{merged.merged_id} is part of {merged.id} now, with its articles and what was sent of it")


@click.command()
@config_option
@click.option("--quiet", is_flag=True, help="Send no message about the articles that are split off.")
@click.argument("name", metavar="ID")
@click.argument("articles", nargs=-1, type=int, metavar="[ARTICLE]...")
def split(config: Path, *, quiet: bool, name: str, articles: tuple[int, ...]) -> None:
    """Split a story or event: these articles of ID become another story or event. `stories show` prints their numbers.
    Without a number, the article that joined last is split off.

    A later article that is like them joins the new story or event, and not ID, even if no fact distinguishes the two.
    The articles were suppressed as repeats of ID, so a message about them is sent at once if their rules would have
    sent one. If a rule sends events, split the event. The daemon may run meanwhile. `stories show` says who split it,
    and when.

    \b
    Examples:
      news-monitor stories split S746401c3a4eecfd6
      news-monitor stories split E1f0 4711 4713 --quiet
    """
    loaded = load_config(config).config
    database = existing_database(loaded.settings)
    done = split_story(database, loaded, name, articles, now=clock.now(), who=get_username(), quiet=quiet)
    what = "1 article" if done.articles == 1 else f"{done.articles} articles"
    click.echo(f"{done.id} is split off {done.whole}, with {what}")
    for rule, decision in done.decisions:
        click.echo(f"  {rule}: {outcome_in_words(decision)}")
