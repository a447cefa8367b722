"""Was it sent before, or is it deferred already? Then: is there something new, so that an update is due? Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from monitor.alerting import updates
from monitor.alerting.case import Case
from monitor.alerting.ledger import SubjectRecord
from monitor.alerting.stages.ruling import Defer, Ruling, Suppress, Update
from monitor.alerting.wording import again_in_words
from monitor.model import AlertCandidate, PendingAlert, PendingKind, Reason, Rule


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
    with_article, candidate, policy = record.after_match(case.candidate, case.now), case.candidate, case.rule.alert
    before = _find_pending(case, [case.key], PendingKind.RATE_LIMIT, PendingKind.UPDATE)
    reasons = updates.find_update_reasons(
        policy, candidate, with_article.after_send(before.candidate, case.now, None) if before else with_article
    )
    if not reasons:
        return _suppress_without_news(case, record, before)
    why = _explain_update(case, record, updates.merge_candidates(before.candidate, candidate) if before else candidate)
    if any(reason in updates.AT_ONCE for reason, _ in reasons):
        return Update(why, before, is_immediate=True)
    due = before.due if before else updates.next_update_time(policy, record, case.now)
    if before is None and case.now >= due:
        return Update(why)
    return Defer(
        before.kind if before else PendingKind.UPDATE, due, why, f"no update before {case.format_time(due)}", before
    )


def _suppress_without_news(case: Case, record: SubjectRecord, before: PendingAlert | None) -> Suppress:
    """The ruling if there is nothing new compared with what was sent and with the update that is pending."""
    if before is not None and _is_withdrawal(case, before):
        withdrawn = "it was withdrawn before the update was sent"
        return Suppress(Reason.WITHDRAWN, withdrawn, is_recorded=True, withdrawn=before)
    deferred = f"; an update is deferred until {case.format_time(before.due)}" if before else ""
    return Suppress(Reason.ALREADY_SENT, f"{_explain_already_sent(case, record)}{deferred}", is_recorded=True)


def _is_withdrawal(case: Case, pending: PendingAlert) -> bool:
    """Whether the publisher of the pending alert withdraws it. Another publisher's headline may only sound like
    that."""
    return (
        case.wire_status == "withdrawn"
        and case.candidate.independent_publisher == pending.candidate.independent_publisher
    )


def _explain_update(case: Case, record: SubjectRecord, candidate: AlertCandidate) -> str:
    """Why an update is sent."""
    first = case.format_time(record.first_sent_at or record.last_sent_at or case.now)
    return updates.explain_update(case.rule.alert, candidate, record.after_match(case.candidate, case.now), first)


def _find_pending(case: Case, keys: Iterable[str], *kinds: PendingKind) -> PendingAlert | None:
    """The first pending alert of these kinds under these keys."""
    found = (case.ledger.find_pending(kind, key) for key in keys for kind in kinds)
    return next((pending for pending in found if pending is not None), None)


def _check_sent_long_ago(case: Case) -> Ruling:
    if case.was_sent_before:
        verb = "would have sent" if case.shadow and case.subject_key not in case.ledger else "sent"
        return Suppress(
            Reason.ALREADY_SENT, f"{case.rule.id} {verb} {case.subject_in_words} already ({case.display_id})"
        )
    return None


def _check_already_deferred(case: Case, keys: Iterable[str]) -> Ruling:
    pending = _find_pending(case, keys, PendingKind.HOLD, PendingKind.RATE_LIMIT, PendingKind.CATCH_UP)
    if pending is None:
        return None
    records = [record for key in case.possible_keys if (record := case.ledger.find_record(key, case.now)) is not None]
    is_only_report = {publisher for record in records for publisher in record.independent_publishers} == {
        pending.candidate.independent_publisher
    }
    if is_only_report and _is_withdrawal(case, pending):  # what others have reported too is not withdrawn
        return Suppress(Reason.WITHDRAWN, "it was withdrawn before it was sent", is_recorded=True, withdrawn=pending)
    if case.wire_status != "withdrawn" and updates.has_new_information(
        case.candidate, SubjectRecord(case.key, case.rule.id, case.now).after_send(pending.candidate, case.now, None)
    ):
        return Defer(
            pending.kind,
            pending.due,
            pending.why,
            f"it says more than what was deferred, until {case.format_time(pending.due)}",
            pending,
        )
    why = f"{case.subject_in_words} is deferred until {case.format_time(pending.due)} ({case.display_id})"
    return Suppress(Reason.ALREADY_DEFERRED, f"{why}{_explain_joining(case)}", is_recorded=True)


def _explain_already_sent(case: Case, record: SubjectRecord) -> str:
    sent_at = record.last_sent_at or case.now
    verb = "would have sent" if case.shadow else "sent"
    sent = f"{case.rule.id} {verb} {case.subject_in_words} at {case.format_time(sent_at)} ({case.display_id})"
    return f"{sent}{_explain_joining(case)}{_explain_again_if(case.rule)}"


def _explain_joining(case: Case) -> str:
    return f"; {case.join_reason}" if case.join_reason else ""


def _explain_again_if(rule: Rule) -> str:
    triggers = again_in_words(rule.alert)
    return f"; sent again if: {triggers}" if triggers else ""
