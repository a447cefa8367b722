"""`news-monitor marks export` and `marks import`: marks as files, for other commands and databases."""

from __future__ import annotations

from pathlib import Path

import click

from monitor import clock
from monitor.cli.config_summary import load_summary
from monitor.cli.inputs import collect_usable, read_lines
from monitor.cli.known_names import NameOf
from monitor.cli.options import config_option, existing_database, json_line, open_output
from monitor.cli.paths import InputPath, OutputPath
from monitor.errors import MonitorError
from monitor.lab.mark_lines import marked_article_to_row, read_marked
from monitor.services.commands.marks import import_marks
from monitor.services.queries.marks import MarkFilter, count_erased_marks, iter_marked_articles
from monitor.wording.quantities import format_count


@click.command()
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
    settings = load_summary(config).settings
    database = existing_database(settings)
    count = 0
    with open_output(file) as out:
        for each in iter_marked_articles(database, MarkFilter(rules)):
            out.write(f"{json_line(marked_article_to_row(each), out)}\n")
            count += 1
    erased = count_erased_marks(database)
    left = f"; {format_count(erased, 'mark')} left out, because the words were erased" if erased else ""
    click.echo(f"{format_count(count, 'article')} exported{left}", err=True)


@click.command("import")
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
    settings = load_summary(config).settings
    database = existing_database(settings)
    found, problems = collect_usable(read_marked(read_lines(file), clock.now()), file)
    if not found and not problems:
        raise MonitorError(f"{file}: it has no marks")
    counts = import_marks(database, found)
    click.echo(f"{format_count(counts.added, 'mark')} imported; {counts.marks - counts.added} were here already")
    raise SystemExit(1 if problems else 0)
