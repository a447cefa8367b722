"""`news-monitor rules coverage`: what a rule misses, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from monitor import clock
from monitor.cli.config_summary import load_summary
from monitor.cli.inputs import ArticleReader, load_selected_rules, rules_options
from monitor.cli.known_names import NameOf
from monitor.cli.options import existing_database, json_option, limit_option, print_faults, print_json
from monitor.cli.output.replay_report import track_progress
from monitor.cli.output.tables import print_table
from monitor.cli.paths import InputPath, find_required_config
from monitor.errors import InvalidRequest
from monitor.lab.coverage import (
    Coverage,
    Example,
    ExampleVerdict,
    examples_from_archive,
    examples_from_labels,
    measure_coverage,
)
from monitor.lab.scoring import parse_labels
from monitor.sanitize import sanitize_line
from monitor.services.queries.rules import find_annotated_rule
from monitor.store.queries.archive import Archive
from monitor.wording.quantities import format_count

_LONGEST = 200  # characters of a title


@click.command("coverage")
@rules_options
@json_option
@click.option(
    "--data",
    type=InputPath(allow_dash=True),
    metavar="FILE",
    help="Articles as `score` reads them (default: the marked ones and the newest of the archive).",
)
@click.option("--articles", default=100_000, show_default=True, type=click.IntRange(1), help="How many of the archive.")
@limit_option("How many demands to print, and how many articles of each.", default=20)
@click.argument("rule", metavar="RULE", type=NameOf("rule"))
def coverage(
    *,
    config: Path | None,
    rules: tuple[Path, ...],
    as_json: bool,
    data: Path | None,
    articles: int,
    most: int,
    rule: str,
) -> None:
    """Show what RULE misses and why: which demand decides each miss, and in which languages it cannot match.

    A demand decides a miss if the rule would hit the article without it: one of the things that must be near each
    other, how near they must be, `ignore`, `unless`, `where`, or where the evidence must be. The articles that a demand
    keeps out show which words the rule lacks.

    An article that nobody has judged is likely to be wanted if it is in one story with a hit of the rule. Hits that
    nobody has judged come last: mark them, or label them.

    \b
    Examples:
      news-monitor rules coverage port-strike
      news-monitor rules coverage port-strike --data labelled.jsonl.gz
      news-monitor rules coverage port-strike --rules rules --data news.jsonl --json

    Without -c and --rules: the rules of ./monitor.yaml. Ctrl-C ends the reading, and shows what was found so far.
    """
    loaded = load_selected_rules(config, rules)
    print_faults(loaded.faults)
    annotated = find_annotated_rule(loaded, rule)
    reader = ArticleReader(bool(loaded.faults))
    examples = _read_examples(reader, rule, data, articles, config=config, rules=rules)
    found = measure_coverage(annotated, examples, loaded)
    if as_json:
        for row in _coverage_to_rows(found):
            print_json(row)
    else:
        _print_coverage(found, most)
    raise SystemExit(1 if reader.has_problems else 0)


def _read_examples(
    reader: ArticleReader, rule: str, data: Path | None, most: int, *, config: Path | None, rules: tuple[Path, ...]
) -> Iterable[Example]:
    """The articles of a file or of the archive."""
    if data is not None:
        examples = examples_from_labels(reader.read_as(data, clock.now(), parse_labels), rule)
        return track_progress(examples, len(examples), printing=False)
    if rules:
        raise InvalidRequest("--rules names no database: give --data FILE, or -c FILE for the archive of a config")
    database = existing_database(load_summary(config or find_required_config()).settings)
    stored = Archive(database).count_articles()
    if stored > most:
        click.echo(f"the newest {most} of {stored} articles; --articles N reads more", err=True)
    return track_progress(examples_from_archive(database, rule, most), min(stored, most), printing=False)


def _print_coverage(found: Coverage, most: int) -> None:
    heads = ("language", "articles", "wanted", "hit", "missed", "")
    rows = [
        (language, count.articles, count.wanted, count.hit, count.missed, "" if count.can_match else "cannot match")
        for language, count in sorted(found.languages.items())
    ]
    print_table(heads, rows, whole=("language",))
    click.echo()
    for line in _format_coverage(found, most):
        click.echo(line)
    if not found.is_complete:
        click.echo("\ninterrupted: only what was read until then was counted", err=True)


def _format_coverage(found: Coverage, most: int) -> Iterator[str]:
    wanted, missed = sum(count.wanted for count in found.languages.values()), len(found.missed)
    yield (
        f"{found.rule.id}: {format_count(found.articles, 'article')}, {len(found.hits)} hit; {wanted} wanted, of which "
        f"{missed} are missed; {format_count(len(found.false_alarms), 'false alarm')}"
    )
    if found.unmatched_sources:
        sources = ", ".join(
            f"{source or 'no source'} ({count})" for source, count in found.unmatched_sources.most_common(8)
        )
        yield f"in languages that it cannot match: articles of {sanitize_line(sources)}"
    if missed:
        yield "\nwhat decides the misses"
    for demand in found.demands[:most]:
        relaxation = demand.relaxation
        others = f"; without it, {format_count(demand.others, 'other article')} would be hit" if demand.others else ""
        described = f"{sanitize_line(relaxation.description)} ({relaxation.place})"
        yield f"  {len(demand.missed)} of {missed}  {described}{others}"
        yield from _quote_titles("    missed", demand.missed[:most])
    if found.unexplained:
        yield f"  {len(found.unexplained)} of {missed}  no demand decides alone"
        yield from _quote_titles("    missed", found.unexplained[:most])
    unjudged = [hit for hit in found.hits if hit.verdict is ExampleVerdict.UNKNOWN]
    if unjudged:
        yield f"\n{format_count(len(unjudged), 'hit')} that nobody has judged"
    for hit in unjudged[:most]:
        yield from _quote_titles(" ", [hit])
        yield f"      {sanitize_line(hit.article.url or hit.id)}"


def _quote_titles(label: str, examples: Iterable[Example]) -> Iterator[str]:
    for example in examples:
        yield f"{label} ({example.language}) {sanitize_line(example.article.title[:_LONGEST])}"


def _coverage_to_rows(found: Coverage) -> Iterator[dict[str, object]]:
    for language, count in sorted(found.languages.items()):
        yield {
            "type": "language",
            "language": language,
            "can_match": count.can_match,
            "articles": count.articles,
            "wanted": count.wanted,
            "hit": count.hit,
            "missed": count.missed,
        }
    for demand in found.demands:
        yield {
            "type": "demand",
            "demand": demand.relaxation.demand,
            "description": demand.relaxation.description,
            "place": str(demand.relaxation.place),
            "missed": [example.id for example in demand.missed],
            "others": demand.others,
        }
    yield {
        "type": "total",
        "rule": found.rule.id,
        "articles": found.articles,
        "hit": len(found.hits),
        "missed": [example.id for example in found.missed],
        "unexplained": [example.id for example in found.unexplained],
        "false_alarms": [example.id for example in found.false_alarms],
        "is_complete": found.is_complete,
    }
