"""Is it enough for this hour? The rule's most_an_hour. Pure."""

from __future__ import annotations

from datetime import datetime

from monitor.alerting.case import Case
from monitor.alerting.ledger import AN_HOUR, NotificationLedger
from monitor.alerting.stages.ruling import Defer, Ruling
from monitor.model import ClauseCode, PendingKind, ReasonClause, ReasonClauses, Rule


def check_rate_limit(case: Case) -> Ruling:
    return defer_if_rate_limited(case.rule, case.ledger, case.now, case.first_reason)


def defer_if_rate_limited(rule: Rule, ledger: NotificationLedger, now: datetime, why: ReasonClauses) -> Defer | None:
    """Defer to a digest if the rule has sent as many messages within the hour as it may."""
    limit = rule.alert.most_an_hour
    if limit is None or len(recent := ledger.recent_sends(rule.id, now)) < limit:
        return None
    due = min(*recent, now) + AN_HOUR
    until = ReasonClause(ClauseCode.LIMIT_REACHED, rule=rule.id, count=len(recent))
    return Defer(PendingKind.RATE_LIMIT, due, why, until)
