"""Releases pending alerts that are due: each alone, or in one message with others of its kind. Pure.

Each was decided when it was deferred, and is not decided again. Only this counts: whether its rule is off or in shadow
now, whether its story is muted now, and what was sent meanwhile: a mention of something that was sent since is no news,
and the rule may have reached its limit for the hour.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.alerting.doubt import find_doubt_thread, find_sent_predecessor
from monitor.alerting.evaluation import build_alert
from monitor.alerting.ledger import NotificationLedger
from monitor.alerting.mutes import Mutes
from monitor.alerting.pending import build_pending_alert, is_due
from monitor.alerting.stages.doubt import defer_in_doubt
from monitor.alerting.stages.rate_limit import defer_if_rate_limited
from monitor.alerting.subject_keys import alert_id, article_key, event_key, older_subject, story_key
from monitor.model import (
    Alert,
    AlertCandidate,
    AlertKind,
    ClauseCode,
    Item,
    Level,
    PendingAlert,
    PendingChange,
    PendingKind,
    Reason,
    ReasonClause,
    Rule,
    RuleStatus,
)
from monitor.model.outcome import deferred_outcome, suppressed_outcome
from monitor.wording.quantities import format_count
from monitor.wording.reasons import reason_in_words

_DIGESTS = {
    PendingKind.MENTION: ClauseCode.DIGEST_OF_MENTIONS,
    PendingKind.IN_DOUBT: ClauseCode.DIGEST_IN_DOUBT,
    PendingKind.RATE_LIMIT: ClauseCode.DIGEST_BEYOND_LIMIT,
    PendingKind.CATCH_UP: ClauseCode.DIGEST_OF_CATCH_UP,
    PendingKind.POSSIBLY: ClauseCode.DIGEST_POSSIBLY_SAME,
}
_SILENT = {  # a rule sends nothing while it has this status; and why
    RuleStatus.SHADOW: (Reason.SHADOW, ClauseCode.PUT_IN_SHADOW),
    RuleStatus.OFF: (Reason.OFF, ClauseCode.SWITCHED_OFF),
}
_ONE_DIGEST_PER_RULE = (
    PendingKind.RATE_LIMIT,
    PendingKind.IN_DOUBT,
    PendingKind.POSSIBLY,
)  # each rule has a digest of its own
_ALWAYS_INFO = (PendingKind.MENTION, PendingKind.IN_DOUBT)  # the level of their digests, however high that of a line is


@dataclass(frozen=True, slots=True)
class ReleasedAlert:
    """An alert, and the pending alerts that it sends."""

    alert: Alert
    pending: tuple[PendingAlert, ...]


def release_due(
    rules: Mapping[str, Rule],
    ledger: NotificationLedger,
    mutes: Mutes,
    now: datetime,
    only: Collection[str] | None = None,
) -> tuple[list[ReleasedAlert], list[PendingChange]]:
    """The alerts that are released now, and the changes to pending alerts that are not. `ledger` is updated with both.
    `only`: the ids of the pending alerts that may change."""
    released: list[ReleasedAlert] = []
    changes: list[PendingChange] = []
    for_digests: list[PendingAlert] = []
    due = [pending for pending in _select_due(ledger, now) if only is None or pending.id in only]
    for pending in _sort_due(due):
        rule = rules.get(pending.candidate.rule)  # None: it has left the config since; its alert is sent all the same
        change = _suppress_if_silenced(pending, rule, mutes, now) or _change_if_blocked(pending, rule, ledger, now)
        if change is not None:
            ledger.remove_pending(pending)
            if change.after is not None:
                ledger.add_pending(change.after)
            changes.append(change)
        elif pending.kind.is_digested:
            for_digests.append(pending)
        else:
            released.append(_release_alone(pending, ledger, now))
    for group in _group_digests(for_digests, ledger, now):
        is_alone = len(group) == 1 and group[0].kind is PendingKind.POSSIBLY
        released.append(_release_alone(group[0], ledger, now) if is_alone else _release_digest(group, ledger, now))
    return released, changes


def _select_due(ledger: NotificationLedger, now: datetime) -> list[PendingAlert]:
    """The pending alerts that are due. Those of a catch-up are all due as soon as the first of them is."""
    due = {pending.id for pending in ledger.pending if is_due(pending, now)}
    is_catching_up = any(pending.kind is PendingKind.CATCH_UP and pending.id in due for pending in ledger.pending)
    return [
        pending
        for pending in ledger.pending
        if pending.id in due or (is_catching_up and pending.kind is PendingKind.CATCH_UP)
    ]


def _sort_due(due: Iterable[PendingAlert]) -> list[PendingAlert]:
    """A pending alert that is possibly the same as something older comes after that, even if both were deferred at the
    same time. Those that go into digests come last."""
    by_time = sorted(due, key=lambda pending: (pending.kind.is_digested, pending.due, pending.since, pending.id))
    by_key = {pending.candidate.key: pending for pending in by_time}
    return sorted(
        by_time,
        key=lambda pending: (
            pending.kind.is_digested,
            pending.due,
            pending.since,
            _count_predecessors(pending, by_key),
        ),
    )


def _count_predecessors(pending: PendingAlert, by_key: Mapping[str, PendingAlert]) -> int:
    """How many pending alerts must come before it, each possibly the same as the next, itself included."""
    seen: dict[str, PendingAlert] = {}
    current: PendingAlert | None = pending
    while current is not None and current.candidate.key not in seen:
        seen[current.candidate.key] = current
        older = older_subject(current.candidate)
        current = None if older is None else by_key.get(older[0])
    return len(seen)


def _suppress_if_silenced(
    pending: PendingAlert, rule: Rule | None, mutes: Mutes, now: datetime
) -> PendingChange | None:
    """What becomes of a pending alert that is due, if a person has silenced its rule or its story."""
    if rule is not None and rule.status in _SILENT:
        reason, code = _SILENT[rule.status]
        return PendingChange(pending, None, suppressed_outcome(reason, ReasonClause(code, rule=rule.id)))
    mute = mutes.find_active(pending.candidate.story, pending.candidate.event, now)
    if mute is None:
        return None
    muted = ReasonClause(ClauseCode.MUTED_BEFORE_SENT, subject=mute.id)
    return PendingChange(pending, None, suppressed_outcome(Reason.MUTED, muted))


def _change_if_blocked(
    pending: PendingAlert, rule: Rule | None, ledger: NotificationLedger, now: datetime
) -> PendingChange | None:
    """What becomes of a pending alert that is due, if what was sent meanwhile keeps it from being sent now."""
    if pending.kind is PendingKind.MENTION:
        was_sent = any(key in ledger for key in _list_subject_keys(pending.candidate))
        sent_since = ReasonClause(ClauseCode.SUBJECT_SENT_SINCE, rule=pending.candidate.rule)
        outcome = suppressed_outcome(Reason.MENTION, *pending.why, sent_since)
        return PendingChange(pending, None, outcome) if was_sent else None
    if pending.kind.is_digested:
        return None
    again = defer_in_doubt(pending.candidate, ledger, now, pending.why) if pending.kind is PendingKind.HOLD else None
    if again is None and rule is not None:
        again = defer_if_rate_limited(rule, ledger, now, pending.why)
    if again is None:
        return None
    deferred = build_pending_alert(again.kind, pending.candidate, pending.why, now, again.due)
    outcome = deferred_outcome(again.kind.reason, *again.why, again.until)
    return PendingChange(pending, deferred, outcome)


def list_ledger_keys(candidate: AlertCandidate) -> Iterator[str]:
    """The ledger keys that are asked for when a candidate is due."""
    yield candidate.key
    yield from _list_subject_keys(candidate)
    if (older := older_subject(candidate)) is not None:
        yield older[0]


def _list_subject_keys(candidate: AlertCandidate) -> Iterator[str]:
    """The keys under which a rule may have sent what it mentioned."""
    yield article_key(candidate.rule, candidate.article.source, candidate.article.uid)
    yield story_key(candidate.rule, candidate.story.id)
    if candidate.event is not None:
        yield event_key(candidate.rule, candidate.event.id)


def _release_alone(pending: PendingAlert, ledger: NotificationLedger, now: datetime) -> ReleasedAlert:
    candidate, update = pending.candidate, pending.kind is PendingKind.UPDATE
    alert = build_alert(candidate, ledger, pending.why, now, update=update)
    ledger.record_alert(candidate, alert, now)
    ledger.record_send(candidate.rule, now)
    ledger.remove_pending(pending)
    return ReleasedAlert(alert, (pending,))


def _group_digests(due: Iterable[PendingAlert], ledger: NotificationLedger, now: datetime) -> list[list[PendingAlert]]:
    """The pending alerts that go into one digest: of the same kind, to the same routes; some kinds have a digest for
    each rule, and what is in doubt has one for each thread."""
    groups: dict[tuple[object, ...], list[PendingAlert]] = {}
    for pending in due:
        if pending.kind.is_digested:
            rule = pending.candidate.rule if pending.kind in _ONE_DIGEST_PER_RULE else ""
            in_doubt = pending.kind is PendingKind.POSSIBLY
            thread = find_doubt_thread(pending.candidate, ledger, now) if in_doubt else None
            groups.setdefault((pending.kind, pending.candidate.routes, rule, thread), []).append(pending)
    return list(groups.values())


def _release_digest(group: Sequence[PendingAlert], ledger: NotificationLedger, now: datetime) -> ReleasedAlert:
    # A message shows only the first lines.
    entries = sorted(group, key=lambda entry: (-entry.candidate.level.rank, entry.candidate.rule))
    items = tuple(_build_item(number, entry, ledger, now) for number, entry in enumerate(entries, 1))
    first, kind = entries[0].candidate, entries[0].kind
    key = f"digest {kind} {' '.join(sorted(f'{entry.id} {entry.since.isoformat()}' for entry in entries))}"
    rules = dict.fromkeys(item.rule_title for item in items)
    title = next(iter(rules)) if len(rules) == 1 else format_count(len(rules), "rule")
    level = Level.INFO if kind in _ALWAYS_INFO else max((item.level for item in items), key=lambda level: level.rank)
    summary = (ReasonClause(_DIGESTS[kind], count=len(items)),)
    alert = Alert(
        id=alert_id(key),
        dedup_key=f"digest {alert_id(key)}",
        rule=first.rule,
        rule_title=f"{title}: {reason_in_words(summary)}",
        level=level,
        at=now,
        why=entries[0].why if len(entries) == 1 else summary,
        routes=first.routes,
        story=first.story.id,
        article=first.article,
        sentence=first.sentence,
        highlights=first.highlights,
        kind=AlertKind.DIGEST,
        event=first.event.id if first.event else None,
        thread=find_doubt_thread(first, ledger, now) if kind is PendingKind.POSSIBLY else None,
        items=items,
    )
    for entry in entries:
        ledger.record_alert(entry.candidate, alert, now)
        ledger.remove_pending(entry)
    return ReleasedAlert(alert, tuple(entries))


def _build_item(number: int, pending: PendingAlert, ledger: NotificationLedger, now: datetime) -> Item:
    candidate, predecessor = pending.candidate, find_sent_predecessor(pending.candidate, ledger, now)
    return Item(
        rule=candidate.rule,
        rule_title=candidate.rule_title,
        level=candidate.level,
        story=candidate.story.id,
        event=candidate.event.id if candidate.event else None,
        source=candidate.article.source,
        uid=candidate.article.uid,
        title=candidate.article.title,
        url=candidate.article.url,
        sentence=candidate.sentence,
        why=(candidate.evidence_clause, *pending.why, *(() if predecessor is None else predecessor[1])),
        unsure=candidate.uncertainty,
        number=number,
    )
