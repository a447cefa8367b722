"""`news-monitor mark` and `marks`: what people say of the rules; it can be exported, and imported elsewhere.

What reads and compiles rules takes long to import: only the commands that need it do so.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from monitor import clock
from monitor.cli.config_summary import load_summary, load_summary_to_read
from monitor.cli.known_names import NameOf
from monitor.cli.lazy_group import LazyGroup
from monitor.cli.options import (
    config_option,
    existing_database,
    format_local_time,
    get_username,
    json_line,
    json_option,
    limit_option,
    open_output,
    parse_time_option,
    print_json,
    rules_filter_option,
    since_option,
)
from monitor.cli.output.tables import print_table
from monitor.cli.paths import InputPath, OutputPath
from monitor.errors import MonitorError
from monitor.model import MarkVerdict
from monitor.sanitize import sanitize_line
from monitor.services.lookup import require_known
from monitor.store.marks import Judgement, MarkFilter, MarkResult, Marks
from monitor.wording.quantities import format_count

_ERASED = "(forgotten)"


@click.command()
@config_option
@click.option("--rule", metavar="RULE", type=NameOf("rule"), help="The rule that you mean: then each ID is an article.")
@click.option(
    "--line",
    "lines",
    multiple=True,
    type=click.IntRange(1),
    metavar="NUMBER",
    help="The number of a line of a digest; may be repeated.",
)
@click.argument("ids", nargs=-1, metavar="ID...")
@click.argument("verdict", type=click.Choice([each.value for each in MarkVerdict]), metavar="good|noise|missed")
def mark(config: Path, *, rule: str | None, lines: tuple[int, ...], ids: tuple[str, ...], verdict: str) -> None:
    """Say that a rule was right to match (good), should not have matched (noise), or missed an article.

    ID is the id at the end of a message, or the beginning of that id; or the number of a match, as in `matches list`. A
    digest reports several articles: give the numbers of the lines that you mean with --line.

    With --rule, ID is the address of a stored article, or its number (`articles list` prints it). `missed` needs this:
    RULE should have matched the article as news, and did not. `noise` takes that back.

    A mark belongs to an article and a rule, and the newest counts. It keeps the words of the article after the article
    has left the archive. `marks list` shows all marks, and `score --marks` measures the rules on them.

    \b
    Examples:
      news-monitor mark 207d7f56158b noise
      news-monitor mark 17 18 207d7f56158b good
      news-monitor mark 5f3c21aa07c0 noise --line 2 --line 5
      news-monitor mark https://news.example.org/2026/01/05/a-name missed --rule taiwan-drills
    """
    if not ids:
        raise click.UsageError(f"name what is {verdict}: the id of an alert, or the number of a match")
    if rule is None and verdict == MarkVerdict.MISSED:
        raise click.UsageError("say with --rule which rule has missed the article")
    if rule is not None and lines:
        raise click.UsageError("--line is for a digest, and --rule is for articles")
    from monitor.cli.config_files import load_config
    from monitor.services.marks import mark_articles, mark_matches

    judgement, matched = Judgement(MarkVerdict(verdict), clock.now(), get_username()), list[str]()
    if rule is None:
        summary = load_summary(config)
        results = mark_matches(existing_database(summary.settings), summary, ids, judgement, lines=lines)
    else:
        loaded = load_config(config).config
        results, matched = mark_articles(existing_database(loaded.settings), loaded, ids, rule, judgement)
    for result in results:
        click.echo(_describe_result(result))
    for title in matched:
        click.echo(f"the current rule {rule} matches “{sanitize_line(title)}” as news")


def _describe_result(result: MarkResult) -> str:
    made, title = result.mark, sanitize_line(result.article.title)
    if not result.is_new:
        said = f"you have marked it {made.verdict} already"
    elif result.before is None or result.before is made.verdict:
        said = f"marked {made.verdict}"
    else:
        said = f"marked {made.verdict} (before: {result.before})"
    return f"{made.rule}: “{title}” ({result.article.source}): {said}"


@click.group(cls=LazyGroup)
def marks() -> None:
    """People's marks (good, noise, missed): list, export, import. `mark` makes them."""


