"""How `rules try --send` prints what is sent of stored articles: as JSON, or for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

import click

from monitor.model import ArticleDecision, MatchDecision, Outcome
from monitor.model.outcome import clauses_to_row
from monitor.sanitize import sanitize_line
from monitor.wording.reasons import outcome_in_words, reason_in_words


def print_late_alerts(decisions: Iterable[ArticleDecision]) -> None:
    """What is sent or deferred: rule, level, title and reason."""
    for article, match in _list_matches(decisions):
        if match.outcome.outcome is not Outcome.SUPPRESSED:
            click.echo(f"{match.match.level:8}  {match.match.rule}")
            click.echo(f"    {sanitize_line(article.article.title)}")
            click.echo(f"    {sanitize_line(outcome_in_words(match.outcome))}")


def late_alert_rows(decisions: Iterable[ArticleDecision]) -> Iterator[dict[str, object]]:
    """All decisions, as JSON has them."""
    for decision, match in _list_matches(decisions):
        article, alert, why = decision.article, match.alert, match.outcome.why
        yield {
            "type": match.outcome.outcome,
            "rule": match.match.rule,
            "level": match.match.level,
            "kind": alert and alert.kind,
            "alert": alert and alert.id,
            "source": article.source,
            "uid": article.uid,
            "title": article.title,
            "reason": reason_in_words(why),
            "reason_parameters": clauses_to_row(why),
        }


def count_late_alerts(decisions: Iterable[ArticleDecision]) -> str:
    """How many are sent now, deferred and suppressed: "2 sent, 0 deferred, 1 suppressed"."""
    counted = Counter(match.outcome.outcome for _, match in _list_matches(decisions))
    return ", ".join(f"{counted[outcome]} {outcome}" for outcome in Outcome)


def _list_matches(decisions: Iterable[ArticleDecision]) -> Iterator[tuple[ArticleDecision, MatchDecision]]:
    return ((decision, match) for decision in decisions for match in decision.decisions)
