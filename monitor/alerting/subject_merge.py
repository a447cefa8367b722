"""Merges two subjects that a person has made one: their records, and their pending alerts. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, tzinfo

from monitor.alerting.ledger import SubjectRecord
from monitor.alerting.pending_replacement import find_pending_replacement
from monitor.model import AlertPolicy, PendingAlert, PendingKind


def merge_subject_records(record: SubjectRecord, other: SubjectRecord) -> SubjectRecord:
    """The record as if everything of `other` had happened to it too, so that nothing of that is sent twice."""
    sent = [subject for subject in (record, other) if subject.last_sent_at is not None]
    sent_publishers = dict.fromkeys(
        publisher for subject in sent for publisher in subject.independent_publishers[: subject.publishers_at_last_send]
    )
    publishers = tuple(dict.fromkeys((*sent_publishers, *record.independent_publishers, *other.independent_publishers)))
    facts = dict(record.facts)
    for kind, number in other.facts.items():
        facts[kind] = max(number, facts.get(kind, 0))
    return replace(
        record,
        last_match_at=max(record.last_match_at, other.last_match_at),
        first_alert=record.first_alert or other.first_alert,
        first_sent_at=min(
            (subject.first_sent_at for subject in sent if subject.first_sent_at is not None), default=None
        ),
        last_sent_at=max((subject.last_sent_at for subject in sent if subject.last_sent_at is not None), default=None),
        update_count=max(record.update_count, other.update_count),  # the numbering goes on
        deferred_updates=max(record.deferred_updates, other.deferred_updates),
        level=max((subject.level for subject in sent), key=lambda level: level.rank, default=record.level),
        independent_publishers=publishers,
        publishers_at_last_send=len(sent_publishers),
        facts=facts,
        official=record.official or other.official,
        wire_statuses=tuple(dict.fromkeys((*record.wire_statuses, *other.wire_statuses))),
    )


def merge_pending(
    alerts: Sequence[PendingAlert], record: SubjectRecord, policy: AlertPolicy, *, now: datetime, zone: tzinfo
) -> PendingAlert | None:
    """The one pending alert of a subject, from all that it has by now; None if they hold nothing new. All have the same
    subject.

    `record`: what was reported and sent of the subject. `policy`: when its rule sends an update.
    """
    first = min(alerts, key=lambda alert: (alert.due, alert.since))
    if record.last_sent_at is not None and first.kind is PendingKind.HOLD:
        first = replace(first, kind=PendingKind.UPDATE)  # of what the other subject sent
    candidates = [alert.candidate for alert in sorted(alerts, key=lambda alert: alert.since)]
    return find_pending_replacement(first, candidates, record, policy, now=now, zone=zone)
