"""`news-monitor search`: the stored articles that have these words."""

from __future__ import annotations

from pathlib import Path

import click

from monitor.cli.query_options import PageOptions, QueryCommand, page_options, print_search, query_argument
from monitor.errors import InvalidRequest


@click.command(cls=QueryCommand)
@page_options
@query_argument
def search(
    *,
    config: Path,
    query: tuple[str, ...],
    since: str | None,
    before: str | None,
    most: int,
    before_id: int | None,
    as_json: bool,
    as_csv: bool,
) -> None:
    """Find stored articles by their words, the newest first, each with the sentence around a hit.

    All words must occur. Case, accents, width and the two ways to write Chinese do not matter. Put the QUERY in single
    quotes. It may have "phrases", -words that must not occur, the beginning of a word with a * (ferr*), title: or text:
    before a word or phrase, and source:ID, lang:CODE, rule:ID, since:TIME and before:TIME.

    \b
    Examples:
      news-monitor search 'port strike'
      news-monitor search '"port strike" -air lang:en' --since '3 days'
      news-monitor search 'title:导弹 source:harbour-times' --json
      news-monitor search 'ferr*' --before-id 4711
    """
    if not any(word.strip() for word in query):
        raise InvalidRequest("give words to search for; `news-monitor articles list` shows the newest articles")
    print_search(config, query, since, before, PageOptions(most, before_id, as_json, as_csv))
