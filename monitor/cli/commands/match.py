"""`news-monitor match`: which rules would hit these articles, and why."""

from __future__ import annotations

from pathlib import Path

import click

from monitor import clock
from monitor.cli.inputs import load_selected_rules, read_lines, rules_options
from monitor.cli.options import format_evidence, json_option, print_faults, print_json, span_row
from monitor.decide import decide_articles
from monitor.lab.recorded import UnusableLine, read_recorded
from monitor.matching.live import compile_live
from monitor.model import ArticleDecision, MatchKind
from monitor.sanitize import sanitize_line
from monitor.state import State


@click.command()
@rules_options
@json_option
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
def match(config: Path | None, rules: tuple[Path, ...], as_json: bool, file: Path) -> None:
    """Say for each article of FILE which rules hit, and why.

    A line of FILE (gzip is fine; - is standard input) is a JSON object that has id, title and, where they are known,
    text, lang, date, source, url, authors and tags; or it is a bare headline, whose id is the number of its line.

    \b
    Examples:
      news-monitor match --rules rules --rules seeds/entities --json articles.jsonl.gz
      echo '{"id": 1, "title": "North Korea fires missiles"}' | news-monitor match -
      echo 'North Korea fires missiles' | news-monitor match -

    Without -c and --rules: the rules of ./monitor.yaml. Exit code 1 if there are faulty rules or unusable lines;
    where nothing of the rules can be read, nothing else is said.
    `news-monitor why -` says of one article, step by step, why it meets a rule or does not.
    """
    loaded = load_selected_rules(config, rules)
    print_faults(loaded.faults)
    compiled = compile_live(loaded.rules.values(), loaded.entities, loaded.lists, loaded.sources)
    now, problems = clock.now(), bool(loaded.faults)
    for found in read_recorded(read_lines(file), now):
        if isinstance(found, UnusableLine):
            click.echo(f"{file}: {found}", err=True)
            problems = True
            continue
        (judged,) = decide_articles([found.article], compiled, State(), now).article_decisions
        print_json(_article_to_row(found.id, judged)) if as_json else _print_matches(judged)
    raise SystemExit(1 if problems else 0)


def _article_to_row(id_: str | int, judged: ArticleDecision) -> dict[str, object]:

    matches = [decided.match for decided in judged.decisions]
    return {
        "id": id_,
        "rules": [found.rule for found in matches if found.kind is MatchKind.NEWS],
        "mentions": [found.rule for found in matches if found.kind is MatchKind.MENTION],
        "why": {found.rule: [span_row(span) for span in found.evidence] for found in matches},
        "levels": {found.rule: found.level for found in matches},
    }


def _print_matches(judged: ArticleDecision) -> None:
    click.echo(f"{sanitize_line(judged.article.uid)}  {sanitize_line(judged.article.title)}")
    if not judged.decisions:
        click.echo("    no rule hits")
    for found in (decided.match for decided in judged.decisions):
        click.echo(f"    {found.kind}, {found.level}: {found.rule}: {format_evidence(found.evidence)}")
