"""Logs what came of a poll."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.model import MOMENTARY, ArticleDecision, PollRecord
from monitor.telemetry import LogEvent, is_debug_enabled, log
from monitor.wording.reasons import outcome_in_words


def log_poll(polled: PollRecord, article_decisions: Sequence[ArticleDecision]) -> None:
    """Log a poll and its decisions. A lasting problem is logged when it begins or changes, and when it is over."""
    source, fetched = polled.claim.source, polled.fetched
    if polled.problem and (polled.problem != polled.claim.problem or is_debug_enabled()):
        log.warning(LogEvent.POLL_PROBLEM, source=source, problem=polled.problem, failures=polled.failures)
    elif polled.claim.problem and not polled.problem:
        log.info(LogEvent.POLL_RECOVERED, source=source, was=polled.claim.problem, failures=polled.claim.failures)
    for trouble in polled.opened_troubles:
        if trouble.kind in MOMENTARY or trouble.kind not in polled.claim.stats.troubled:
            log.warning(LogEvent.SOURCE_DEGRADED, source=source, trouble=trouble.kind.value, problem=trouble.detail)
    for kind in polled.closed_troubles:
        if kind not in MOMENTARY:
            log.info(LogEvent.SOURCE_RECOVERED, source=source, trouble=kind.value)
    new = len(article_decisions)
    if new or is_debug_enabled():
        write = log.info if new else log.debug
        write(LogEvent.POLLED, source=source, outcome=fetched.outcome.value, entries=polled.entries, new=new)
    for article_decision in article_decisions:
        for match_decision in article_decision.decisions:
            alert = match_decision.alert
            log.info(
                LogEvent.ALERTED if alert else LogEvent.MATCHED,
                source=source,
                rule=match_decision.match.rule,
                **({"alert": alert.id, "kind": alert.kind.value} if alert else {}),
                title=article_decision.article.title,
                decision=outcome_in_words(match_decision.outcome),
            )
