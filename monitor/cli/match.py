"""`news-monitor match`: which rules would hit these articles, and why."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli.given import lines_of, rules_of, rules_options
from monitor.cli.options import json_option, print_faults, print_json, span_row, words_of
from monitor.sanitize import sanitize_line

if TYPE_CHECKING:
    from monitor.model import Judged


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
    from monitor import clock
    from monitor.decide import State, decide
    from monitor.lab.recorded import Unusable, recorded
    from monitor.matching.live import compile_live

    loaded = rules_of(config, rules)
    print_faults(loaded.faults)
    compiled = compile_live(loaded.rules.values(), loaded.entities, loaded.lists, loaded.sources)
    now, problems = clock.now(), bool(loaded.faults)
    for found in recorded(lines_of(file), now):
        if isinstance(found, Unusable):
            click.echo(f"{file}: {found}", err=True)
            problems = True
            continue
        (judged,) = decide([found.article], compiled, State(), now).article_decisions
        print_json(_row(found.id, judged)) if as_json else _print(judged)
    raise SystemExit(1 if problems else 0)


def _row(id_: str | int, judged: Judged) -> dict[str, object]:
    from monitor.model import MatchKind

    matches = [decided.match for decided in judged.decisions]
    return {
        "id": id_,
        "rules": [found.rule for found in matches if found.kind is MatchKind.NEWS],
        "mentions": [found.rule for found in matches if found.kind is MatchKind.MENTION],
        "why": {found.rule: [span_row(span) for span in found.evidence] for found in matches},
        "levels": {found.rule: found.level for found in matches},
    }


def _print(judged: Judged) -> None:
    click.echo(f"{sanitize_line(judged.article.uid)}  {sanitize_line(judged.article.title)}")
    if not judged.decisions:
        click.echo("    no rule hits")
    for found in (decided.match for decided in judged.decisions):
        click.echo(f"    {found.kind}, {found.level}: {found.rule}: {words_of(found.evidence)}")
