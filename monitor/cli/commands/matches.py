"""`news-monitor matches`: what was stored, what was decided on it, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import TypeVar

import click

from monitor import clock
from monitor.alerting.quotes import Quote, highlight_sentence
from monitor.cli.config_files import load_config, load_summary
from monitor.cli.lazy_group import LazyGroup
from monitor.cli.match_number import MatchNumber
from monitor.cli.options import (
    alert_word,
    compared_line,
    config_option,
    existing_database,
    format_evidence,
    format_local_time,
    json_line,
    json_option,
    match_row,
    open_output,
    parse_time_option,
    print_json,
)
from monitor.cli.output.tables import print_table
from monitor.cli.paths import OutputPath
from monitor.cli.query_options import read_query
from monitor.model import MatchKind, Outcome, Reason
from monitor.model.article_query import NameFilter
from monitor.services.queries.matches import (
    ExportedMatch,
    MatchFilter,
    QuotedMatch,
    iter_matches,
    list_matches,
    show_match,
)
from monitor.wording.reasons import reason_in_words

F = TypeVar("F", bound=Callable[..., object])
_OUTCOMES = {each.value: each for each in Outcome} | {each.legacy_word: each for each in Outcome}
_SHADOW = "shadow"
_DECISION = (
    "Only what was sent, suppressed or deferred (told, held, waits: the old names); shadow: of what was suppressed, "
    "what a rule in shadow would have sent."
)
_REASON = "Only with this reason, as `--json` has it under reason_code; too-old, already-sent, cooldown ..."
_TIME = "A time, or how long ago: 2026-01-05, '2026-01-05 09:00', '3 days'."


@click.group(
    cls=LazyGroup,
    lazy={"mark": ("monitor.cli.commands.matches_mark", "Say that a rule was right to match (good), or not (noise).")},
)
def matches() -> None:
    """Every match that was stored, with its decision: list, show, export; and to say which were right: mark."""


def _rule_option(command: F) -> F:
    return click.option("--rule", "rules", multiple=True, metavar="ID", help="Only of this rule.")(command)


def _since_option(command: F) -> F:
    return click.option("--since", metavar="TIME", help=f"Only from then on. {_TIME}")(command)


@matches.command("list")
@config_option
@json_option
@_rule_option
@click.option("--source", "sources", multiple=True, metavar="ID", help="Only of this source.")
@_since_option
@click.option("--before", metavar="TIME", help=f"Only before then. {_TIME}")
@click.option("--kind", type=click.Choice([kind.value for kind in MatchKind]), help="Only news, or only mentions.")
@click.option("--decision", type=click.Choice([*_OUTCOMES, _SHADOW]), metavar="OUTCOME", help=_DECISION)
@click.option("--reason", type=click.Choice([reason.value for reason in Reason]), metavar="CODE", help=_REASON)
@click.option("--most", default=100, show_default=True, type=click.IntRange(1), help="So many, the newest first.")
@click.argument("query", nargs=-1, metavar="[QUERY]...")
def list_(
    config: Path,
    *,
    query: tuple[str, ...],
    as_json: bool,
    rules: tuple[str, ...],
    sources: tuple[str, ...],
    since: str | None,
    before: str | None,
    kind: str | None,
    decision: str | None,
    reason: str | None,
    most: int,
) -> None:
    """The matches, the newest first: an article that a rule matches, and what was decided on it, and why.

    A QUERY is as in `news-monitor search --help`; its words are those of the article.

    \b
    Examples:
      news-monitor matches list
      news-monitor matches list --decision suppressed --since '12 hours'
      news-monitor matches list --decision shadow --rule taiwan-drills
      news-monitor matches list --rule taiwan-drills --source harbour-times --json
      news-monitor matches list 'title:strike lang:en -air'
    """
    loaded = load_summary(config)
    asked = read_query(query, since, before, loaded.settings)
    database = existing_database(loaded.settings)
    zone = loaded.settings.timezone
    code = Reason.SHADOW if decision == _SHADOW and reason is None else Reason(reason) if reason else None
    wanted = MatchFilter(
        (*rules, *asked.rules.wanted),
        sources,
        since=asked.since,
        until=asked.before,
        kind=MatchKind(kind) if kind else None,
        outcome=_OUTCOMES.get(decision or ""),
        reason=code,
        query=replace(asked, since=None, before=None, rules=NameFilter((), asked.rules.unwanted)),
    )
    found = list_matches(loaded, database, wanted, most)
    if as_json:
        for match in found:
            print_json(match_row(match))
        return
    has_marks = any(m.mark for m in found)  # few have one: the column is there where one is
    heads = (
        "id",
        "at",
        "rule",
        "kind",
        "level",
        "outcome",
        *(["mark"] if has_marks else []),
        "source",
        "title",
        "reason",
    )
    rows = [
        (
            m.id,
            format_local_time(m.at, zone),
            m.rule,
            m.kind,
            m.level,
            m.outcome,
            *([m.mark] if has_marks else []),
            m.article.source,
            m.article.title,
            reason_in_words(m.why),
        )
        for m in found
    ]
    print_table(heads, rows, whole=("id", "rule"))


@matches.command()
@config_option
@json_option
@click.argument("id_", type=MatchNumber(1, 2**31 - 1), metavar="ID")
def show(config: Path, as_json: bool, id_: int) -> None:
    """One match: its article, the sentences that fired, the decision, and each attempt to send its alert.

    \b
    Example:
      news-monitor matches show 17
    """
    loaded = load_config(config).config
    database = existing_database(loaded.settings)
    found = show_match(loaded, database, id_)
    if not as_json:
        for line in _format_match(found, loaded.settings.timezone):
            click.echo(line)
        return
    sentences = [_quote_to_row(quote) for quote in found.sentences]
    more = {key: value for key, value in asdict(found.details).items() if key not in {"match", "text"}}
    print_json({**match_row(found.details.match), "sentences": sentences, **more})


@matches.command()
@config_option
@_rule_option
@_since_option
@click.option("--until", metavar="TIME", help=f"Only before then. {_TIME}")
@click.argument("file", type=OutputPath(), default=Path("-"))
def export(config: Path, rules: tuple[str, ...], since: str | None, until: str | None, file: Path) -> None:
    """All matches as JSON lines, in the order in which they were stored, into FILE (none, or "-": stdout).

    `match`, `replay` and `score` read these lines: each is its article, in the version that matched, and a mark on the
    match is a label for `score`.

    \b
    Examples:
      news-monitor matches export matches.jsonl
      news-monitor matches export --rule taiwan-drills - | news-monitor replay -
      news-monitor matches export - | news-monitor score -
      news-monitor matches export --since 2026-01-01 --until 2026-02-01 | gzip > january.jsonl.gz
    """
    loaded = load_config(config).config
    database = existing_database(loaded.settings)
    zone, now = loaded.settings.timezone, clock.now()
    wanted = MatchFilter(rules, since=parse_time_option(since, now, zone), until=parse_time_option(until, now, zone))
    found = iter_matches(loaded, database, wanted)
    with open_output(file) as out:
        for match in found:
            out.write(f"{json_line(_exported_row(match), out)}\n")


def _exported_row(found: ExportedMatch) -> dict[str, object]:
    """A match as JSON has it, with all that `replay` and `score` need of its article."""
    words = {"text": found.text, "authors": list(found.authors), "tags": list(found.tags)}
    return {**match_row(found.match), "article": {**asdict(found.match.article), **words}}


def _quote_to_row(quote: Quote) -> dict[str, object]:
    return {"field": quote.field, "sentence": quote.sentence, "marks": quote.highlights}


def _format_match(found: QuotedMatch, zone: str) -> Iterator[str]:
    """A match as people read it."""
    account, match, now = found.details, found.details.match, found.rule
    article = match.article
    changed = "" if now and now.version == match.rule_version else "; it has changed since" if now else "; it is gone"
    level = f"{match.level}, " if match.level else ""
    yield f"match     {match.id}, {match.kind}, {level}{format_local_time(match.at, zone)}"
    yield f"rule      {match.rule} (version {match.rule_version}{changed})"
    yield f"article   {article.title}"
    yield f"          {article.source}, version {article.version}, {article.url or 'without an address'}"
    published = f"published {format_local_time(article.published, zone)}" if article.dated else "undated"
    yield f"          {published}, first seen {format_local_time(article.seen, zone)}"
    for quote in found.sentences:
        yield f"{quote.field:<10}{' '.join(highlight_sentence(quote.sentence, quote.highlights, ('**', '**')).split())}"
    yield f"words     {format_evidence(match.evidence)}"
    yield f"outcome   {match.outcome}: {reason_in_words(match.why)}"
    if match.mark:
        yield f"marked    {match.mark}"
    if match.story:
        yield f"story     {match.story}, {account.joined}: {account.story_title}"
        yield from compared_line(account.story_compared)
    if match.event:
        yield f"event     {match.event}{f', {match.why_event}' if match.why_event else ''}"
        yield from compared_line(match.compared)
    if match.alert:
        yield f"{alert_word(account.alert_kind):<10}{match.alert}, {format_local_time(account.alerted, zone)}"
    for delivery in account.deliveries:
        held = f", held until {format_local_time(delivery.not_before, zone)} by {delivery.held_by}"
        until = held if delivery.is_held else ""
        yield f"delivery  {delivery.id} on {delivery.channel}: {delivery.state}{until}"
        for attempt in delivery.attempts:
            ended = f"{attempt.receipt}: {attempt.detail}" if attempt.receipt else "no receipt yet"
            yield f"          {attempt.number}. {format_local_time(attempt.started, zone)}, {ended}"
