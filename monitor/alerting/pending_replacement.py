"""Replaces a pending alert whose article has left: another article that reported the same to the rule takes its place.
Pure.

The result is what would be pending if the article that left had never come. What only that article said is not sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo

from monitor.alerting import updates
from monitor.alerting.ledger import SubjectRecord
from monitor.alerting.pending import build_pending_alert
from monitor.model import AlertCandidate, AlertPolicy, PendingAlert, time_of_day


def find_pending_replacement(
    pending: PendingAlert,
    candidates: Sequence[AlertCandidate],
    record: SubjectRecord,
    policy: AlertPolicy,
    *,
    now: datetime,
    zone: tzinfo,
) -> PendingAlert | None:
    """The pending alert that takes the place of `pending`; None if nothing is left to send.

    `candidates`: the subject's other candidates that were not sent, in their order. `record`: what was reported and
    sent of the subject. `policy`: when its rule sends an update.
    """
    first_at = record.first_sent_at
    if first_at is None:
        combined = _combine_first_report(candidates, now)
        return None if combined is None else build_pending_alert(pending.kind, combined, pending.why, now, pending.due)
    combined = _combine_update(candidates, record, policy, now)
    if combined is None:
        return None
    why = updates.explain_update(policy, combined, record, time_of_day(first_at, zone, now))
    return build_pending_alert(pending.kind, combined, why, now, pending.due)


def _combine_first_report(candidates: Sequence[AlertCandidate], now: datetime) -> AlertCandidate | None:
    """The first alert of a subject: the candidate that says most, and none that withdraws it."""
    combined: AlertCandidate | None = None
    for candidate in candidates:
        if candidate.wire_status == "withdrawn":
            continue
        empty_record = SubjectRecord(candidate.key, candidate.rule, now)
        if combined is None:
            combined = candidate
        elif updates.has_new_information(candidate, empty_record.after_send(combined, now, None)):
            combined = updates.merge_candidates(combined, candidate)
    return combined


def _combine_update(
    candidates: Sequence[AlertCandidate], record: SubjectRecord, policy: AlertPolicy, now: datetime
) -> AlertCandidate | None:
    """The update of a subject: what is new compared with what was sent, and with the candidates before."""
    combined: AlertCandidate | None = None
    for candidate in candidates:
        known = record if combined is None else record.after_send(combined, now, None)
        if updates.find_update_reasons(policy, candidate, known):
            combined = candidate if combined is None else updates.merge_candidates(combined, candidate)
    return combined
