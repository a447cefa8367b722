"""`news-monitor rules tune`: changes that would help a rule."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from monitor import clock
from monitor.cli.inputs import collect_usable, load_selected_rules, read_lines, rules_options
from monitor.cli.options import print_faults
from monitor.cli.output.coverage_report import format_proposal, format_refused
from monitor.cli.output.replay_report import track_progress
from monitor.lab import scoring
from monitor.services.queries.rule_improvement import propose_changes

_REFUSED_SHOWN = 10


@click.command("tune")
@rules_options
@click.option(
    "--data", type=click.Path(path_type=Path, allow_dash=True), required=True, help="Articles, as `score` reads them."
)
@click.argument("rule", metavar="RULE")
def tune(*, config: Path | None, rules: tuple[Path, ...], data: Path, rule: str) -> None:
    """Propose changes of RULE that gain what it misses, or drop what it must not hit.

    A proposal keeps every article that is wanted and hit, and every test of the rule. At least two independent articles
    must support it: of the same publisher in the same week only one counts. What one article supports is shown as
    refused, because it would fit the rule to that article.

    \b
    Examples:
      news-monitor rules tune port-strike --data labelled.jsonl.gz
    """
    loaded = load_selected_rules(config, rules)
    print_faults(loaded.faults)
    articles, problems = collect_usable(scoring.read_labeled(read_lines(data), clock.now()), data)
    found = propose_changes(loaded, rule, articles, clock.now(), partial(track_progress, printing=False))
    for number, proposal in enumerate(found.proposals, 1):
        for line in format_proposal(number, proposal):
            click.echo(line)
    if not found.proposals:
        click.echo("nothing to propose: no change that keeps what is wanted has the support of two articles")
    if found.refused:
        click.echo("\nnot proposed")
        for refused in found.refused[:_REFUSED_SHOWN]:
            click.echo(format_refused(refused))
    raise SystemExit(1 if problems or loaded.faults else 0)
