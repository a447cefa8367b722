"""`news-monitor stories merge` and `stories split`: what a person knows to be the same, or not."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from monitor import clock
from monitor.cli.config_files import load_config
from monitor.cli.options import config_option, existing_database, get_username, json_option, print_json
from monitor.cli.output.wrapped_lines import print_lines
from monitor.services.commands.stories import merge_stories, split_story
from monitor.services.queries.identity_advice import IdentityAdvice, find_advice


@click.command()
@config_option
@json_option
@click.argument("name", metavar="ID")
@click.argument("other", metavar="OTHER")
def merge(config: Path, *, as_json: bool, name: str, other: str) -> None:
    """Merge two stories or events: OTHER becomes part of ID, also for later articles.

    ID gets the articles of OTHER, and the record of what was reported and sent about it, so that nothing is sent twice.
    A later article that is like either of them joins ID. A story merges with a story, an event with an event of the
    same rule. The daemon may run meanwhile. `stories show` says who merged them, and when. The command says why they
    were kept apart, and which change of a rule or an entity would join the next ones. It has tried the change on the
    articles of both.

    \b
    Examples:
      news-monitor stories merge S746401c3a4eecfd6 S1f0a
      news-monitor stories merge E1f0 E22c
    """
    loaded = load_config(config).config
    database = existing_database(loaded.settings)
    merged = merge_stories(database, loaded, name, other, now=clock.now(), who=get_username())
    advice = None if merged.already_merged else find_advice(database, loaded, merged.id, merged.merged_id)
    if as_json:
        print_json({**asdict(merged), **_advice_to_row(advice)})
    elif merged.already_merged:
        click.echo(f"{merged.merged_id} is part of {merged.id} already")
    else:
        click.echo(f"{merged.merged_id} is part of {merged.id} now, with its articles and what was sent of it")
        _print_advice(advice)


@click.command()
@config_option
@json_option
@click.argument("name", metavar="ID")
@click.argument("articles", nargs=-1, type=int, metavar="[ARTICLE]...")
def split(config: Path, *, as_json: bool, name: str, articles: tuple[int, ...]) -> None:
    """Split a story or event: these articles of ID become another story or event. `stories show` prints their numbers.
    Without a number, the article that joined last is split off.

    A later article that is like them joins the new story or event, and not ID, even if no fact distinguishes the two.
    Nothing is sent about the articles that are split off; the next one like them is sent as new, unless one of these
    was sent. If a rule sends events, split the event. The daemon may run meanwhile. `stories show` says who split it,
    and when. The command says why they were joined, and which change of a rule or an entity would keep the next ones
    apart. It has tried the change on the articles of both.

    \b
    Examples:
      news-monitor stories split S746401c3a4eecfd6
      news-monitor stories split E1f0 4711 4713
    """
    loaded = load_config(config).config
    database = existing_database(loaded.settings)
    done = split_story(database, loaded, name, articles, now=clock.now(), who=get_username())
    advice = find_advice(database, loaded, done.whole, done.id)
    if as_json:
        print_json({**asdict(done), **_advice_to_row(advice)})
        return
    what = "1 article" if done.articles == 1 else f"{done.articles} articles"
    click.echo(f"{done.id} is split off {done.whole}, with {what}")
    _print_advice(advice)


def _print_advice(advice: IdentityAdvice | None) -> None:
    if advice is not None:
        print_lines(advice.lines)


def _advice_to_row(advice: IdentityAdvice | None) -> dict[str, object]:
    """`cause`: why the program had decided otherwise; `advice`: what would prevent the next one, each alone."""
    return {"cause": advice.cause if advice else None, "advice": list(advice.changes) if advice else []}
