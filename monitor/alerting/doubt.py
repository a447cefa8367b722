"""What is possibly the same as something older that was sent, and the thread of that. Pure."""

from __future__ import annotations

from datetime import datetime

from monitor.alerting.ledger import NotificationLedger, SubjectRecord
from monitor.alerting.subject_keys import older_subject
from monitor.model import AlertCandidate, ClauseCode, ReasonClause, ReasonClauses


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
