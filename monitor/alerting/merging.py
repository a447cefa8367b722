"""Two subjects that a person has made one: what was heard and told of both, and what waits of both. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, tzinfo

from monitor.alerting.standing_in import standing_in
from monitor.alerting.told import Account
from monitor.model import AlertPolicy, Waiting, WaitKind


def merge_accounts(account: Account, other: Account) -> Account:
    """The account as if it had heard and told what the other one has, so that nothing of that is told twice."""
    told = [each for each in (account, other) if each.told_at is not None]
    told_voices = dict.fromkeys(voice for each in told for voice in each.voices[: each.told_voices])
    voices = tuple(dict.fromkeys((*told_voices, *account.voices, *other.voices)))
    facts = dict(account.facts)
    for kind, number in other.facts.items():
        facts[kind] = max(number, facts.get(kind, 0))
    return replace(
        account,
        heard_at=max(account.heard_at, other.heard_at),
        alert=account.alert or other.alert,
        first_at=min((each.first_at for each in told if each.first_at is not None), default=None),
        told_at=max((each.told_at for each in told if each.told_at is not None), default=None),
        updates=max(account.updates, other.updates),  # they are numbered on
        waited=max(account.waited, other.waited),
        level=max((each.level for each in told), key=lambda level: level.rank, default=account.level),
        voices=voices,
        told_voices=len(told_voices),
        facts=facts,
        official=account.official or other.official,
        marks=tuple(dict.fromkeys((*account.marks, *other.marks))),
    )


def merge_waiting(
    waits: Sequence[Waiting], account: Account, policy: AlertPolicy, *, now: datetime, zone: tzinfo
) -> Waiting | None:
    """What waits of a subject, of all that waits of it by now; None: nothing of it is new. All name the same subject.

    `account`: what was heard and told of it; `policy`: what its rule tells again.
    """
    first = min(waits, key=lambda each: (each.due, each.since))
    if account.told_at is not None and first.kind is WaitKind.HOLD:
        first = replace(first, kind=WaitKind.UPDATE)  # of what the other one has told
    heard = [each.hearing for each in sorted(waits, key=lambda each: each.since)]
    return standing_in(first, heard, account, policy, now=now, zone=zone)
