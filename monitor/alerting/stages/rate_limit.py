"""Is it enough for this hour? The rule's most_an_hour. Pure."""

from __future__ import annotations

from datetime import datetime

from monitor.alerting.case import Case
from monitor.alerting.ledger import AN_HOUR, NotificationLedger
from monitor.alerting.stages.ruling import Defer, Ruling
from monitor.model import PendingKind, Rule


def check_rate_limit(case: Case) -> Ruling:
    return defer_if_rate_limited(case.rule, case.ledger, case.now, case.first_reason)


def defer_if_rate_limited(rule: Rule, told: NotificationLedger, now: datetime, why: str) -> Defer | None:
    """Where the rule has sent as many messages within the hour as it may, the rest waits for a digest."""
    most = rule.alert.most_an_hour
    if most is None or len(lately := told.recent_sends(rule.id, now)) < most:
        return None
    due = min(*lately, now) + AN_HOUR
    return Defer(
        PendingKind.RATE_LIMIT, due, why, f"{rule.id} has sent {len(lately)} within the hour; the rest is sent together"
    )
