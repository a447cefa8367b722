"""What falls due with time alone: what waited is told, alone or together with what waited for the same. Pure.

It was decided when it began to wait, and is not judged again, but for what other messages have told in the meantime: a
mention is no news of what was told since, and an hour may be full.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.alerting.evaluation import build_alert, find_sent_predecessor
from monitor.alerting.ledger import NotificationLedger
from monitor.alerting.pending import build_pending_alert, is_due
from monitor.alerting.stages.rate_limit import defer_if_rate_limited
from monitor.alerting.subject_keys import article_key, event_key, older_subject, story_key
from monitor.alerting.wording import alert_id, format_count
from monitor.model import (
    Alert,
    AlertCandidate,
    AlertKind,
    Item,
    Level,
    PendingAlert,
    PendingChange,
    PendingKind,
    Reason,
    Rule,
    RuleStatus,
)
from monitor.model.outcome import deferred_outcome, suppressed_outcome

_DIGESTS = {
    PendingKind.MENTION: ("story", "only mentioned"),
    PendingKind.IN_DOUBT: ("article", "suppressed as the same although something is not known"),
    PendingKind.RATE_LIMIT: ("story", "beyond the messages of an hour"),
    PendingKind.CATCH_UP: ("story", "that could not be polled in time"),
}
_OF_A_RULE = (PendingKind.RATE_LIMIT, PendingKind.IN_DOUBT)  # each rule has a digest of its own
_NO_NEWS = (PendingKind.MENTION, PendingKind.IN_DOUBT)  # however high the level of what is in it


@dataclass(frozen=True, slots=True)
class ReleasedAlert:
    """An alert that tells what waited."""

    alert: Alert
    pending: tuple[PendingAlert, ...]


def release_due(
    rules: Mapping[str, Rule], told: NotificationLedger, now: datetime
) -> tuple[list[ReleasedAlert], list[PendingChange]]:
    """What is told now of what waits; `told` is advanced by it."""
    tellings: list[ReleasedAlert] = []
    moved: list[PendingChange] = []
    digested: list[PendingAlert] = []
    for each in _sort_due(_select_due(told, now)):
        rule = rules.get(each.candidate.rule)  # one that has left the config since is told all the same
        not_now = _change_if_blocked(each, rule, told, now)
        if not_now is not None:
            told.remove_pending(each.id)
            if not_now.after is not None:
                told.add_pending(not_now.after)
            moved.append(not_now)
        elif each.kind.is_digested:
            digested.append(each)
        else:
            tellings.append(_release_alone(each, told, now))
    tellings += [_release_digest(some, told, now) for some in _group_digests(digested)]
    return tellings, moved


def _select_due(told: NotificationLedger, now: datetime) -> list[PendingAlert]:
    """What it is time for. What was missed is told together, as soon as the first of it is due."""
    due = {each.id for each in told.pending if is_due(each, now)}
    missed = any(each.kind is PendingKind.CATCH_UP and each.id in due for each in told.pending)
    return [each for each in told.pending if each.id in due or (missed and each.kind is PendingKind.CATCH_UP)]


def _sort_due(due: Iterable[PendingAlert]) -> list[PendingAlert]:
    """What is possibly the same as something older comes behind that, also where both began to wait at once; what goes
    into digests comes last."""
    by_time = sorted(due, key=lambda each: (each.kind.is_digested, each.due, each.since, each.id))
    of_key = {each.candidate.key: each for each in by_time}
    return sorted(
        by_time, key=lambda each: (each.kind.is_digested, each.due, each.since, _count_predecessors(each, of_key))
    )


def _count_predecessors(each: PendingAlert, of_key: Mapping[str, PendingAlert]) -> int:
    """Behind how many others it comes, each possibly the same as the next."""
    seen: dict[str, PendingAlert] = {}
    at: PendingAlert | None = each
    while at is not None and at.candidate.key not in seen:
        seen[at.candidate.key] = at
        older = older_subject(at.candidate)
        at = None if older is None else of_key.get(older[0])
    return len(seen)


def _change_if_blocked(
    each: PendingAlert, rule: Rule | None, told: NotificationLedger, now: datetime
) -> PendingChange | None:
    """Why it is not told now, though it is time."""
    if rule is not None and rule.status is RuleStatus.SHADOW:
        return PendingChange(
            each, None, suppressed_outcome(Reason.SHADOW, f"{rule.id} was put in shadow before it was sent")
        )
    if each.kind is PendingKind.MENTION:
        known = any(key in told for key in _list_subject_keys(each.candidate))
        since = suppressed_outcome(Reason.MENTION, f"{each.why}, and {each.candidate.rule} has sent it since")
        return PendingChange(each, None, since) if known else None
    full = None if rule is None or each.kind.is_digested else defer_if_rate_limited(rule, told, now, each.why)
    if full is None:
        return None
    on = build_pending_alert(full.kind, each.candidate, each.why, now, full.due)
    return PendingChange(each, on, deferred_outcome(full.kind.reason, f"{full.why}; {full.until}"))


def list_ledger_keys(hearing: AlertCandidate) -> Iterator[str]:
    """The keys that are asked about when it falls due."""
    yield hearing.key
    yield from _list_subject_keys(hearing)
    if (older := older_subject(hearing)) is not None:
        yield older[0]


def _list_subject_keys(hearing: AlertCandidate) -> Iterator[str]:
    """Under which keys a rule may have told what it mentioned."""
    yield article_key(hearing.rule, hearing.article.source, hearing.article.uid)
    yield story_key(hearing.rule, hearing.story.id)
    if hearing.event is not None:
        yield event_key(hearing.rule, hearing.event.id)


def _release_alone(each: PendingAlert, told: NotificationLedger, now: datetime) -> ReleasedAlert:
    hearing, update = each.candidate, each.kind is PendingKind.UPDATE
    alert = build_alert(hearing, told, f"{hearing.evidence_words}; {each.why}", now, update=update)
    told.record_alert(hearing, alert, now)
    told.record_send(hearing.rule, now)
    told.remove_pending(each.id)
    return ReleasedAlert(alert, (each,))


def _group_digests(due: Iterable[PendingAlert]) -> list[list[PendingAlert]]:
    """One message for what goes the same way for the same reason; of some, for each rule."""
    groups: dict[tuple[object, ...], list[PendingAlert]] = {}
    for each in due:
        if each.kind.is_digested:
            rule = each.candidate.rule if each.kind in _OF_A_RULE else ""
            groups.setdefault((each.kind, each.candidate.routes, rule), []).append(each)
    return list(groups.values())


def _release_digest(some: Sequence[PendingAlert], told: NotificationLedger, now: datetime) -> ReleasedAlert:
    waited = sorted(some, key=lambda each: (-each.candidate.level.rank, each.candidate.rule))  # as few lines are shown
    items = tuple(_build_item(each, told, now) for each in waited)
    first, kind = waited[0].candidate, waited[0].kind
    key = f"digest {kind} {' '.join(sorted(f'{each.id} {each.since.isoformat()}' for each in waited))}"
    rules = dict.fromkeys(item.rule_title for item in items)
    of = next(iter(rules)) if len(rules) == 1 else format_count(len(rules), "rule")
    level = Level.INFO if kind in _NO_NEWS else max((item.level for item in items), key=lambda each: each.rank)
    noun, why = _DIGESTS[kind]
    what = f"{format_count(len(items), noun)}, {why}"
    alert = Alert(
        id=alert_id(key),
        dedup_key=f"digest {alert_id(key)}",
        rule=first.rule,
        rule_title=f"{of}: {what}",
        level=level,
        at=now,
        reason=waited[0].why if len(waited) == 1 else what,
        routes=first.routes,
        story=first.story.id,
        article=first.article,
        sentence=first.sentence,
        highlights=first.highlights,
        kind=AlertKind.DIGEST,
        event=first.event.id if first.event else None,
        items=items,
    )
    for each in waited:
        told.record_alert(each.candidate, alert, now)
        told.remove_pending(each.id)
    return ReleasedAlert(alert, tuple(waited))


def _build_item(each: PendingAlert, told: NotificationLedger, now: datetime) -> Item:
    hearing, before = each.candidate, find_sent_predecessor(each.candidate, told, now)
    return Item(
        rule=hearing.rule,
        rule_title=hearing.rule_title,
        level=hearing.level,
        story=hearing.story.id,
        event=hearing.event.id if hearing.event else None,
        source=hearing.article.source,
        uid=hearing.article.uid,
        title=hearing.article.title,
        url=hearing.article.url,
        sentence=hearing.sentence,
        reason="; ".join([hearing.evidence_words, each.why, *([] if before is None else [before[1]])]),
        unsure=hearing.uncertainty,
    )
