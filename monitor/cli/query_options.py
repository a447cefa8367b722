"""The query that commands on stored articles take, and what `search` and `articles list` do with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import click

from monitor import clock
from monitor.cli.config_summary import load_summary_to_read
from monitor.cli.options import (
    TIME_EXAMPLES,
    config_option,
    existing_database,
    json_option,
    limit_option,
    parse_time_option,
)
from monitor.cli.output import article_list
from monitor.errors import InvalidRequest
from monitor.model import Settings
from monitor.model.article_query import ArticleQuery
from monitor.services.article_query import FILTERS, parse_article_query, require_time_order
from monitor.services.queries.search import search_articles

_OPERATORS = frozenset({"AND", "OR", "NOT"})  # of other programs
F = TypeVar("F", bound=Callable[..., object])


class QueryCommand(click.Command):
    """A command with a QUERY, whose filters people try as options."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse them. The error of an unknown option says how to write it in the query, if it is a filter there."""
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            name = error.option_name.lstrip("-")
            key = next((key for key in FILTERS if name.startswith(key)), None)  # also --sources, --language
            if key is None:
                raise
            raise click.UsageError(
                f"No such option {error.option_name!r}. Write in the QUERY: {key}:...", ctx
            ) from None


@dataclass(frozen=True, slots=True)
class PageOptions:
    """Which page of what is found is shown, and how."""

    most: int
    before_id: int | None
    as_json: bool
    as_csv: bool


def query_argument(command: F) -> F:
    """`[QUERY]...`, `--since` and `--before`."""
    since = click.option("--since", metavar="TIME", help=f"Only articles first seen since this time: {TIME_EXAMPLES}")
    before = click.option(
        "--before",
        "--until",
        "before",
        metavar="TIME",
        help=f"Only articles first seen before this time: {TIME_EXAMPLES}",
    )
    return click.argument("query", nargs=-1, metavar="[QUERY]...")(since(before(command)))


def page_options(command: F) -> F:
    """`-c`, `--limit`, `--before-id`, `--json` and `--csv`."""
    limit = limit_option(default=50, highest=10_000)
    before_id = click.option(
        "--before-id",
        type=click.IntRange(1, 2**31 - 1),
        metavar="ID",
        help="Only articles before this one, for the next page.",
    )
    as_csv = click.option("--csv", "as_csv", is_flag=True, help="Print comma-separated values.")
    return config_option(limit(before_id(json_option(as_csv(command)))))


def read_query(words: Iterable[str], since: str | None, before: str | None, settings: Settings) -> ArticleQuery:
    """The query of the arguments and options. Raises InvalidRequest."""
    now, zone = clock.now(), settings.timezone
    query = parse_article_query(" ".join(words), now, zone)
    for option, given, found in (("--since", since, query.since), ("--before", before, query.before)):
        if given is not None and found is not None:
            raise InvalidRequest(f"{option} and the query name a date: give one of them")
    query = replace(
        query,
        since=query.since or parse_time_option(since, now, zone),
        before=query.before or parse_time_option(before, now, zone),
    )
    require_time_order(query.since, query.before)
    return query


def _list_hints(words: Iterable[str], query: ArticleQuery) -> Iterator[str]:
    """What may find more, if the words of a query were not found."""
    if operators := _OPERATORS.intersection(" ".join(words).split()):
        yield f"{', '.join(sorted(operators))}: searched for as a word, because a query has no operators"
    if len(query.wanted_terms) > 1:
        yield "an article must have all words, so leave some out"
    if any(not term.is_prefix for term in query.wanted_terms):
        yield "a * at the end of a word finds its other endings: flood*"


def print_search(config: Path, words: Iterable[str], since: str | None, before: str | None, page: PageOptions) -> None:
    """Find articles, and print a page of them. Raises InvalidRequest."""
    if page.as_json and page.as_csv:
        raise InvalidRequest("give --json or --csv, not both")
    loaded = load_summary_to_read(config)
    query = read_query(words, since, before, loaded.settings)
    database = existing_database(loaded.settings)
    found = search_articles(loaded, database, query, page.most, page.before_id)
    if page.as_json:
        article_list.print_hits_as_json(found)
    elif page.as_csv:
        article_list.print_hits_as_csv(found)
    elif found.hits:
        article_list.print_hits(found, loaded.settings.timezone)
    else:
        click.echo("; ".join(["nothing was found", *_list_hints(words, query)]), err=True)
    article_list.print_page_end(found)