@marks.command("list")
@config_option
@json_option
@rules_filter_option
@since_option
@limit_option()
def list_(config: Path, *, as_json: bool, rules: tuple[str, ...], since: str | None, most: int) -> None:
    """List all marks, the newest first: the article, the rule, who made the mark, and whether a later mark replaces it.

    \b
    Examples:
      news-monitor marks list
      news-monitor marks list --rule taiwan-drills --since '30 days' --json
    """
    loaded = load_summary_to_read(config)
    zone = loaded.settings.timezone
    stored = Marks(existing_database(loaded.settings))
    require_known("rule", rules, loaded.rules, stored.rules)
    found = stored.newest(MarkFilter(rules, parse_time_option(since, clock.now(), zone)), most)
    if as_json:
        for each in found:
            of_article = {"source": each.source, "title": each.title, "url": each.url}
            print_json({**asdict(each.mark), **of_article, "replaced": not each.is_newest})
        return
    heads = ("at", "rule", "mark", "by", "source", "title")
    rows = [
        (
            format_local_time(each.mark.at, zone),
            each.mark.rule,
            each.mark.verdict if each.is_newest else f"{each.mark.verdict}, replaced",
            sanitize_line(each.mark.who),
            each.source,
            _ERASED if each.title is None else sanitize_line(each.title),
        )
        for each in found
    ]
    print_table(heads, rows, whole=("rule",))


@marks.command()
@config_option
@click.option("--rule", "rules", multiple=True, metavar="ID", type=NameOf("rule"), help="Only for this rule.")
@click.argument("file", type=OutputPath(), default=Path("-"))
def export(config: Path, rules: tuple[str, ...], file: Path) -> None:
    """Write the marked articles as JSON lines into FILE (default, or "-": standard output), the oldest first, with the
    newest mark of each rule.

    `score`, `match` and `replay` read the file; `marks import` reads it into another database. Articles whose words
    were erased are left out.

    \b
    Examples:
      news-monitor marks export marks.jsonl
      news-monitor marks export --rule taiwan-drills - | gzip > drills.jsonl.gz
    """
    from monitor.lab.mark_lines import marked_article_to_row

    stored = Marks(existing_database(load_summary(config).settings))
    count = 0
    with open_output(file) as out:
        for each in stored.iter_articles(MarkFilter(rules)):
            out.write(f"{json_line(marked_article_to_row(each), out)}\n")
            count += 1
    erased = stored.count_erased()
    left = f"; {format_count(erased, 'mark')} left out, because the words were erased" if erased else ""
    click.echo(f"{format_count(count, 'article')} exported{left}", err=True)


@marks.command("import")
@config_option
@click.argument("file", type=InputPath(allow_dash=True))
def import_(config: Path, file: Path) -> None:
    """Import the marks of FILE, which `marks export` of another database wrote (gzip is fine; - is standard input).

    Marks keep who made them and when. Importing a file twice adds nothing. If some lines cannot be used, the others are
    imported, and the exit code is 1.

    \b
    Example:
      news-monitor marks import colleague.jsonl
    """
    from monitor.cli.inputs import ArticleReader
    from monitor.lab.mark_lines import parse_marked

    stored = Marks(existing_database(load_summary(config).settings))
    reader = ArticleReader()
    found = reader.read_as(file, clock.now(), parse_marked)
    if not found and not reader.has_problems:
        raise MonitorError(f"{file}: it has no marks")
    added = stored.import_marks(found)
    present = sum(len(each.marks) for each in found) - added
    click.echo(f"{format_count(added, 'mark')} imported; {present} were here already")
    raise SystemExit(1 if reader.has_problems else 0)
