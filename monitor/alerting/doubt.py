"""What is possibly the same as something older that was sent: its thread, and how often the thread gets a message in
doubt. Pure."""

from __future__ import annotations

from datetime import datetime

from monitor.alerting.ledger import DOUBTS_APART, NotificationLedger, SubjectRecord
from monitor.alerting.stages.ruling import Defer
from monitor.alerting.subject_keys import older_subject
from monitor.model import AlertCandidate, ClauseCode, PendingKind, ReasonClause, ReasonClauses


def find_sent_predecessor(
    candidate: AlertCandidate, ledger: NotificationLedger, now: datetime
) -> tuple[SubjectRecord, ReasonClauses] | None:
    """The record of the subject that this one is possibly the same as, if that was sent; and why that is not sure."""
    if (found := older_subject(candidate)) is None:
        return None
    key, event = found
    older = ledger.find_record(key, now)
    if older is None or older.first_alert is None:
        return None
    doubt = [ReasonClause(ClauseCode.DOUBT, words=event.doubt)] if event.doubt else []
    return older, (ReasonClause(ClauseCode.POSSIBLY_SAME, subject=event.possibly_of or ""), *doubt)


def find_doubt_thread(candidate: AlertCandidate, ledger: NotificationLedger, now: datetime) -> str | None:
    """The thread into which the first message of a candidate goes; None: it is new."""
    predecessor = find_sent_predecessor(candidate, ledger, now)
    return None if predecessor is None else predecessor[0].first_alert


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
