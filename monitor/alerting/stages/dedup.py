"""Was it sent before, or is it deferred already? Then: is there something new, so that an update is due? Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from monitor.alerting import updates
from monitor.alerting.case import Case
from monitor.alerting.doubt import find_sent_predecessor
from monitor.alerting.ledger import SubjectRecord
from monitor.alerting.stages.ruling import Defer, Ruling, Suppress, Update
from monitor.alerting.subject_keys import older_subject
from monitor.model import (
    ClauseCode,
    PendingAlert,
    PendingKind,
    Reason,
    ReasonClause,
    ReasonClauses,
    UpdateTrigger,
)

_FIRST_ALERTS = (PendingKind.HOLD, PendingKind.RATE_LIMIT, PendingKind.POSSIBLY, PendingKind.CATCH_UP)


def check_duplicate(case: Case) -> Ruling:
    ruling = _check_sent_or_deferred(case)
    return replace(ruling, is_duplicate=ruling.withdrawn is None) if isinstance(ruling, Suppress) else ruling


def _check_sent_or_deferred(case: Case) -> Ruling:
    record = case.record
    if record is None or record.last_sent_at is None:
        return (
            _check_already_deferred(case, [case.key])
            or _check_sent_long_ago(case)
            or _check_already_deferred(case, case.possible_keys)
        )
    if case.shadow and case.subject_key in case.ledger:  # the record from when the rule was live says more
        return _check_sent_long_ago(case)
    candidate, policy = case.candidate, case.rule.alert
    predecessor = find_sent_predecessor(candidate, case.ledger, case.now)
    # in doubt, only what is new to both events is news
    known = (record.with_news_of(predecessor[0]) if predecessor else record).after_match(candidate, case.now)
    before = _find_pending(case, case.own_keys, PendingKind.RATE_LIMIT, PendingKind.UPDATE)
    reasons = updates.find_update_reasons(
        policy, candidate, known.after_send(before.candidate, case.now, None) if before else known
    )
    is_sure_now = record.is_doubt_removed(candidate)
    if not reasons and not is_sure_now:
        return _suppress_without_news(case, record, before)
    merged = updates.merge_candidates(before.candidate, candidate) if before else candidate
    first = case.desk_time(record.first_sent_at or record.last_sent_at)
    why = _explain_certainty(case) if is_sure_now else updates.explain_update(policy, merged, known, first)
    if is_sure_now or any(reason in updates.AT_ONCE for reason, _ in reasons):
        return Update(why, before, is_immediate=True)
    if before is not None and before.kind is PendingKind.RATE_LIMIT:
        until = ReasonClause(ClauseCode.SAYS_MORE, at=case.desk_time(before.due))
        return Defer(before.kind, before.due, why, until, before)
    return _update_after_cooldown(case, record, why, before)


def _update_after_cooldown(
    case: Case, record: SubjectRecord, why: ReasonClauses, before: PendingAlert | None
) -> Update | Defer:
    """An update as soon as the cooldown is over. A cooldown that was shortened since `before` was deferred counts for
    both; one that was lengthened counts for later updates only."""
    policy = case.rule.alert
    by_cooldown = updates.next_update_time(policy, record, case.now)
    due = by_cooldown if before is None else min(before.due, by_cooldown)
    if case.now >= due:
        return Update(why, before)
    at = case.desk_time(due)
    until = (
        updates.explain_cooldown(policy, record, at) if due == by_cooldown else ReasonClause(ClauseCode.COOLDOWN, at=at)
    )
    return Defer(PendingKind.UPDATE, due, why, until, before)


def _suppress_without_news(case: Case, record: SubjectRecord, before: PendingAlert | None) -> Suppress:
    """The ruling if there is nothing new compared with what was sent and with the update that is pending."""
    if before is not None and _is_withdrawal(case, before):
        withdrawn = (ReasonClause(ClauseCode.UPDATE_WITHDRAWN),)
        return Suppress(Reason.WITHDRAWN, withdrawn, is_recorded=True, withdrawn=before)
    why = _explain_already_sent(case, record)
    if before is not None:
        why = (*why, ReasonClause(ClauseCode.UPDATE_DEFERRED, at=case.desk_time(before.due)))
    return Suppress(Reason.ALREADY_SENT, why, is_recorded=True)


def _is_withdrawal(case: Case, pending: PendingAlert) -> bool:
    """Whether the publisher of the pending alert withdraws it. Another publisher's headline may only sound like
    that."""
    return (
        case.wire_status == "withdrawn"
        and case.candidate.independent_publisher == pending.candidate.independent_publisher
    )


def _find_pending(case: Case, keys: Iterable[str], *kinds: PendingKind) -> PendingAlert | None:
    """The first pending alert of these kinds under these keys."""
    found = (case.ledger.find_pending(kind, key) for key in keys for kind in kinds)
    return next((pending for pending in found if pending is not None), None)


def _check_sent_long_ago(case: Case) -> Ruling:
    if case.was_sent_before:
        in_shadow = case.shadow and case.subject_key not in case.ledger
        code = ClauseCode.SENT_BEFORE_IN_SHADOW if in_shadow else ClauseCode.SENT_BEFORE
        return Suppress(Reason.ALREADY_SENT, (case.subject_clause(code),))
    return None


def _check_already_deferred(case: Case, keys: Iterable[str]) -> Ruling:
    pending = _find_pending(case, keys, *_FIRST_ALERTS)
    if pending is None:
        return None
    records = [record for key in case.possible_keys if (record := case.ledger.find_record(key, case.now)) is not None]
    is_only_report = {publisher for record in records for publisher in record.independent_publishers} == {
        pending.candidate.independent_publisher
    }
    if is_only_report and _is_withdrawal(case, pending):  # what others have reported too is not withdrawn
        withdrawn = (ReasonClause(ClauseCode.WITHDRAWN),)
        return Suppress(Reason.WITHDRAWN, withdrawn, is_recorded=True, withdrawn=pending)
    was_in_doubt = older_subject(pending.candidate) is not None and older_subject(case.candidate) is None
    if was_in_doubt and pending.kind is PendingKind.POSSIBLY:
        return Update(_explain_certainty(case), pending)
    if was_in_doubt or (
        case.wire_status != "withdrawn"
        and updates.has_new_information(
            case.candidate,
            SubjectRecord(case.key, case.rule.id, case.now).after_send(pending.candidate, case.now, None),
        )
    ):
        until = ReasonClause(ClauseCode.SAYS_MORE, at=case.desk_time(pending.due))
        return Defer(pending.kind, pending.due, pending.why, until, pending)
    why = case.subject_clause(ClauseCode.ALREADY_DEFERRED, pending.due)
    return Suppress(Reason.ALREADY_DEFERRED, (why, *_explain_joining(case)), is_recorded=True)


def _explain_already_sent(case: Case, record: SubjectRecord) -> ReasonClauses:
    code, policy = ClauseCode.SENT_AT_IN_SHADOW if case.shadow else ClauseCode.SENT_AT, case.rule.alert
    sent = case.subject_clause(code, record.last_sent_at or case.now)
    triggers = tuple(trigger for trigger in UpdateTrigger if trigger in policy.again_if)
    again = ReasonClause(ClauseCode.SENT_AGAIN_IF, triggers=triggers, count=policy.more_publishers)
    return (sent, *_explain_joining(case), *([again] if triggers else []))


def _explain_certainty(case: Case) -> ReasonClauses:
    """Why it is sent as new, although it was sent or is pending as possibly the same as something older."""
    return (*case.first_reason, *_explain_joining(case))


def _explain_joining(case: Case) -> ReasonClauses:
    return (ReasonClause(ClauseCode.JOINED, words=case.join_reason),) if case.join_reason else ()
