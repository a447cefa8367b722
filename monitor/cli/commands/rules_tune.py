"""`news-monitor rules tune`: changes that would help a rule."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import partial
from pathlib import Path

import click

from monitor import clock
from monitor.cli.inputs import articles_options, rules_options
from monitor.cli.known_names import NameOf
from monitor.cli.output.coverage_report import describe_effect, format_hint, format_proposal, format_refused
from monitor.cli.output.replay_report import track_progress
from monitor.cli.rule_examples import read_rule_examples
from monitor.errors import InvalidRequest, MonitorError
from monitor.lab.improving.tuning import Proposal, Tuning
from monitor.sanitize import sanitize_text
from monitor.services.commands.rule_tuning import TunedFile, prepare_tuned_file
from monitor.services.queries.rule_improvement import propose_changes

_REFUSED_SHOWN = 10


@click.command("tune")
@rules_options
@articles_options
@click.option("--write", is_flag=True, help="Write the proposals into the file of the rule.")
@click.option("--leave", multiple=True, type=click.IntRange(1), metavar="NUMBER", help="Leave this proposal out.")
@click.option("--take", multiple=True, type=click.IntRange(1), metavar="NUMBER", help="Also make this hint a change.")
@click.argument("rule", metavar="RULE", type=NameOf("rule"))
def tune(
    *,
    config: Path | None,
    rules: tuple[Path, ...],
    data: Path | None,
    articles: int,
    write: bool,
    leave: tuple[int, ...],
    take: tuple[int, ...],
    rule: str,
) -> None:
    """Propose changes of RULE with which it hits missed articles, or no longer hits noise. The evidence is people's
    marks (`mark`), or the labels of a file.

    With a proposal, the rule still hits every wanted article that it hits now, and passes all its tests. At least two
    independent articles must support a proposal: of the same publisher in the same week only one counts. A change that
    only one article supports is shown as refused, because it would fit the rule to that article.

    Hints are lists and entities that have words of a condition, but that fewer than two independent articles support.
    Only you know whether they mean the same: --take makes one a change.

    You decide: read each proposal, leave out those that are not general, and write the rest. The file is edited as
    text: comments and layout stay.

    \b
    Examples:
      news-monitor rules tune port-strike
      news-monitor rules tune port-strike --data labelled.jsonl.gz
      news-monitor rules tune port-strike --data labelled.jsonl.gz --leave 2 --leave 5 --write
      news-monitor rules tune port-strike --take 7 --write

    Without -c and --rules: the rules of ./monitor.yaml. Exit code 1 if there are faulty rules or unusable lines.
    """
    loaded, given, problems = read_rule_examples(config, rules, rule, data, articles)
    found = propose_changes(loaded, rule, given, clock.now(), partial(track_progress, printing=False))
    if not found.coverage.is_complete:
        raise MonitorError(
            "interrupted: no proposals, because only a part of the articles was read; --articles N reads fewer"
        )
    kept = _select_proposals(found, leave, take)
    for line in _format_tuning(found, leave, take):
        click.echo(line)
    if kept:
        _print_edit(prepare_tuned_file(loaded, found, kept), found.rule.place.file, write=write)
    raise SystemExit(1 if problems else 0)


def _format_tuning(found: Tuning, leave: Collection[int], take: Collection[int]) -> Iterator[str]:
    count = len(found.proposals)
    for number, proposal in enumerate(found.proposals, 1):
        yield from format_proposal(number, proposal, " (left out)" if number in leave else "")
    if not found.proposals:
        yield "nothing to propose: no change here meets the conditions that --help names"
    if found.hints:
        yield "\nhints: lists and entities with words of the rule; fewer than two independent articles support them"
    for number, hint in enumerate(found.hints, count + 1):
        yield from format_hint(number, hint, found.coverage, " (taken)" if number in take else "")
    if found.refused:
        yield "\nnot proposed"
        yield from map(format_refused, found.refused[:_REFUSED_SHOWN])


def _print_edit(tuned: TunedFile, file: str, *, write: bool) -> None:
    click.echo()
    for line in tuned.diff:
        click.echo(sanitize_text(line))
    click.echo(f"\nall of this: {describe_effect(tuned.effect)}")
    if write:
        tuned.write()
        click.echo(f"\nwritten: {file}")


def _select_proposals(found: Tuning, leave: tuple[int, ...], take: tuple[int, ...]) -> list[Proposal]:
    """The proposals that are not left out, and the hints that are taken. Raises InvalidRequest if one does not
    exist."""
    count = len(found.proposals)
    if unknown := [number for number in leave if number > count]:
        raise InvalidRequest(f"there is no proposal {unknown[0]} to leave out: there are {count}")
    if unknown := [number for number in take if not count < number <= len(found.choices)]:
        numbers = f"they are {count + 1} to {len(found.choices)}" if found.hints else "there are none"
        raise InvalidRequest(f"there is no hint {unknown[0]} to take: {numbers}")
    return [
        choice
        for number, choice in enumerate(found.choices, 1)
        if number in take or (number <= count and number not in leave)
    ]
