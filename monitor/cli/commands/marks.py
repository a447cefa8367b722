"""`news-monitor marks`: what people said of the rules; it can be exported, and imported elsewhere."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from monitor import clock
from monitor.cli.config_summary import load_summary
from monitor.cli.lazy_group import LazyGroup
from monitor.cli.options import (
    config_option,
    existing_database,
    format_local_time,
    json_option,
    limit_option,
    parse_time_option,
    print_json,
    rules_filter_option,
    since_option,
)
from monitor.cli.output.tables import print_table
from monitor.sanitize import sanitize_line
from monitor.services.queries.marks import MarkFilter, MarkReport, list_marks

_ERASED = "(forgotten)"


@click.group(
    cls=LazyGroup,
    lazy={
        "export": (
            "monitor.cli.commands.marks_files",
            "Write the marked articles as JSON lines, with their newest marks.",
        ),
        "import": ("monitor.cli.commands.marks_files", "Import the marks that another database exported."),
    },
)
def marks() -> None:
    """People's marks (good, noise, missed): list, export, import. `matches mark`, `alerts mark` and `articles mark`
    make them."""


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
    loaded = load_summary(config)
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


def _report_to_row(report: MarkReport) -> dict[str, object]:
    of_article = {"source": report.source, "title": report.title, "url": report.url}
    return {**asdict(report.mark), **of_article, "replaced": not report.is_newest}
