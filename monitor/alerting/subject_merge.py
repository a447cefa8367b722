"""Merges the pending alerts of two subjects that a person has made one. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, tzinfo

from monitor.alerting.ledger import SubjectRecord
from monitor.alerting.pending_replacement import find_pending_replacement
from monitor.model import AlertPolicy, PendingAlert, PendingKind


def merge_pending(
    alerts: Sequence[PendingAlert], record: SubjectRecord, policy: AlertPolicy, *, now: datetime, zone: tzinfo
) -> PendingAlert | None:
    """The one pending alert of a subject, from all that it has by now; None if they hold nothing new. All have the same
    subject.

    `record`: what was reported and sent of the subject. `policy`: when its rule sends an update.
    """
    first = min(alerts, key=lambda alert: (alert.due, alert.since))
    if record.last_sent_at is not None and first.kind in (PendingKind.HOLD, PendingKind.POSSIBLY):
        first = replace(first, kind=PendingKind.UPDATE)  # of what the other subject sent
    candidates = [alert.candidate for alert in sorted(alerts, key=lambda alert: alert.since)]
    return find_pending_replacement(first, candidates, record, policy, now=now, zone=zone)
