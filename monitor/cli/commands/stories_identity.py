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
    """Make one of two: the story or event OTHER becomes part of ID, now and for what comes.

    Its articles, and what was reported and sent of it, are ID's from then on, so that nothing is sent twice. An article
    that is like either joins ID. A story merges with a story, an event with one of the same rule. It may be done while
    the daemon runs. `stories show` says who did it, and when.

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
@click.option("--quiet", is_flag=True, help="Send no message of what is split off.")
@click.argument("name", metavar="ID")
@click.argument("articles", nargs=-1, type=int, metavar="[ARTICLE]...")
def split(config: Path, *, quiet: bool, name: str, articles: tuple[int, ...]) -> None:
    """Make two of one: these articles of ID, by their numbers (`stories show`), become a story or an event of their
    own; without a number, the one that joined last.

    What is like them goes there from then on, and does not join ID again, also where no fact keeps the two apart. They
    were suppressed as ID's: so a message is sent of them at once, if their rules would have sent one. Where a rule
    sends events, split the event. It may be done while the daemon runs. `stories show` says who did it, and when.

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
