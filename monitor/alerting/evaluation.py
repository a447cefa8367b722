"""From a case and the policy's ruling on it to the decision on the match. The ledger is updated with what follows from
it. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from monitor.alerting import updates
from monitor.alerting.case import Case
from monitor.alerting.doubt import find_sent_predecessor
from monitor.alerting.ledger import NotificationLedger, SubjectRecord
from monitor.alerting.pending import build_pending_alert, next_digest
from monitor.alerting.stages import apply_stages
from monitor.alerting.stages.rate_limit import defer_if_rate_limited
from monitor.alerting.stages.ruling import Defer, Suppress, Update
from monitor.alerting.subject_keys import alert_id, unsure_key, update_key
from monitor.model import (
    Alert,
    AlertCandidate,
    AlertKind,
    ClauseCode,
    DeskTime,
    MatchDecision,
    MatchOutcome,
    PendingAlert,
    PendingChange,
    PendingKind,
    Reason,
    ReasonClause,
    ReasonClauses,
)
from monitor.model.outcome import deferred_outcome, sent_outcome, suppressed_outcome


def evaluate(case: Case) -> MatchDecision:
    """The decision on one match, with its reason. The ledger of the case is updated with what follows from it."""
    ruling = apply_stages(case)
    ledger, candidate = case.ledger, case.candidate
    if not isinstance(ruling, Suppress) or ruling.is_recorded:
        record = case.record or SubjectRecord(case.key, case.rule.id, case.now)
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
        withdrawn = suppressed_outcome(Reason.WITHDRAWN, ReasonClause(ClauseCode.WITHDRAWN))
        changes = (PendingChange(ruling.withdrawn, None, withdrawn),)
        return MatchDecision(
            case.match, _build_suppressed_outcome(case, ruling), candidate=candidate, pending_changes=changes
        )
    may_list = case.rule.alert.lists_unsure and not case.shadow
    entry = _build_digest_entry(case) if may_list and ruling.is_duplicate and case.uncertainty else None
    if entry is None:
        return MatchDecision(case.match, _build_suppressed_outcome(case, ruling), candidate=candidate)
    case.ledger.add_pending(entry)
    digest_time = DeskTime(entry.due.astimezone(case.context.zone))
    until = ReasonClause(ClauseCode.DOUBT_LISTED_LATER, words=case.uncertainty, at=digest_time)
    outcome = deferred_outcome(Reason.IN_DOUBT, *ruling.why, until)
    return MatchDecision(case.match, outcome, pending=entry, candidate=candidate)


def _build_digest_entry(case: Case) -> PendingAlert | None:
    """The pending alert that lists a suppressed article in the daily digest: once, however many versions it has. It
    does not change the record of the subject that the article was taken for."""
    key = unsure_key(case.rule.id, case.article.source, case.article.uid)
    if key in case.ledger or case.ledger.find_pending(PendingKind.IN_DOUBT, key) is not None:
        return None
    candidate = replace(case.candidate, key=key, uncertainty=case.uncertainty)
    why = (ReasonClause(ClauseCode.SAME_IN_DOUBT, subject=case.display_id, words=case.uncertainty),)
    return build_pending_alert(PendingKind.IN_DOUBT, candidate, why, case.now, next_digest(case.now, case.context.zone))


def _defer_match(case: Case, ruling: Defer) -> MatchDecision:
    candidate, changes = _merge_replaced(case, ruling.replaces)
    pending = build_pending_alert(ruling.kind, candidate, ruling.why, case.now, ruling.due)
    case.ledger.add_pending(pending)
    outcome = deferred_outcome(ruling.kind.reason, *ruling.why, ruling.until)
    return MatchDecision(case.match, outcome, pending=pending, candidate=candidate, pending_changes=changes)


def _issue_alert(case: Case, update: Update | None) -> MatchDecision:
    ledger = case.ledger
    candidate, changes = _merge_replaced(case, update.replaces if update else None)
    alert = build_alert(candidate, ledger, update.why if update else case.first_reason, case.now, update=bool(update))
    ledger.record_alert(candidate, alert, case.now, is_immediate=update is not None and update.is_immediate)
    ledger.record_send(case.rule.id, case.now)
    outcome = sent_outcome(alert.kind.reason, *alert.why)
    return MatchDecision(case.match, outcome, alert, candidate=candidate, pending_changes=changes)


def _merge_replaced(case: Case, replaced: PendingAlert | None) -> tuple[AlertCandidate, tuple[PendingChange, ...]]:
    """The candidate of this case, merged with the pending alert that it replaces, and that change. The replaced alert
    is no longer pending."""
    if replaced is None:
        return case.candidate, ()
    case.ledger.remove_pending(replaced)
    superseded = ReasonClause(ClauseCode.SUPERSEDED, publisher=case.candidate.publisher)
    outcome = suppressed_outcome(Reason.SUPERSEDED, superseded)
    return updates.merge_candidates(replaced.candidate, case.candidate), (PendingChange(replaced, None, outcome),)


def _suppress_in_shadow(case: Case, ruling: Defer | Update | None) -> MatchDecision:
    why = ruling.why if ruling else case.first_reason
    case.ledger.record_alert(case.candidate, None, case.now)
    in_shadow, would_have_sent = _build_shadow_clause(case), ReasonClause(ClauseCode.WOULD_HAVE_SENT)
    outcome = suppressed_outcome(Reason.SHADOW, in_shadow, would_have_sent, case.candidate.evidence_clause, *why)
    return MatchDecision(case.match, outcome, shadow_key=case.key, candidate=case.candidate)


def _build_suppressed_outcome(case: Case, ruling: Suppress) -> MatchOutcome:
    return suppressed_outcome(ruling.reason, *ruling.why, *([_build_shadow_clause(case)] if case.shadow else []))


def _build_shadow_clause(case: Case) -> ReasonClause:
    return ReasonClause(ClauseCode.IN_SHADOW, rule=case.rule.id)


def build_alert(
    candidate: AlertCandidate, ledger: NotificationLedger, why: ReasonClauses, now: datetime, *, update: bool
) -> Alert:
    """The alert that sends a candidate: the first of its subject, or an update. A first one is possibly the same as
    something older if that is sent by now; then it goes into the same thread. Once that doubt is removed, the next one
    is new, in a thread of its own."""
    record = ledger.find_record(candidate.key, now)
    update = update and (record is None or record.last_sent_at is not None)
    number = record.update_count + 1 if update and record is not None else 0
    key = update_key(candidate.key, number, candidate.article) if update else candidate.key
    kind, thread = AlertKind.UPDATE if update else AlertKind.NEW, record.first_alert if record is not None else None
    why = (candidate.evidence_clause, *why)
    if record is not None and record.is_doubt_removed(candidate):
        kind, thread = AlertKind.NEW, None
    elif not update and (predecessor := find_sent_predecessor(candidate, ledger, now)) is not None:
        older, doubt = predecessor
        kind, thread, why = AlertKind.POSSIBLY, older.first_alert, (*why, *doubt)
    return Alert(
        id=alert_id(key),
        dedup_key=key,
        rule=candidate.rule,
        rule_title=candidate.rule_title,
        level=candidate.level,
        at=now,
        why=why,
        routes=candidate.routes,
        story=candidate.story.id,
        article=candidate.article,
        sentence=candidate.sentence,
        highlights=candidate.highlights,
        kind=kind,
        event=candidate.event.id if candidate.event else None,
        thread=thread,
        publisher_count=max(len(record.independent_publishers), 1) if record is not None else 1,
    )
