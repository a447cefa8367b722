"""Is it possibly the same as what was sent? One message in ten minutes lists what is. Pure."""

from __future__ import annotations

from datetime import datetime

from monitor.alerting.case import Case
from monitor.alerting.doubt import find_doubt_thread
from monitor.alerting.ledger import DOUBTS_APART, NotificationLedger
from monitor.alerting.stages.ruling import Defer, Ruling
from monitor.model import AlertCandidate, ClauseCode, PendingKind, ReasonClause, ReasonClauses


def check_doubt(case: Case) -> Ruling:
    return defer_in_doubt(case.candidate, case.ledger, case.now, case.first_reason)


def defer_in_doubt(
    candidate: AlertCandidate, ledger: NotificationLedger, now: datetime, why: ReasonClauses
) -> Defer | None:
    """Defer a first message in doubt if its thread had one within DOUBTS_APART; all that comes until then is sent
    together."""
    thread = find_doubt_thread(candidate, ledger, now)
    last = None if thread is None else ledger.find_recent_doubt(candidate.rule, thread, now)
    if last is None or candidate.event is None:
        return None
    until = ReasonClause(ClauseCode.DOUBTS_TOGETHER, subject=candidate.event.possibly_of or "", age=DOUBTS_APART)
    return Defer(PendingKind.POSSIBLY, min(last, now) + DOUBTS_APART, why, until)
