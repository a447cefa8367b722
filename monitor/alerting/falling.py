"""What falls due with time alone: what waited is told, alone or together with what waited for the same. Pure.

The state already holds all that was decided when it began to wait; so nothing is judged again, but for the cap of an
hour, and what another message has told in the meantime is not there any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.alerting.policy import alert_of, too_many
from monitor.alerting.told import Told
from monitor.alerting.waiting import is_due, waiting
from monitor.alerting.wording import alert_id, count
from monitor.model import Alert, AlertKind, Item, Level, Rule, Waiting, WaitKind

_DIGESTS = {
    WaitKind.MENTION: "only mentioned",
    WaitKind.CAP: "beyond the messages of an hour",
    WaitKind.CATCH_UP: "that could not be polled in time",
}


@dataclass(frozen=True, slots=True)
class Telling:
    """An alert that tells what waited."""

    alert: Alert
    waited: tuple[Waiting, ...]


@dataclass(frozen=True, slots=True)
class Moved:
    """What waits on, for something else."""

    before: Waiting
    after: Waiting
    why: str


def fallen_due(rules: Mapping[str, Rule], told: Told, now: datetime) -> tuple[list[Telling], list[Moved]]:
    """What is told now of what waits; `told` is advanced by it."""
    due = _due(told, now)
    tellings: list[Telling] = []
    moved: list[Moved] = []
    for each in due:
        if each.kind.digested:
            continue
        told.drop(each.id)
        rule = rules.get(each.hearing.rule)  # one that has left the config since is told all the same
        full = too_many(rule, told, now, each.why) if rule is not None else None
        if full is None:
            tellings.append(_alone(each, told, now))
            continue
        on = waiting(full.kind, each.hearing, each.why, now, full.due)
        told.wait(on)
        moved.append(Moved(each, on, f"waits: {full.why}; {full.until}"))
    tellings += [_together(some, told, now) for some in _grouped(due)]
    return tellings, moved


def _due(told: Told, now: datetime) -> list[Waiting]:
    """What it is time for, in its order. What was missed is told together, as soon as the first of it is due."""
    due = [each for each in told.waiting if is_due(each, now)]
    if any(each.kind is WaitKind.CATCH_UP for each in due):
        due += [each for each in told.waiting if each.kind is WaitKind.CATCH_UP and each not in due]
    return sorted(due, key=lambda each: (each.due, each.since, each.id))


def _alone(each: Waiting, told: Told, now: datetime) -> Telling:
    hearing, update = each.hearing, each.kind is WaitKind.UPDATE
    alert = alert_of(hearing, told.account(hearing.key), f"{hearing.because}; {each.why}", now, update=update)
    told.tells(hearing, alert, now)
    told.told(hearing.rule, now)
    return Telling(alert, (each,))


def _grouped(due: Iterable[Waiting]) -> list[list[Waiting]]:
    """One message for what goes the same way for the same reason; of a cap, for each rule."""
    groups: dict[tuple[object, ...], list[Waiting]] = {}
    for each in due:
        if each.kind.digested:
            rule = each.hearing.rule if each.kind is WaitKind.CAP else ""
            groups.setdefault((each.kind, each.hearing.routes, rule), []).append(each)
    return list(groups.values())


def _together(waited: Sequence[Waiting], told: Told, now: datetime) -> Telling:
    items = tuple(_item(each) for each in sorted(waited, key=lambda each: each.hearing.rule))
    first, kind = waited[0].hearing, waited[0].kind
    key = f"digest {kind} {' '.join(sorted(f'{each.id} {each.since.isoformat()}' for each in waited))}"
    rules = dict.fromkeys(item.rule_title for item in items)
    of = next(iter(rules)) if len(rules) == 1 else count(len(rules), "rule")
    level = Level.INFO if kind is WaitKind.MENTION else max((item.level for item in items), key=lambda each: each.rank)
    alert = Alert(
        id=alert_id(key),
        dedup_key=f"digest {alert_id(key)}",
        rule=first.rule,
        rule_title=f"{of}: {count(len(items), 'story')}, {_DIGESTS[kind]}",
        level=level,
        at=now,
        reason=waited[0].why if len(waited) == 1 else f"{count(len(items), 'story')}, {_DIGESTS[kind]}",
        routes=first.routes,
        story=first.story.id,
        article=first.article,
        sentence=first.sentence,
        marks=first.marks,
        kind=AlertKind.DIGEST,
        event=first.event.id if first.event else None,
        items=items,
    )
    for each in waited:
        told.drop(each.id)
        told.tells(each.hearing, alert, now)
    return Telling(alert, tuple(waited))


def _item(each: Waiting) -> Item:
    hearing = each.hearing
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
        reason=f"{hearing.because}; {each.why}",
    )
