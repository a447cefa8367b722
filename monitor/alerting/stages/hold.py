"""May it wait a little? The rule's wait_at_least. Pure."""

from __future__ import annotations

from monitor.alerting.case import Case
from monitor.alerting.stages.ruling import Defer, Ruling
from monitor.alerting.wording import duration_in_words
from monitor.model import PendingKind


def check_hold(case: Case) -> Ruling:
    wait = case.rule.alert.wait_at_least
    if not wait:
        return None
    due = case.now + wait
    return Defer(
        PendingKind.HOLD,
        due,
        f"{case.first_reason}, {duration_in_words(wait)} later",
        f"it is sent at {case.format_time(due)}",
    )
