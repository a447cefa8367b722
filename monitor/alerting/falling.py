"""What falls due with time alone: what waited is told, alone or together with what waited for the same. Pure.

It was decided when it began to wait, and is not judged again, but for what other messages have told in the meantime: a
mention is no news of what was told since, and an hour may be full.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.alerting.judging import alert_of, sent_before
from monitor.alerting.policy import too_many
from monitor.alerting.subjects import article_key, event_key, older_subject, story_key
from monitor.alerting.told import Told
from monitor.alerting.waiting import is_due, waiting
from monitor.alerting.wording import alert_id, count
from monitor.model import Alert, AlertKind, Hearing, Item, Level, Moved, Reason, Rule, RuleStatus, Waiting, WaitKind
from monitor.model.outcome import deferred, suppressed

_DIGESTS = {
    WaitKind.MENTION: ("story", "only mentioned"),
    WaitKind.IN_DOUBT: ("article", "suppressed as the same although something is not known"),
    WaitKind.RATE_LIMIT: ("story", "beyond the messages of an hour"),
    WaitKind.CATCH_UP: ("story", "that could not be polled in time"),
}
_OF_A_RULE = (WaitKind.RATE_LIMIT, WaitKind.IN_DOUBT)  # each rule has a digest of its own
_NO_NEWS = (WaitKind.MENTION, WaitKind.IN_DOUBT)  # however high the level of what is in it


@dataclass(frozen=True, slots=True)
class Telling:
    """An alert that tells what waited."""

    alert: Alert
    pending: tuple[Waiting, ...]


def fallen_due(rules: Mapping[str, Rule], told: Told, now: datetime) -> tuple[list[Telling], list[Moved]]:
    """What is told now of what waits; `told` is advanced by it."""
    tellings: list[Telling] = []
    moved: list[Moved] = []
    digested: list[Waiting] = []
    for each in _in_order(_due(told, now)):
        rule = rules.get(each.candidate.rule)  # one that has left the config since is told all the same
        not_now = _not_now(each, rule, told, now)
        if not_now is not None:
            told.remove_pending(each.id)
            if not_now.after is not None:
                told.add_pending(not_now.after)
            moved.append(not_now)
        elif each.kind.is_digested:
            digested.append(each)
        else:
            tellings.append(_alone(each, told, now))
    tellings += [_together(some, told, now) for some in _grouped(digested)]
    return tellings, moved


def _due(told: Told, now: datetime) -> list[Waiting]:
    """What it is time for. What was missed is told together, as soon as the first of it is due."""
    due = {each.id for each in told.pending if is_due(each, now)}
    missed = any(each.kind is WaitKind.CATCH_UP and each.id in due for each in told.pending)
    return [each for each in told.pending if each.id in due or (missed and each.kind is WaitKind.CATCH_UP)]


def _in_order(due: Iterable[Waiting]) -> list[Waiting]:
    """What is possibly the same as something older comes behind that, also where both began to wait at once; what goes
    into digests comes last."""
    by_time = sorted(due, key=lambda each: (each.kind.is_digested, each.due, each.since, each.id))
    of_key = {each.candidate.key: each for each in by_time}
    return sorted(by_time, key=lambda each: (each.kind.is_digested, each.due, each.since, _depth(each, of_key)))


def _depth(each: Waiting, of_key: Mapping[str, Waiting]) -> int:
    """Behind how many others it comes, each possibly the same as the next."""
    seen: dict[str, Waiting] = {}
    at: Waiting | None = each
    while at is not None and at.candidate.key not in seen:
        seen[at.candidate.key] = at
        older = older_subject(at.candidate)
        at = None if older is None else of_key.get(older[0])
    return len(seen)


def _not_now(each: Waiting, rule: Rule | None, told: Told, now: datetime) -> Moved | None:
    """Why it is not told now, though it is time."""
    if rule is not None and rule.status is RuleStatus.SHADOW:
        return Moved(each, None, suppressed(Reason.SHADOW, f"{rule.id} was put in shadow while it waited"))
    if each.kind is WaitKind.MENTION:
        known = any(key in told for key in _subjects(each.candidate))
        since = suppressed(Reason.MENTION, f"{each.why}, and {each.candidate.rule} has told it since")
        return Moved(each, None, since) if known else None
    full = None if rule is None or each.kind.is_digested else too_many(rule, told, now, each.why)
    if full is None:
        return None
    on = waiting(full.kind, each.candidate, each.why, now, full.due)
    return Moved(each, on, deferred(full.kind.reason, f"{full.why}; {full.until}"))


def subjects_of(hearing: Hearing) -> Iterator[str]:
    """The keys that are asked about when it falls due."""
    yield hearing.key
    yield from _subjects(hearing)
    if (older := older_subject(hearing)) is not None:
        yield older[0]


def _subjects(hearing: Hearing) -> Iterator[str]:
    """Under which keys a rule may have told what it mentioned."""
    yield article_key(hearing.rule, hearing.article.source, hearing.article.uid)
    yield story_key(hearing.rule, hearing.story.id)
    if hearing.event is not None:
        yield event_key(hearing.rule, hearing.event.id)


def _alone(each: Waiting, told: Told, now: datetime) -> Telling:
    hearing, update = each.candidate, each.kind is WaitKind.UPDATE
    alert = alert_of(hearing, told, f"{hearing.evidence_words}; {each.why}", now, update=update)
    told.record_alert(hearing, alert, now)
    told.record_send(hearing.rule, now)
    told.remove_pending(each.id)
    return Telling(alert, (each,))


def _grouped(due: Iterable[Waiting]) -> list[list[Waiting]]:
    """One message for what goes the same way for the same reason; of some, for each rule."""
    groups: dict[tuple[object, ...], list[Waiting]] = {}
    for each in due:
        if each.kind.is_digested:
            rule = each.candidate.rule if each.kind in _OF_A_RULE else ""
            groups.setdefault((each.kind, each.candidate.routes, rule), []).append(each)
    return list(groups.values())


def _together(some: Sequence[Waiting], told: Told, now: datetime) -> Telling:
    waited = sorted(some, key=lambda each: (-each.candidate.level.rank, each.candidate.rule))  # as few lines are shown
    items = tuple(_item(each, told, now) for each in waited)
    first, kind = waited[0].candidate, waited[0].kind
    key = f"digest {kind} {' '.join(sorted(f'{each.id} {each.since.isoformat()}' for each in waited))}"
    rules = dict.fromkeys(item.rule_title for item in items)
    of = next(iter(rules)) if len(rules) == 1 else count(len(rules), "rule")
    level = Level.INFO if kind in _NO_NEWS else max((item.level for item in items), key=lambda each: each.rank)
    noun, why = _DIGESTS[kind]
    what = f"{count(len(items), noun)}, {why}"
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
    return Telling(alert, tuple(waited))


def _item(each: Waiting, told: Told, now: datetime) -> Item:
    hearing, before = each.candidate, sent_before(each.candidate, told, now)
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
