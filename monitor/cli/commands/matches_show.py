"""`news-monitor matches show`: one match, what was decided on it, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import click

from monitor import clock
from monitor.alerting.quotes import Quote, highlight_sentence
from monitor.cli.config_summary import load_summary_to_read
from monitor.cli.match_number import MatchNumber
from monitor.cli.options import (
    alert_word,
    compared_line,
    config_option,
    existing_database,
    format_evidence,
    format_local_time,
    json_option,
    match_row,
    print_json,
)
from monitor.cli.output.mute_report import mute_lines
from monitor.cli.output.wrapped_lines import print_lines
from monitor.services.queries.matches import QuotedMatch, show_match
from monitor.wording.reasons import reason_in_words


@click.command()
@config_option
@json_option
@click.argument("id_", type=MatchNumber(1, 2**31 - 1), metavar="ID")
def show(config: Path, as_json: bool, id_: int) -> None:
    """Show one match: its article, the sentences that met the rule, the decision, and each attempt to send its alert.

    \b
    Example:
      news-monitor matches show 17
    """
    loaded = load_summary_to_read(config)
    database = existing_database(loaded.settings)
    found = show_match(loaded, database, id_)
    if not as_json:
        print_lines(_format_match(found, loaded.settings.timezone))
        return
    sentences = [_quote_to_row(quote) for quote in found.sentences]
    more = {key: value for key, value in asdict(found.details).items() if key not in {"match", "text"}}
    print_json({**match_row(found.details.match), "sentences": sentences, **more})


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
    yield from mute_lines(found.mutes, clock.now(), zone)
    if match.alert:
        yield f"{alert_word(account.alert_kind):<10}{match.alert}, {format_local_time(account.alerted, zone)}"
    for delivery in account.deliveries:
        held = f", held until {format_local_time(delivery.not_before, zone)} by {delivery.held_by}"
        until = held if delivery.is_held(clock.now()) else ""
        yield f"delivery  {delivery.id} on {delivery.channel}: {delivery.state}{until}"
        for attempt in delivery.attempts:
            ended = f"{attempt.receipt}: {attempt.detail}" if attempt.receipt else "no receipt yet"
            yield f"          {attempt.number}. {format_local_time(attempt.started, zone)}, {ended}"
