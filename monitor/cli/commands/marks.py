"""`news-monitor marks`: what people said of the rules; it can be exported, and imported elsewhere."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from monitor import clock
from monitor.cli.config_files import load_config
from monitor.cli.inputs import collect_usable, read_lines
from monitor.cli.options import (
    config_option,
    existing_database,
    format_local_time,
    json_line,
    json_option,
    open_output,
    parse_time_option,
    print_json,
)
from monitor.cli.output.tables import print_table
from monitor.cli.paths import InputPath, OutputPath
from monitor.errors import MonitorError
from monitor.lab.mark_lines import marked_article_to_row, read_marked
from monitor.sanitize import sanitize_line
from monitor.services.commands.marks import import_marks
from monitor.services.queries.marks import (
    MarkFilter,
    MarkReport,
    count_erased_marks,
    iter_marked_articles,
    list_marks,
)
from monitor.wording.quantities import format_count

_ERASED = "(forgotten)"


@click.group()
def marks() -> None:
    """What people said of the rules: list, export, import. `matches mark`, `alerts mark` and `articles mark` say it."""


@marks.command("list")
@config_option
@json_option
@click.option("--rule", "rules", multiple=True, metavar="ID", help="Only on this rule.")
@click.option("--since", metavar="TIME", help="Only from then on: 2026-01-05, '12 hours'.")
@click.option("--most", default=100, show_default=True, type=click.IntRange(1), help="So many, the newest first.")
def list_(config: Path, *, as_json: bool, rules: tuple[str, ...], since: str | None, most: int) -> None:
    """All marks, the newest first: on which article and rule, by whom, and whether a later one replaces it.

    \b
    Examples:
      news-monitor marks list
      news-monitor marks list --rule taiwan-drills --since '30 days' --json
    """
    loaded = load_config(config).config
    database, zone = existing_database(loaded.settings), loaded.settings.timezone
    wanted = MarkFilter(rules, parse_time_option(since, clock.now(), zone))
    found = list_marks(loaded, database, wanted, most)
    if as_json:
        for each in found:
            print_json(_report_to_row(each))
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
@click.option("--rule", "rules", multiple=True, metavar="ID", help="Only the marks on this rule.")
@click.argument("file", type=OutputPath(), default=Path("-"))
def export(config: Path, rules: tuple[str, ...], file: Path) -> None:
    """The marked articles as JSON lines, the oldest first, with the newest mark of each rule, into FILE (none, or "-":
    stdout).

    `score`, `match` and `replay` read the file, and `marks import` of another database. Articles whose words were
    erased are left out.

    \b
    Examples:
      news-monitor marks export marks.jsonl
      news-monitor marks export --rule taiwan-drills - | gzip > drills.jsonl.gz
    """
    settings = load_config(config).config.settings
    database = existing_database(settings)
    count = 0
    with open_output(file) as out:
        for each in iter_marked_articles(database, MarkFilter(rules)):
            out.write(f"{json_line(marked_article_to_row(each), out)}\n")
            count += 1
    erased = count_erased_marks(database)
    left = f"; {format_count(erased, 'mark')} left out, because the words were erased" if erased else ""
    click.echo(f"{format_count(count, 'article')} exported{left}", err=True)


@marks.command("import")
@config_option
@click.argument("file", type=InputPath(allow_dash=True))
def import_(config: Path, file: Path) -> None:
    """Take over the marks of FILE (gzip is fine; - is standard input), which `marks export` of another database wrote.

    Marks keep who made them and when. Importing them twice adds nothing. Exit code 1 if there are unusable lines; the
    others are imported.

    \b
    Example:
      news-monitor marks import colleague.jsonl
    """
    settings = load_config(config).config.settings
    database = existing_database(settings)
    found, problems = collect_usable(read_marked(read_lines(file), clock.now()), file)
    if not found and not problems:
        raise MonitorError(f"{file}: it has no marks")
    counts = import_marks(database, found)
    click.echo(f"{format_count(counts.added, 'mark')} imported; {counts.marks - counts.added} were here already")
    raise SystemExit(1 if problems else 0)


def _report_to_row(report: MarkReport) -> dict[str, object]:
    of_article = {"source": report.source, "title": report.title, "url": report.url}
    return {**asdict(report.mark), **of_article, "replaced": not report.is_newest}
