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
    account = case.record
    if account is None or account.last_sent_at is None:
        return (
            _check_already_deferred(case, [case.key])
            or _check_sent_long_ago(case)
            or _check_already_deferred(case, case.possible_keys)
        )
    if case.shadow and case.subject_key in case.ledger:  # what it told while it was live says more
        return _check_sent_long_ago(case)
    heard, hearing, policy = account.after_match(case.candidate, case.now), case.candidate, case.rule.alert
    before = _find_pending(case, [case.key], PendingKind.RATE_LIMIT, PendingKind.UPDATE)
    new = updates.find_update_reasons(
        policy, hearing, heard.after_send(before.candidate, case.now, None) if before else heard
    )
    if not new:
        return _nothing_new(case, account, before)
    why = _explain_update(case, account, updates.merge_candidates(before.candidate, hearing) if before else hearing)
    if any(reason in updates.AT_ONCE for reason, _ in new):
        return Update(why, before, is_immediate=True)
    due = before.due if before else updates.next_update_time(policy, account, case.now)
    if before is None and case.now >= due:
        return Update(why)
    return Defer(
        before.kind if before else PendingKind.UPDATE, due, why, f"no update before {case.format_time(due)}", before
    )


def _nothing_new(case: Case, account: SubjectRecord, before: PendingAlert | None) -> Suppress:
    """Of what was told, and of the update that waits."""
    if before is not None and _is_withdrawal(case, before):
        withdrawn = "it was withdrawn before the update was sent"
        return Suppress(Reason.WITHDRAWN, withdrawn, is_recorded=True, withdrawn=before)
    waits = f"; an update is deferred until {case.format_time(before.due)}" if before else ""
    return Suppress(Reason.ALREADY_SENT, f"{_explain_already_sent(case, account)}{waits}", is_recorded=True)


def _is_withdrawal(case: Case, waits: PendingAlert) -> bool:
    """Whether what waits is taken back by who has told it: another's headline may only sound so."""
    return (
        case.wire_status == "withdrawn"
        and case.candidate.independent_publisher == waits.candidate.independent_publisher
    )


def _explain_update(case: Case, account: SubjectRecord, hearing: AlertCandidate) -> str:
    """Why it is told again."""
    first = case.format_time(account.first_sent_at or account.last_sent_at or case.now)
    return updates.explain_update(case.rule.alert, hearing, account.after_match(case.candidate, case.now), first)


def _find_pending(case: Case, keys: Iterable[str], *kinds: PendingKind) -> PendingAlert | None:
    """What waits under one of these keys, as one of these kinds."""
    found = (case.ledger.find_pending(kind, key) for key in keys for kind in kinds)
    return next((each for each in found if each is not None), None)


def _check_sent_long_ago(case: Case) -> Ruling:
    if case.was_sent_before:
        verb = "would have sent" if case.shadow and case.subject_key not in case.ledger else "sent"
        return Suppress(
            Reason.ALREADY_SENT, f"{case.rule.id} {verb} {case.subject_in_words} already ({case.display_id})"
        )
    return None


def _check_already_deferred(case: Case, keys: Iterable[str]) -> Ruling:
    waits = _find_pending(case, keys, PendingKind.HOLD, PendingKind.RATE_LIMIT, PendingKind.CATCH_UP)
    if waits is None:
        return None
    accounts = [
        account for key in case.possible_keys if (account := case.ledger.find_record(key, case.now)) is not None
    ]
    alone = {voice for account in accounts for voice in account.independent_publishers} == {
        waits.candidate.independent_publisher
    }
    if alone and _is_withdrawal(case, waits):  # what others have reported too stands
        return Suppress(Reason.WITHDRAWN, "it was withdrawn before it was sent", is_recorded=True, withdrawn=waits)
    if case.wire_status != "withdrawn" and updates.has_new_information(
        case.candidate, SubjectRecord(case.key, case.rule.id, case.now).after_send(waits.candidate, case.now, None)
    ):
        return Defer(
            waits.kind,
            waits.due,
            waits.why,
            f"it says more than what was deferred, until {case.format_time(waits.due)}",
            waits,
        )
    why = f"{case.subject_in_words} is deferred until {case.format_time(waits.due)} ({case.display_id}){_explain_joining(case)}"
    return Suppress(Reason.ALREADY_DEFERRED, why, is_recorded=True)


def _explain_already_sent(case: Case, account: SubjectRecord) -> str:
    told_at = account.last_sent_at or case.now
    verb = "would have sent" if case.shadow else "sent"
    sent = f"{case.rule.id} {verb} {case.subject_in_words} at {case.format_time(told_at)} ({case.display_id})"
    return f"{sent}{_explain_joining(case)}{_explain_again_if(case.rule)}"


def _explain_joining(case: Case) -> str:
    return f"; {case.join_reason}" if case.join_reason else ""


def _explain_again_if(rule: Rule) -> str:
    named = again_in_words(rule.alert)
    return f"; sent again if: {named}" if named else ""
