"""`news-monitor rules coverage`: what a rule misses, and why."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from monitor.cli.inputs import articles_options, rules_options
from monitor.cli.known_names import NameOf
from monitor.cli.options import json_option, limit_option, print_json
from monitor.cli.output.coverage_report import coverage_to_rows, format_coverage
from monitor.cli.output.replay_report import track_progress
from monitor.cli.output.tables import print_table
from monitor.cli.rule_examples import read_rule_examples
from monitor.lab.improving.coverage import Coverage
from monitor.services.queries.rule_improvement import cover_rule


@click.command("coverage")
@rules_options
@json_option
@articles_options
@click.option("--single", is_flag=True, help="Also words that only one article supports.")
@limit_option("How many demands and words to print.", default=20)
@click.argument("rule", metavar="RULE", type=NameOf("rule"))
def coverage(
    *,
    config: Path | None,
    rules: tuple[Path, ...],
    as_json: bool,
    data: Path | None,
    articles: int,
    single: bool,
    most: int,
    rule: str,
) -> None:
    """Show what RULE misses and why: which demands decide, in which languages it cannot match, which words it lacks.

    A demand decides a miss if the rule would hit the article without it: one of the things that must be near each
    other, how near they must be, `unless`, where the evidence must be.

    A word is shown with the articles that it would gain (+), with those that it would bring and that are unwanted (-),
    and with those that nobody has judged (?). The command tries each word: it adds the word to the rule, and matches
    all articles again. You decide which words belong to the rule. Lists and entities that have words of the rule are
    tried and shown in the same way.

    An article that nobody has judged is likely to be wanted if it is in one story with a hit of the rule. If no article
    is known to be wanted, it is also likely to be wanted if it has the words that are typical of the hits. No word is
    proposed for a language in which the rule hits nothing. Hits that nobody has judged come last: mark them, or label
    them.

    \b
    Examples:
      news-monitor rules coverage port-strike
      news-monitor rules coverage port-strike --data labelled.jsonl.gz
      news-monitor rules coverage port-strike --rules rules --rules seeds/entities --data news.jsonl --json

    Without -c and --rules: the rules of ./monitor.yaml. Ctrl-C ends the reading, and shows what was found so far.
    """
    loaded, given, problems = read_rule_examples(config, rules, rule, data, articles)
    found = cover_rule(loaded, rule, given, partial(track_progress, printing=False))
    if as_json:
        for row in coverage_to_rows(found):
            print_json(row)
    else:
        _print_coverage(found, most, with_single=single)
    raise SystemExit(1 if problems else 0)


def _print_coverage(found: Coverage, most: int, *, with_single: bool) -> None:
    heads = ("language", "articles", "wanted", "hit", "missed", "")
    rows = [
        (language, count.articles, count.wanted, count.hit, count.missed, "" if count.can_match else "cannot match")
        for language, count in sorted(found.languages.items())
    ]
    print_table(heads, rows, whole=("language",))
    click.echo()
    for line in format_coverage(found, most, with_single=with_single):
        click.echo(line)
    if not found.is_complete:
        click.echo("\ninterrupted: only what was read until then was counted", err=True)
