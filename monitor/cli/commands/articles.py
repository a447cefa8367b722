"""`news-monitor articles`: what is stored."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from monitor.cli.config_summary import load_summary_to_read
from monitor.cli.lazy_group import LazyGroup
from monitor.cli.options import (
    config_option,
    existing_database,
    json_line,
    json_option,
    open_output,
    print_json,
    print_written,
)
from monitor.cli.output.article_list import details_row, export_row, format_details, print_found_by_words
from monitor.cli.output.wrapped_lines import print_lines
from monitor.cli.paths import OutputPath
from monitor.cli.query_options import PageOptions, QueryCommand, page_options, print_search, query_argument, read_query
from monitor.services.queries.search import iter_articles, show_article
from monitor.wording.quantities import format_count


@click.group(
    cls=LazyGroup,
    lazy={
        "forget": ("monitor.cli.commands.articles_forget", "Delete the words of an article or a source for good."),
    },
)
def articles() -> None:
    """The stored articles: list, search, show, export, forget."""


@articles.command("list", cls=QueryCommand)
@page_options
@query_argument
def list_(*, config: Path, query: tuple[str, ...], since: str | None, before: str | None, **page: Any) -> None:  # noqa: ANN401
    """List the stored articles, the newest first. With a QUERY, only those that meet it: see `news-monitor search
    --help`.

    \b
    Examples:
      news-monitor articles list
      news-monitor articles list 'source:harbour-times -strike' --limit 20
      news-monitor articles list rule:taiwan-drills --since '2 days' --csv > drills.csv
    """
    print_search(config, query, since, before, PageOptions(**page))


@articles.command("search", cls=QueryCommand)
@page_options
@query_argument
def search_(*, config: Path, query: tuple[str, ...], since: str | None, before: str | None, **page: Any) -> None:  # noqa: ANN401
    """Find articles that meet the QUERY; the same as `articles list`.

    \b
    Example:
      news-monitor articles search 'port strike'
    """
    print_search(config, query, since, before, PageOptions(**page))


@articles.command()
@config_option
@json_option
@click.argument("article", metavar="ARTICLE")
def show(config: Path, as_json: bool, article: str) -> None:
    """Show one article: its text, its versions and times, its story and its matches.

    ARTICLE is its number (from `search` or `articles list`), an address, a uid, 'SOURCE UID' in quotes, the id of an
    alert, or its headline in quotes. A part of the headline is enough, or some of its words in any order.

    \b
    Examples:
      news-monitor articles show 4711
      news-monitor articles show https://news.example.org/2026/01/05/a-name --json
      news-monitor articles show 'Dockers walk out'
    """
    loaded = load_summary_to_read(config)
    details = show_article(existing_database(loaded.settings), article)
    if details.is_by_words:
        print_found_by_words(article)
    if as_json:
        print_json(details_row(details))
        return
    print_lines(format_details(details, loaded.settings.timezone))


@articles.command(cls=QueryCommand)
@config_option
@query_argument
@click.option(
    "-o",
    "--output",
    "file",
    type=OutputPath(),
    default=Path("-"),
    help="The file to write (default, or -: standard output).",
)
def export(config: Path, query: tuple[str, ...], since: str | None, before: str | None, file: Path) -> None:
    """Write the stored articles, or those that meet the QUERY, as JSON lines, in the order in which they were stored.

    `match`, `replay` and `score` read this format.

    \b
    Examples:
      news-monitor articles export -o articles.jsonl
      news-monitor articles export 'strike lang:en' --since 2026-01-01 | news-monitor match --rules rules -
    """
    loaded = load_summary_to_read(config)
    wanted = read_query(query, since, before, loaded.settings)
    found = iter_articles(loaded, existing_database(loaded.settings), wanted)
    count = 0
    with open_output(file) as out:
        for each in found:
            out.write(f"{json_line(export_row(each), out)}\n")
            count += 1
    print_written(format_count(count, "article"), file)
