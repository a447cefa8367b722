"""Whether there is something new about a subject that was sent, so that an update is due: each reason that a rule may
name, and the time of the update. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.alerting.ledger import SubjectRecord
from monitor.model import (
    MAX_COOLDOWN,
    AlertCandidate,
    AlertPolicy,
    ClauseCode,
    DeskTime,
    ReasonClause,
    ReasonClauses,
    UpdateTrigger,
)

GROWS = 4  # the cooldown of each update is so many times that of the one before
_NEWS_FACTOR = 1.2  # after "some 600 dead", "620 dead" is no news
_REPORTED_AS_ONE = ("missiles", "aircraft", "ships")
"""A report of such a thing that gives no number is of one: after "a missile", "1 missile" is no news. But nobody need
have died in an explosion, so "1 dead" is."""
CORRECTIONS = ("corrected", "withdrawn")


def find_update_reasons(
    policy: AlertPolicy, candidate: AlertCandidate, record: SubjectRecord
) -> list[tuple[UpdateTrigger, ReasonClause]]:
    """The reasons for which this candidate is worth an update, and what each of them says."""
    return [
        (trigger, why)
        for trigger in UpdateTrigger
        if trigger in policy.again_if
        for why in _FINDERS[trigger](policy, candidate, record)
    ]


def explain_update(
    policy: AlertPolicy, candidate: AlertCandidate, record: SubjectRecord, first: DeskTime
) -> ReasonClauses:
    """Why an update is sent. `first`: when the subject was first sent."""
    reasons = [clause for _, clause in find_update_reasons(policy, candidate, record)]
    return (ReasonClause(ClauseCode.UPDATE), *reasons, ReasonClause(ClauseCode.FIRST_SENT, at=first))


def _find_new_fact(_: AlertPolicy, candidate: AlertCandidate, record: SubjectRecord) -> Iterator[ReasonClause]:
    known = {**dict.fromkeys(_REPORTED_AS_ONE, 1), **record.facts}
    new = tuple((kind, number) for kind, number in candidate.facts if number > _NEWS_FACTOR * known.get(kind, 0))
    if new:
        yield ReasonClause(ClauseCode.NEW_FACTS, facts=new)


def _find_higher_level(_: AlertPolicy, candidate: AlertCandidate, record: SubjectRecord) -> Iterator[ReasonClause]:
    if candidate.level.rank > record.level.rank:
        yield ReasonClause(ClauseCode.LEVEL_RISES, level_before=record.level, level=candidate.level)


def _find_official_source(_: AlertPolicy, candidate: AlertCandidate, record: SubjectRecord) -> Iterator[ReasonClause]:
    if candidate.official and not record.official:
        yield ReasonClause(ClauseCode.OFFICIAL_SOURCE)


def _find_correction(_: AlertPolicy, candidate: AlertCandidate, record: SubjectRecord) -> Iterator[ReasonClause]:
    status = candidate.wire_status
    if status in CORRECTIONS and status not in record.wire_statuses:
        yield ReasonClause(ClauseCode.CORRECTED, wire_status=status)


def _find_more_publishers(policy: AlertPolicy, _: AlertCandidate, record: SubjectRecord) -> Iterator[ReasonClause]:
    more = len(record.independent_publishers) - record.publishers_at_last_send
    if more >= policy.more_publishers:
        yield ReasonClause(ClauseCode.MORE_PUBLISHERS, count=more)


_FINDERS = {
    UpdateTrigger.NEW_FACT: _find_new_fact,
    UpdateTrigger.LEVEL_RISES: _find_higher_level,
    UpdateTrigger.OFFICIAL_SOURCE: _find_official_source,
    UpdateTrigger.CORRECTED: _find_correction,
    UpdateTrigger.MORE_PUBLISHERS: _find_more_publishers,
}
AT_ONCE = frozenset({UpdateTrigger.LEVEL_RISES, UpdateTrigger.CORRECTED})
"""These reach the reader at once: no cooldown delays them."""


SAYS_MORE = AlertPolicy(again_if=frozenset(UpdateTrigger) - {UpdateTrigger.MORE_PUBLISHERS})
"""An update for anything more that an article itself can say."""


def has_new_information(candidate: AlertCandidate, record: SubjectRecord) -> bool:
    """Whether an alert that is pending as the first of its subject would say more with this candidate."""
    return bool(find_update_reasons(SAYS_MORE, candidate, record))


def merge_candidates(before: AlertCandidate, candidate: AlertCandidate) -> AlertCandidate:
    """The later candidate, with all that the earlier one says: once it is sent, nothing of that is news any more."""
    known = dict(before.facts)
    for kind, number in candidate.facts:
        known[kind] = max(number, known.get(kind, 0))
    return replace(
        candidate,
        level=max(before.level, candidate.level, key=lambda level: level.rank),
        facts=tuple(known.items()),
        official=before.official or candidate.official,
        wire_status=before.wire_status
        if before.wire_status in CORRECTIONS and candidate.wire_status not in CORRECTIONS
        else candidate.wire_status,
    )


def current_cooldown(policy: AlertPolicy, record: SubjectRecord) -> timedelta:
    """How long after the last message the next update may be sent at the earliest."""
    if record.deferred_updates >= 10:  # more would overflow
        return MAX_COOLDOWN
    factor: int = GROWS**record.deferred_updates
    return min(policy.cooldown * factor, MAX_COOLDOWN)


def next_update_time(policy: AlertPolicy, record: SubjectRecord, now: datetime) -> datetime:
    """The earliest time of the next update. If the clock was set back, nobody waits longer."""
    return min((record.last_sent_at or now), now) + current_cooldown(policy, record)


def explain_cooldown(policy: AlertPolicy, record: SubjectRecord, at: DeskTime) -> ReasonClause:
    """Until when the cooldown defers an update, and how long that cooldown is."""
    current = current_cooldown(policy, record)
    return ReasonClause(
        ClauseCode.COOLDOWN, at=at, limit=policy.cooldown, age=None if current == policy.cooldown else current
    )
