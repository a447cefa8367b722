"""Two subjects that a person has made one: what was heard and told of both, and what waits of both. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, tzinfo

from monitor.alerting.ledger import SubjectRecord
from monitor.alerting.pending_replacement import find_pending_replacement
from monitor.model import AlertPolicy, PendingAlert, PendingKind


def merge_subject_records(account: SubjectRecord, other: SubjectRecord) -> SubjectRecord:
    """The account as if it had heard and told what the other one has, so that nothing of that is told twice."""
    told = [each for each in (account, other) if each.last_sent_at is not None]
    told_voices = dict.fromkeys(
        voice for each in told for voice in each.independent_publishers[: each.publishers_at_last_send]
    )
    voices = tuple(dict.fromkeys((*told_voices, *account.independent_publishers, *other.independent_publishers)))
    facts = dict(account.facts)
    for kind, number in other.facts.items():
        facts[kind] = max(number, facts.get(kind, 0))
    return replace(
        account,
        last_match_at=max(account.last_match_at, other.last_match_at),
        first_alert=account.first_alert or other.first_alert,
        first_sent_at=min((each.first_sent_at for each in told if each.first_sent_at is not None), default=None),
        last_sent_at=max((each.last_sent_at for each in told if each.last_sent_at is not None), default=None),
        update_count=max(account.update_count, other.update_count),  # they are numbered on
        deferred_updates=max(account.deferred_updates, other.deferred_updates),
        level=max((each.level for each in told), key=lambda level: level.rank, default=account.level),
        independent_publishers=voices,
        publishers_at_last_send=len(told_voices),
        facts=facts,
        official=account.official or other.official,
        wire_statuses=tuple(dict.fromkeys((*account.wire_statuses, *other.wire_statuses))),
    )


def merge_pending(
    waits: Sequence[PendingAlert], account: SubjectRecord, policy: AlertPolicy, *, now: datetime, zone: tzinfo
) -> PendingAlert | None:
    """What waits of a subject, of all that waits of it by now; None: nothing of it is new. All name the same subject.

    `account`: what was heard and told of it; `policy`: what its rule tells again.
    """
    first = min(waits, key=lambda each: (each.due, each.since))
    if account.last_sent_at is not None and first.kind is PendingKind.HOLD:
        first = replace(first, kind=PendingKind.UPDATE)  # of what the other one has told
    heard = [each.candidate for each in sorted(waits, key=lambda each: each.since)]
    return find_pending_replacement(first, heard, account, policy, now=now, zone=zone)
