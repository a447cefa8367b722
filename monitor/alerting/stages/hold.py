"""May it wait a little? The rule's wait_at_least. Pure."""

from __future__ import annotations

from monitor.alerting.case import Case
from monitor.alerting.stages.ruling import Defer, Ruling
from monitor.model import ClauseCode, PendingKind, ReasonClause


def check_hold(case: Case) -> Ruling:
    wait = case.rule.alert.wait_at_least
    if not wait:
        return None
    due = case.now + wait
    why = ReasonClause(ClauseCode.FIRST_AFTER_HOLD, once_per=case.rule.alert.once_per, age=wait)
    return Defer(PendingKind.HOLD, due, (why,), ReasonClause(ClauseCode.SENT_LATER, at=case.desk_time(due)))
