"""Whether a story that was told is worth an update: each reason that a rule may give, and when it is due. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.alerting.ledger import SubjectRecord
from monitor.model import AlertCandidate, AlertPolicy, UpdateTrigger

GROWS = 4  # each update waits so many times as long as the one before
LONGEST = timedelta(days=7)  # no update waits longer
_MORE = 1.2  # of "about 600 km" and "620 km" the second is no news
CORRECTIONS = ("corrected", "withdrawn")


def find_update_reasons(
    policy: AlertPolicy, hearing: AlertCandidate, account: SubjectRecord
) -> list[tuple[UpdateTrigger, str]]:
    """What in this article is worth an update of what was told, in words."""
    return [
        (again, why)
        for again in UpdateTrigger
        if again in policy.again_if
        for why in _WHY[again](policy, hearing, account)
    ]


def explain_update(policy: AlertPolicy, hearing: AlertCandidate, account: SubjectRecord, first: str) -> str:
    """Why it is told again; `first`: when it was told first, as people read it."""
    return f"update: {'; '.join(words for _, words in find_update_reasons(policy, hearing, account))}; first sent at {first}"


def _new_fact(_: AlertPolicy, hearing: AlertCandidate, account: SubjectRecord) -> Iterator[str]:
    new = [(kind, number) for kind, number in hearing.facts if number > _MORE * account.facts.get(kind, 0)]
    if new:
        yield "new fact: " + ", ".join(f"{number:,} {kind}" for kind, number in new)


def _level_rises(_: AlertPolicy, hearing: AlertCandidate, account: SubjectRecord) -> Iterator[str]:
    if hearing.level.rank > account.level.rank:
        yield f"the level rises from {account.level} to {hearing.level}"


def _find_official_source(_: AlertPolicy, hearing: AlertCandidate, account: SubjectRecord) -> Iterator[str]:
    if hearing.official and not account.official:
        yield "an official source reports it"


def _find_correction(_: AlertPolicy, hearing: AlertCandidate, account: SubjectRecord) -> Iterator[str]:
    if hearing.wire_status in CORRECTIONS and hearing.wire_status not in account.wire_statuses:
        yield f"it was {hearing.wire_status}"


def _more_publishers(policy: AlertPolicy, _: AlertCandidate, account: SubjectRecord) -> Iterator[str]:
    more = len(account.independent_publishers) - account.publishers_at_last_send
    if more >= policy.more_publishers:
        yield f"{more} more independent publishers"


_WHY = {
    UpdateTrigger.NEW_FACT: _new_fact,
    UpdateTrigger.LEVEL_RISES: _level_rises,
    UpdateTrigger.OFFICIAL_SOURCE: _find_official_source,
    UpdateTrigger.CORRECTED: _find_correction,
    UpdateTrigger.MORE_PUBLISHERS: _more_publishers,
}
AT_ONCE = frozenset({UpdateTrigger.LEVEL_RISES, UpdateTrigger.CORRECTED})
"""What a reader must not wait for: no cooldown holds it."""


SAYS_MORE = AlertPolicy(again_if=frozenset(UpdateTrigger) - {UpdateTrigger.MORE_PUBLISHERS})
"""Whatever an article itself may say more."""


def has_new_information(hearing: AlertCandidate, account: SubjectRecord) -> bool:
    """Whether what waits to be told for the first time says more with this article's words."""
    return bool(find_update_reasons(SAYS_MORE, hearing, account))


def merge_candidates(before: AlertCandidate, hearing: AlertCandidate) -> AlertCandidate:
    """What is heard last, standing for all that waits: when it is told, nothing of that is news any more."""
    known = dict(before.facts)
    for kind, number in hearing.facts:
        known[kind] = max(number, known.get(kind, 0))
    return replace(
        hearing,
        level=max(before.level, hearing.level, key=lambda level: level.rank),
        facts=tuple(known.items()),
        official=before.official or hearing.official,
        wire_status=before.wire_status
        if before.wire_status in CORRECTIONS and hearing.wire_status not in CORRECTIONS
        else hearing.wire_status,
    )


def next_update_time(policy: AlertPolicy, account: SubjectRecord, now: datetime) -> datetime:
    """When the next update may be told at the earliest. A clock that went back makes nobody wait longer."""
    wait = min(policy.cooldown * GROWS**account.deferred_updates, LONGEST) if account.deferred_updates < 10 else LONGEST
    return min((account.last_sent_at or now), now) + wait
