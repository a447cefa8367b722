"""The log's account of a poll."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.model import MOMENTARY, ArticleDecision, PollRecord
from monitor.telemetry import LogEvent, is_debug_enabled, log


def log_poll(polled: PollRecord, every: Sequence[ArticleDecision]) -> None:
    """The log's account of a poll. What lasts is told when it begins or changes, and when it is over."""
    source, fetched = polled.claim.source, polled.fetched
    if polled.problem and (polled.problem != polled.claim.problem or is_debug_enabled()):
        log.warning(LogEvent.POLL_PROBLEM, source=source, problem=polled.problem, failures=polled.failures)
    elif polled.claim.problem and not polled.problem:
        log.info(LogEvent.POLL_RECOVERED, source=source, problem=polled.claim.problem, failures=polled.claim.failures)
    for trouble in polled.opened_troubles:
        if trouble.kind in MOMENTARY or trouble.kind not in polled.claim.stats.troubled:
            log.warning(LogEvent.SOURCE_DEGRADED, source=source, trouble=trouble.kind.value, problem=trouble.detail)
    for kind in polled.closed_troubles:
        if kind not in MOMENTARY:
            log.info(LogEvent.SOURCE_RECOVERED, source=source, trouble=kind.value)
    new = len(every)
    if new or is_debug_enabled():
        tell = log.info if new else log.debug
        tell(LogEvent.POLLED, source=source, outcome=fetched.outcome.value, entries=polled.entries, new=new)
    for judged in every:
        for decided in judged.decisions:
            event = LogEvent.ALERTED if decided.alert else LogEvent.MATCHED
            log.info(
                event, source=source, rule=decided.match.rule, title=judged.article.title, decision=decided.explanation
            )
