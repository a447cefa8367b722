"""What waits to be told, after its article has left: another article in which the rule heard the same stands in. Pure.

It is what would wait if the one that left had never come: nothing that only that one said is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo

from monitor.alerting import updates
from monitor.alerting.ledger import SubjectRecord
from monitor.alerting.pending import build_pending_alert
from monitor.model import AlertCandidate, AlertPolicy, PendingAlert, time_of_day


def find_pending_replacement(
    waits: PendingAlert,
    heard: Sequence[AlertCandidate],
    account: SubjectRecord,
    policy: AlertPolicy,
    *,
    now: datetime,
    zone: tzinfo,
) -> PendingAlert | None:
    """What waits in its place, of what was heard and not told, in its order; None: of that nothing is to be told.

    `account`: what was heard and told of the subject; `policy`: what its rule tells again.
    """
    first_at = account.first_sent_at
    if first_at is None:
        said = _combine_first_report(heard, now)
        return None if said is None else build_pending_alert(waits.kind, said, waits.why, now, waits.due)
    said = _combine_update(heard, account, policy, now)
    if said is None:
        return None
    why = updates.explain_update(policy, said, account, time_of_day(first_at, zone, now))
    return build_pending_alert(waits.kind, said, why, now, waits.due)


def _combine_first_report(heard: Sequence[AlertCandidate], now: datetime) -> AlertCandidate | None:
    """What is told first of a subject: what says most, and nothing that takes it back."""
    said: AlertCandidate | None = None
    for each in heard:
        if each.wire_status == "withdrawn":
            continue
        nothing = SubjectRecord(each.key, each.rule, now)
        if said is None:
            said = each
        elif updates.has_new_information(each, nothing.after_send(said, now, None)):
            said = updates.merge_candidates(said, each)
    return said


def _combine_update(
    heard: Sequence[AlertCandidate], account: SubjectRecord, policy: AlertPolicy, now: datetime
) -> AlertCandidate | None:
    """What is told again of it: what is new against what was told, and against each other."""
    said: AlertCandidate | None = None
    for each in heard:
        known = account if said is None else account.after_send(said, now, None)
        if updates.find_update_reasons(policy, each, known):
            said = each if said is None else updates.merge_candidates(said, each)
    return said
