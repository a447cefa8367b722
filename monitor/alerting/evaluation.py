"""A case and what the policy rules on it -> the decision on the match; the state is told what follows from it. Pure."""

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
    """The decision on one match, with its reason; the state is told what follows from it."""
    ruling = apply_stages(case)
    told, hearing = case.ledger, case.candidate
    if not isinstance(ruling, Suppress) or ruling.is_recorded:
        account = told.find_record(case.key, case.now) or SubjectRecord(case.key, case.rule.id, case.now)
        told.put_record(account.after_match(hearing, case.now))
    if isinstance(ruling, Suppress):
        return _suppress_match(case, ruling)
    if case.shadow:
        return _suppress_in_shadow(case, ruling)
    if (
        isinstance(ruling, Update)
        and (full := defer_if_rate_limited(case.rule, told, case.now, ruling.why)) is not None
    ):
        ruling = replace(full, replaces=ruling.replaces)
    return _defer_match(case, ruling) if isinstance(ruling, Defer) else _issue_alert(case, ruling)


def _suppress_match(case: Case, ruling: Suppress) -> MatchDecision:
    hearing = case.candidate if ruling.is_recorded else None
    if ruling.withdrawn is not None:
        case.ledger.remove_pending(ruling.withdrawn.id)
        withdrawn = suppressed_outcome(Reason.WITHDRAWN, "it was withdrawn before it was sent")
        moved = (PendingChange(ruling.withdrawn, None, withdrawn),)
        return MatchDecision(
            case.match, _build_suppressed_outcome(case, ruling), candidate=hearing, pending_changes=moved
        )
    lists = case.rule.alert.lists_unsure and not case.shadow
    listed = _build_digest_entry(case) if lists and ruling.is_duplicate and case.uncertainty else None
    if listed is None:
        return MatchDecision(case.match, _build_suppressed_outcome(case, ruling), candidate=hearing)
    case.ledger.add_pending(listed)
    at = f"{listed.due.astimezone(case.context.zone):%H:%M}"
    why = f"{ruling.why}; as {case.uncertainty}, it is listed in the digest at {at}"
    return MatchDecision(case.match, deferred_outcome(Reason.IN_DOUBT, why), pending=listed, candidate=hearing)


def _build_digest_entry(case: Case) -> PendingAlert | None:
    """What lists a suppressed article in the daily digest, once whatever its versions. It changes nothing of the
    account of what it was taken for."""
    key = unsure_key(case.rule.id, case.article.source, case.article.uid)
    if key in case.ledger or case.ledger.find_pending(PendingKind.IN_DOUBT, key) is not None:
        return None
    hearing = replace(case.candidate, key=key, uncertainty=case.uncertainty)
    why = f"suppressed as the same as {case.display_id} although {case.uncertainty}"
    return build_pending_alert(PendingKind.IN_DOUBT, hearing, why, case.now, next_digest(case.now, case.context.zone))


def _defer_match(case: Case, ruling: Defer) -> MatchDecision:
    hearing, moved = _merge_replaced(case, ruling.replaces)
    waits = build_pending_alert(ruling.kind, hearing, ruling.why, case.now, ruling.due)
    case.ledger.add_pending(waits)
    decision = deferred_outcome(ruling.kind.reason, f"{ruling.why}; {ruling.until}")
    return MatchDecision(case.match, decision, pending=waits, candidate=hearing, pending_changes=moved)


def _issue_alert(case: Case, update: Update | None) -> MatchDecision:
    told = case.ledger
    hearing, moved = _merge_replaced(case, update.replaces if update else None)
    reason = f"{hearing.evidence_words}; {update.why if update else case.first_reason}"
    alert = build_alert(hearing, told, reason, case.now, update=update is not None)
    told.record_alert(hearing, alert, case.now, at_once=update is not None and update.is_immediate)
    told.record_send(case.rule.id, case.now)
    return MatchDecision(
        case.match, sent_outcome(alert.kind.reason, alert.reason), alert, candidate=hearing, pending_changes=moved
    )


def _merge_replaced(case: Case, before: PendingAlert | None) -> tuple[AlertCandidate, tuple[PendingChange, ...]]:
    """What is heard here, and in what waited until now; that waits no more."""
    if before is None:
        return case.candidate, ()
    case.ledger.remove_pending(before.id)
    more = suppressed_outcome(Reason.SUPERSEDED, f"{case.candidate.publisher} says more, and is sent with it")
    return updates.merge_candidates(before.candidate, case.candidate), (PendingChange(before, None, more),)


def _suppress_in_shadow(case: Case, ruling: Defer | Update | None) -> MatchDecision:
    why = ruling.why if ruling else case.first_reason
    case.ledger.record_alert(case.candidate, None, case.now)
    would = f"{case.rule.id} is in shadow; it would have sent: {case.candidate.evidence_words}; {why}"
    return MatchDecision(
        case.match, suppressed_outcome(Reason.SHADOW, would), shadow_key=case.key, candidate=case.candidate
    )


def _build_suppressed_outcome(case: Case, ruling: Suppress) -> MatchOutcome:
    why = f"{ruling.why}; {case.rule.id} is in shadow" if case.shadow else ruling.why
    return suppressed_outcome(ruling.reason, why)


def build_alert(
    hearing: AlertCandidate, told: NotificationLedger, reason: str, now: datetime, *, update: bool
) -> Alert:
    """The alert that tells what was heard: the first of its subject, or an update of it. A first one is possibly the
    same as something older if that was sent by now; it goes under the same thread then."""
    account = told.find_record(hearing.key, now)
    number = account.update_count + 1 if update and account is not None else 0
    key = f"{hearing.key} update {number}" if update else hearing.key
    kind, thread = AlertKind.UPDATE if update else AlertKind.NEW, account
    if not update and (before := find_sent_predecessor(hearing, told, now)) is not None:
        thread, doubt = before
        kind, reason = AlertKind.POSSIBLY, f"{reason}; {doubt}"
    return Alert(
        id=alert_id(key),
        dedup_key=key,
        rule=hearing.rule,
        rule_title=hearing.rule_title,
        level=hearing.level,
        at=now,
        reason=reason,
        routes=hearing.routes,
        story=hearing.story.id,
        article=hearing.article,
        sentence=hearing.sentence,
        highlights=hearing.highlights,
        kind=kind,
        event=hearing.event.id if hearing.event else None,
        thread=thread.first_alert if thread is not None else None,
        publisher_count=max(len(account.independent_publishers), 1) if account is not None else 1,
    )


def find_sent_predecessor(
    hearing: AlertCandidate, told: NotificationLedger, now: datetime
) -> tuple[SubjectRecord, str] | None:
    """The account of what this is possibly the same as, if that was sent; and why that is not sure, in words."""
    if (found := older_subject(hearing)) is None:
        return None
    key, event = found
    older = told.find_record(key, now)
    return (older, possibly_same_in_words(event)) if older is not None and older.first_alert is not None else None
