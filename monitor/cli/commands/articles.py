"""`news-monitor articles`: what is stored."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from monitor import clock
from monitor.cli.config_files import load_config
from monitor.cli.options import (
    config_option,
    existing_database,
    get_username,
    json_line,
    json_option,
    open_output,
    print_json,
)
from monitor.cli.output.article_list import details_row, export_row, format_details
from monitor.cli.output.mark_report import print_mark_results
from monitor.cli.paths import OutputPath
from monitor.cli.query_options import PageOptions, page_options, print_search, query_argument, read_query
from monitor.errors import InvalidRequest
from monitor.model import MarkVerdict
from monitor.sanitize import sanitize_line
from monitor.services.commands.articles import erase_articles, plan_erasure
from monitor.services.commands.marks import Judgement, mark_articles
from monitor.services.queries.search import iter_articles, show_article
from monitor.store.lifecycle.erasure import ErasurePlan
from monitor.wording.quantities import format_count


@click.group()
def articles() -> None:
    """The stored articles: list, search, show, export, forget, mark."""


@articles.command("list")
@page_options
@query_argument
def list_(*, config: Path, query: tuple[str, ...], since: str | None, before: str | None, **page: Any) -> None:  # noqa: ANN401
    """The stored articles, the newest first, or those that meet the QUERY: see `news-monitor search --help`.

    \b
    Examples:
      news-monitor articles list
      news-monitor articles list 'source:harbour-times -strike' --limit 20
      news-monitor articles list rule:taiwan-drills --since '2 days' --csv > drills.csv
    """
    print_search(config, query, since, before, PageOptions(**page))


@articles.command("search")
@page_options
@query_argument
def search_(*, config: Path, query: tuple[str, ...], since: str | None, before: str | None, **page: Any) -> None:  # noqa: ANN401
    """The same as `articles list`: articles that meet the QUERY.

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
    """One article: its text, its versions and times, its story and its matches.

    ARTICLE is its number, as `search` and `articles list` have it; or an address, a uid, 'SOURCE UID' in quotes, or the
    id of an alert.

    \b
    Examples:
      news-monitor articles show 4711
      news-monitor articles show https://news.example.org/2026/01/05/a-name --json
    """
    loaded = load_config(config).config
    details = show_article(existing_database(loaded.settings), article)
    if as_json:
        print_json(details_row(details))
        return
    for line in format_details(details, loaded.settings.timezone):
        click.echo(line)


@articles.command()
@config_option
@query_argument
@click.option("-o", "--output", "file", type=OutputPath(), default=Path("-"), help="The file (none, or -: stdout).")
def export(config: Path, query: tuple[str, ...], since: str | None, before: str | None, file: Path) -> None:
    """All stored articles, or those that meet the QUERY, as JSON lines, in the order in which they were stored.

    `match`, `replay` and `score` read them.

    \b
    Examples:
      news-monitor articles export -o articles.jsonl
      news-monitor articles export 'strike lang:en' --since 2026-01-01 | news-monitor match --rules rules -
    """
    loaded = load_config(config).config
    wanted = read_query(query, since, before, loaded.settings)
    found = iter_articles(loaded, existing_database(loaded.settings), wanted)
    with open_output(file) as out:
        for each in found:
            out.write(f"{json_line(export_row(each), out)}\n")


@articles.command()
@config_option
@click.argument("what", metavar="URL|SOURCE")
@click.option("--yes", is_flag=True, help="Do not ask.")
def forget(config: Path, what: str, yes: bool) -> None:
    """Delete the words of an article, or of all articles of a source, and never take them in again.

    Texts, matches and the quotes of alerts are deleted; what is still to be sent of them is discarded. What was
    deferred is sent with another article of the same subject, if there is one. That there was an alert, and how it was
    delivered, is kept without its words; so is who marked what, and when. It may be done while the daemon runs. Exit
    code 1 if nothing was found, 2 if there was no answer.

    \b
    Examples:
      news-monitor articles forget https://news.example.org/2026/01/05/a-name
      news-monitor articles forget old-source --yes
    """
    loaded = load_config(config).config
    database = existing_database(loaded.settings)
    found = plan_erasure(database, loaded, what)
    if found.finds_nothing:
        click.echo(f"nothing is known of '{what}': give the id of a source, or the address of an article", err=True)
        raise SystemExit(1)
    click.echo(_describe_targets(found))
    if not (yes or _confirm_erasure()):
        click.echo("nothing was forgotten")
        return
    done = erase_articles(database, loaded, found, clock.now())
    count = format_count(done.articles, "article")
    click.echo(f"forgotten: {count}; messages, the log and copies of the database are not reached")
    if done.is_still_polled:
        click.echo(f"{what} is still polled, and what is new in it comes in: `news-monitor sources remove {what}`")


@articles.command()
@config_option
@click.argument("names", nargs=-1, required=True, metavar="ARTICLE...")
@click.argument("rule", metavar="RULE")
@click.argument("verdict", type=click.Choice([MarkVerdict.MISSED.value, MarkVerdict.NOISE.value]))
def mark(config: Path, names: tuple[str, ...], rule: str, verdict: str) -> None:
    """Say that RULE should have matched ARTICLE as news, and did not (missed); noise takes that back.

    ARTICLE is the address of a stored article, or its number (`stories show` has it). A match that is right or wrong is
    marked by `matches mark`, or by `alerts mark`.

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
        click.echo(f"as it is now, {rule} matches “{sanitize_line(title)}” as news")


def _confirm_erasure() -> bool:

    try:
        return click.confirm("Forget them for good?")
    except click.Abort:  # the end of standard input, or Ctrl-C
        click.echo()
        raise InvalidRequest("nothing was forgotten: there was no answer; with --yes nobody is asked") from None


def _describe_targets(found: ErasurePlan) -> str:
    here = f"{format_count(len(found.articles), 'article')} with {format_count(found.alerts, 'alert')}"
    waiting = f", of which {format_count(found.unsent, 'delivery')} will not be sent" if found.unsent else ""
    left = f"; {found.left_archive} more left the archive before" if found.left_archive else ""
    marked = (
        f"; {format_count(found.marked, 'article')} with marks, which stay without its words" if found.marked else ""
    )
    return f"{found.target}: {here}{waiting}{left}{marked}"
