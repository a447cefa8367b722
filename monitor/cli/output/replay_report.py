"""How `replay` and `rules try` print what would be sent, and what an edit would change: as JSON, or for people."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, TypeVar

import click

from monitor.cli.options import format_local_time, print_json
from monitor.cli.output.streams import open_console
from monitor.cli.output.tables import print_table
from monitor.lab.replay import ReplayComparison, ReplayedAlert
from monitor.model import AlertKind, MatchDecision, Outcome, Reason
from monitor.model.outcome import clauses_to_row
from monitor.sanitize import sanitize_line
from monitor.wording.quantities import duration_in_words, format_count
from monitor.wording.reasons import reason_in_words

if TYPE_CHECKING:
    from datetime import datetime


Thing = TypeVar("Thing")
_LEFT_OUT = {"rule_title", "subjects", "why", "deliveries"}
OVERTAKEN, IN_SHADOW = "overtaken", "in shadow"
_SUPPRESSED = ("nothing new", "too old", "only mentioned", OVERTAKEN, IN_SHADOW)
"""Why matches are suppressed. "overtaken": they were deferred, and then withdrawn or sent with another one."""


def sent_row(sent: ReplayedAlert, type_: str = "alert") -> dict[str, object]:
    """As JSON has it."""
    row = {key: value for key, value in asdict(sent).items() if key not in _LEFT_OUT}
    reasons = {"reason": reason_in_words(sent.why), "reason_parameters": clauses_to_row(sent.why)}
    return {"type": type_, **row, **reasons, **_deliveries_to_row(sent)}


def _deliveries_to_row(sent: ReplayedAlert) -> dict[str, object]:
    """Where it would be sent, and when; nothing if there are no routes."""
    if sent.deliveries is None:
        return {}
    channels = [
        {"channel": each.channel, "sent_at": each.not_before, "held_by": each.held_by} for each in sent.deliveries
    ]
    return {"channels": channels}


def _describe_deliveries(sent: ReplayedAlert, zone: str) -> Iterator[str]:
    """What waits for the hours of a route, and what goes nowhere."""
    for each in sent.deliveries or ():
        if each.held_by is not None:
            yield f"to {each.channel} at {format_local_time(each.not_before, zone)}: held by {each.held_by}"
    if sent.deliveries == ():
        yield "to nobody: no step of its routes takes its level at that time"


def print_sent(sent: ReplayedAlert, zone: str, mark: str = "") -> None:
    """When, how much it matters, which rule; below it title, sentence and reason."""
    more = len(sent.articles) - 1
    also = f" (and {more} more {'article' if more == 1 else 'articles'})" if more else ""
    click.echo(f"{mark}{format_local_time(sent.at, zone)}  {sent.kind:8}  {sent.level:8}  {sent.rule}")
    click.echo(f"    {sanitize_line(sent.title)}{also}")
    if sent.sentence != sent.title:
        click.echo(f"    “{sanitize_line(sent.sentence)}”")
    click.echo(f"    {sanitize_line(reason_in_words(sent.why))}")
    for line in _describe_deliveries(sent, zone):
        click.echo(f"    {line}")


def print_counts(sent: Iterable[ReplayedAlert]) -> None:
    """Of each rule, how many alerts of each kind."""
    counted = Counter((each.rule, each.kind) for each in sent)
    rules = sorted({rule for rule, _ in counted})
    if not rules:
        click.echo("nothing would be sent")
        return
    rows = [(rule, *(counted[rule, kind] for kind in AlertKind)) for rule in rules]
    totals = [sum(counted[rule, kind] for rule in rules) for kind in AlertKind]
    print_table(("rule", *AlertKind), [*rows, *([("all", *totals)] if len(rules) > 1 else [])], whole=("rule",))


def short_suppression_reason(decided: MatchDecision) -> str | None:
    """Why a match is suppressed, in a few words; None if it is not."""
    if decided.outcome.outcome is not Outcome.SUPPRESSED:
        return None
    in_short = {
        Reason.SHADOW: IN_SHADOW,
        Reason.MENTION: "only mentioned",
        **dict.fromkeys((Reason.TOO_OLD, Reason.BACKLOG, Reason.UNDATED), "too old"),
    }
    return in_short.get(decided.outcome.reason, "nothing new")


def print_suppressed(suppressed: Counter[tuple[str, str]]) -> None:
    """For each rule, how many matches were suppressed, and why."""
    if not suppressed:
        return
    reasons = [why for why in _SUPPRESSED if any(which == why for _, which in suppressed)]
    rows = [(rule, *(suppressed[rule, why] for why in reasons)) for rule in sorted({rule for rule, _ in suppressed})]
    print_table(("suppressed", *reasons), rows, whole=("suppressed",))
    click.echo('the reasons: `--json`, under "decisions"; of stored articles: `news-monitor why ARTICLE`')


def print_comparison(
    compared: ReplayComparison, zone: str, *, as_json: bool, tried: Collection[str] | None = None
) -> None:
    """What an edit would change, and at the end how much of each rule. `tried`: rules that are reported even if nothing
    of them would be sent, with the number of articles that they hit."""
    for change in compared.changes:
        if as_json:
            print_json(
                sent_row(change.sent, change.kind) | ({"before": change.moved_from} if change.moved_from else {})
            )
            continue
        print_sent(change.sent, zone, f"{change.kind:6}  ")
        if change.moved_from is not None:
            before = format_local_time(change.moved_from, zone)
            click.echo(f"    {_describe_shift(change.sent.at, change.moved_from)}: before the edit at {before}")
    if not as_json:
        heads = ("rule", "gained", "lost", "as before", "moved", "otherwise", *(() if tried is None else ("hit",)))
        print_table(heads, _comparison_to_rows(compared, tried), whole=("rule",))
    for line in (*_describe_silent_rules(compared, tried or ()), _summarize_comparison(compared)):
        click.echo(line, err=as_json)


def _describe_silent_rules(compared: ReplayComparison, tried: Collection[str]) -> Iterator[str]:
    """Which rules hit no article, and how to find out why."""
    if silent := [rule for rule in tried if not compared.hit_counts.get(rule)]:
        count = format_count(compared.articles, "article")
        yield f"no hit among {count}: {', '.join(silent)}; `news-monitor why --rules FILE -` tries a headline of yours"


def _describe_shift(at: datetime, before: datetime) -> str:

    return f"{duration_in_words(abs(at - before))} {'later' if at > before else 'earlier'}"


def _comparison_to_rows(compared: ReplayComparison, tried: Collection[str] | None) -> Iterator[tuple[object, ...]]:
    changed = Counter((change.sent.rule, str(change.kind)) for change in compared.changes)
    for rule in sorted({*compared.unchanged_counts, *(rule for rule, _ in changed), *(tried or ())}):
        otherwise = compared.differing_counts.get(rule, 0)
        as_before = compared.unchanged_counts.get(rule, 0) - otherwise
        hits = () if tried is None else (compared.hit_counts.get(rule, 0),)
        yield rule, changed[rule, "gained"], changed[rule, "lost"], as_before, changed[rule, "moved"], otherwise, *hits


def _summarize_comparison(compared: ReplayComparison) -> str:
    changed = Counter(str(change.kind) for change in compared.changes)
    otherwise = sum(compared.differing_counts.values())
    as_before = sum(compared.unchanged_counts.values()) - otherwise
    return (
        f"{changed['gained']} gained, {changed['lost']} lost, {as_before} as before, {changed['moved']} moved, "
        f"{otherwise} by another article or at another level"
    )


def track_progress(things: Iterable[Thing], total: int, *, printing: bool) -> Iterator[Thing]:
    """The things, with a bar on stderr if that is a terminal; not where lines are being printed on the same one."""
    if not sys.stderr.isatty() or (printing and sys.stdout.isatty()):
        yield from things
        return
    from rich.progress import Progress

    console = open_console(stderr=True)
    with Progress(console=console, transient=True, redirect_stdout=False, redirect_stderr=False) as progress:
        yield from progress.track(things, total=total, description="articles")
