"""After an edit that shortens a rule's cooldown: the updates that were deferred before it are due sooner. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, tzinfo

from monitor.alerting import updates
from monitor.alerting.ledger import NotificationLedger, SubjectRecord
from monitor.model import AlertPolicy, DeskTime, PendingAlert, PendingChange, PendingKind, Rule
from monitor.model.outcome import deferred_outcome


def find_earlier_time(policy: AlertPolicy, due: datetime, record: SubjectRecord, now: datetime) -> datetime | None:
    """When an update is due by the cooldown that its rule has now; None if that is not sooner than `due`."""
    by_cooldown = updates.next_update_time(policy, record, now)
    return by_cooldown if by_cooldown < due else None


def advance_updates(
    pending: Iterable[PendingAlert], rules: Mapping[str, Rule], ledger: NotificationLedger, now: datetime, zone: tzinfo
) -> Iterator[PendingChange]:
    """The updates among these pending alerts that are due sooner now, each with its new time. `ledger` is updated with
    them. `zone`: of the desk."""
    for before in pending:
        rule, record = rules.get(before.candidate.rule), ledger.find_record(before.candidate.key, now)
        if before.kind is not PendingKind.UPDATE or rule is None or record is None:
            continue
        due = find_earlier_time(rule.alert, before.due, record, now)
        if due is None:
            continue
        after = replace(before, due=due)
        ledger.add_pending(after)
        until = updates.explain_cooldown(rule.alert, record, DeskTime.from_moment(due, zone, now))
        yield PendingChange(before, after, deferred_outcome(before.kind.reason, *before.why, until))
