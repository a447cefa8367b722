"""The log's account of a poll."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.model import MOMENTARY, Judged, Polled
from monitor.telemetry import Event, debugging, log


def log_poll(polled: Polled, every: Sequence[Judged]) -> None:
    """The log's account of a poll. What lasts is told when it begins or changes, and when it is over."""
    source, fetched = polled.claim.source, polled.fetched
    if polled.problem and (polled.problem != polled.claim.problem or debugging()):
        log.warning(Event.POLL_PROBLEM, source=source, problem=polled.problem, failures=polled.failures)
    elif polled.claim.problem and not polled.problem:
        log.info(Event.POLL_RECOVERED, source=source, problem=polled.claim.problem, failures=polled.claim.failures)
    for trouble in polled.opened_troubles:
        if trouble.kind in MOMENTARY or trouble.kind not in polled.claim.stats.troubled:
            log.warning(Event.SOURCE_DEGRADED, source=source, trouble=trouble.kind.value, problem=trouble.detail)
    for kind in polled.closed_troubles:
        if kind not in MOMENTARY:
            log.info(Event.SOURCE_RECOVERED, source=source, trouble=kind.value)
    new = len(every)
    if new or debugging():
        tell = log.info if new else log.debug
        tell(Event.POLLED, source=source, outcome=fetched.outcome.value, entries=polled.entries, new=new)
    for judged in every:
        for decided in judged.decisions:
            event = Event.ALERTED if decided.alert else Event.MATCHED
            log.info(
                event, source=source, rule=decided.match.rule, title=judged.article.title, decision=decided.explanation
            )
