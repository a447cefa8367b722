"""From a case and the policy's ruling on it to the decision on the match. The ledger is updated with what follows from
it. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from monitor.alerting import updates
from monitor.alerting.case import Case
from monitor.alerting.ledger import NotificationLedger, SubjectRecord
from monitor.alerting.pending import build_pending_alert, next_digest
from monitor.alerting.stages import apply_stages
from monitor.alerting.stages.rate_limit import defer_if_rate_limited
from monitor.alerting.stages.ruling import Defer, Suppress, Update
from monitor.alerting.subject_keys import older_subject, unsure_key
from monitor.alerting.wording import alert_id, possibly_same_in_words
from monitor.model import (
    Alert,
    AlertCandidate,
    AlertKind,
    MatchDecision,
    MatchOutcome,
    PendingAlert,
    PendingChange,
    PendingKind,
    Reason,
)
from monitor.model.outcome import deferred_outcome, sent_outcome, suppressed_outcome


def evaluate(case: Case) -> MatchDecision:
    """The decision on one match, with its reason. The ledger of the case is updated with what follows from it."""
    ruling = apply_stages(case)
    ledger, candidate = case.ledger, case.candidate
    if not isinstance(ruling, Suppress) or ruling.is_recorded:
        record = ledger.find_record(case.key, case.now) or SubjectRecord(case.key, case.rule.id, case.now)
        ledger.put_record(record.after_match(candidate, case.now))
    if isinstance(ruling, Suppress):
        return _suppress_match(case, ruling)
    if case.shadow:
        return _suppress_in_shadow(case, ruling)
    if (
        isinstance(ruling, Update)
        and (over_limit := defer_if_rate_limited(case.rule, ledger, case.now, ruling.why)) is not None
    ):
        ruling = replace(over_limit, replaces=ruling.replaces)
    return _defer_match(case, ruling) if isinstance(ruling, Defer) else _issue_alert(case, ruling)


def _suppress_match(case: Case, ruling: Suppress) -> MatchDecision:
    candidate = case.candidate if ruling.is_recorded else None
    if ruling.withdrawn is not None:
        case.ledger.remove_pending(ruling.withdrawn)
        withdrawn = suppressed_outcome(Reason.WITHDRAWN, "it was withdrawn before it was sent")
        changes = (PendingChange(ruling.withdrawn, None, withdrawn),)
        return MatchDecision(
            case.match, _build_suppressed_outcome(case, ruling), candidate=candidate, pending_changes=changes
        )
    may_list = case.rule.alert.lists_unsure and not case.shadow
    entry = _build_digest_entry(case) if may_list and ruling.is_duplicate and case.uncertainty else None
    if entry is None:
        return MatchDecision(case.match, _build_suppressed_outcome(case, ruling), candidate=candidate)
    case.ledger.add_pending(entry)
    digest_time = f"{entry.due.astimezone(case.context.zone):%H:%M}"
    why = f"{ruling.why}; as {case.uncertainty}, it is listed in the digest at {digest_time}"
    return MatchDecision(case.match, deferred_outcome(Reason.IN_DOUBT, why), pending=entry, candidate=candidate)


def _build_digest_entry(case: Case) -> PendingAlert | None:
    """The pending alert that lists a suppressed article in the daily digest: once, however many versions it has. It
    does not change the record of the subject that the article was taken for."""
    key = unsure_key(case.rule.id, case.article.source, case.article.uid)
    if key in case.ledger or case.ledger.find_pending(PendingKind.IN_DOUBT, key) is not None:
        return None
    candidate = replace(case.candidate, key=key, uncertainty=case.uncertainty)
    why = f"suppressed as the same as {case.display_id} although {case.uncertainty}"
    return build_pending_alert(PendingKind.IN_DOUBT, candidate, why, case.now, next_digest(case.now, case.context.zone))


def _defer_match(case: Case, ruling: Defer) -> MatchDecision:
    candidate, changes = _merge_replaced(case, ruling.replaces)
    pending = build_pending_alert(ruling.kind, candidate, ruling.why, case.now, ruling.due)
    case.ledger.add_pending(pending)
    outcome = deferred_outcome(ruling.kind.reason, f"{ruling.why}; {ruling.until}")
    return MatchDecision(case.match, outcome, pending=pending, candidate=candidate, pending_changes=changes)


def _issue_alert(case: Case, update: Update | None) -> MatchDecision:
    ledger = case.ledger
    candidate, changes = _merge_replaced(case, update.replaces if update else None)
    reason = f"{candidate.evidence_words}; {update.why if update else case.first_reason}"
    alert = build_alert(candidate, ledger, reason, case.now, update=update is not None)
    ledger.record_alert(candidate, alert, case.now, is_immediate=update is not None and update.is_immediate)
    ledger.record_send(case.rule.id, case.now)
    return MatchDecision(
        case.match, sent_outcome(alert.kind.reason, alert.reason), alert, candidate=candidate, pending_changes=changes
    )


def _merge_replaced(case: Case, replaced: PendingAlert | None) -> tuple[AlertCandidate, tuple[PendingChange, ...]]:
    """The candidate of this case, merged with the pending alert that it replaces, and that change. The replaced alert
    is no longer pending."""
    if replaced is None:
        return case.candidate, ()
    case.ledger.remove_pending(replaced)
    outcome = suppressed_outcome(Reason.SUPERSEDED, f"{case.candidate.publisher} says more, and is sent with it")
    return updates.merge_candidates(replaced.candidate, case.candidate), (PendingChange(replaced, None, outcome),)


def _suppress_in_shadow(case: Case, ruling: Defer | Update | None) -> MatchDecision:
    why = ruling.why if ruling else case.first_reason
    case.ledger.record_alert(case.candidate, None, case.now)
    words = f"{case.rule.id} is in shadow; it would have sent: {case.candidate.evidence_words}; {why}"
    return MatchDecision(
        case.match, suppressed_outcome(Reason.SHADOW, words), shadow_key=case.key, candidate=case.candidate
    )


def _build_suppressed_outcome(case: Case, ruling: Suppress) -> MatchOutcome:
    why = f"{ruling.why}; {case.rule.id} is in shadow" if case.shadow else ruling.why
    return suppressed_outcome(ruling.reason, why)


def build_alert(
    candidate: AlertCandidate, ledger: NotificationLedger, reason: str, now: datetime, *, update: bool
) -> Alert:
    """The alert that sends a candidate: the first of its subject, or an update. A first one is possibly the same as
    something older if that is sent by now; then it goes into the same thread."""
    record = ledger.find_record(candidate.key, now)
    number = record.update_count + 1 if update and record is not None else 0
    key = f"{candidate.key} update {number}" if update else candidate.key
    kind, thread = AlertKind.UPDATE if update else AlertKind.NEW, record
    if not update and (predecessor := find_sent_predecessor(candidate, ledger, now)) is not None:
        thread, doubt = predecessor
        kind, reason = AlertKind.POSSIBLY, f"{reason}; {doubt}"
    return Alert(
        id=alert_id(key),
        dedup_key=key,
        rule=candidate.rule,
        rule_title=candidate.rule_title,
        level=candidate.level,
        at=now,
        reason=reason,
        routes=candidate.routes,
        story=candidate.story.id,
        article=candidate.article,
        sentence=candidate.sentence,
        highlights=candidate.highlights,
        kind=kind,
        event=candidate.event.id if candidate.event else None,
        thread=thread.first_alert if thread is not None else None,
        publisher_count=max(len(record.independent_publishers), 1) if record is not None else 1,
    )


def find_sent_predecessor(
    candidate: AlertCandidate, ledger: NotificationLedger, now: datetime
) -> tuple[SubjectRecord, str] | None:
    """The record of the subject that this one is possibly the same as, if that was sent; and why that is not sure, in
    words."""
    if (found := older_subject(candidate)) is None:
        return None
    key, event = found
    older = ledger.find_record(key, now)
    return (older, possibly_same_in_words(event)) if older is not None and older.first_alert is not None else None
