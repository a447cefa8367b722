"""Which notices are due: a trouble is told once when it has lasted, again each day while it lasts, and when it is over.

Many at once are one notice: who is woken at three in the morning wants one message and not three hundred. It does not
look at anything itself, and sends nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import blake2b

from monitor.model import Level, Notice, NoticeKind, NoticeState
from monitor.notices.troubles import CHANNEL, DAY, GIVEN_UP, NoticePolicy, OpsSnapshot, Trouble

LISTED = 10
_LINES = 600  # characters that the lines of a notice share


@dataclass(frozen=True, slots=True)
class DueNotices:
    """The notices that are due, and what the operator knows once they are told."""

    notices: tuple[Notice, ...]
    states: tuple[NoticeState, ...]


@dataclass(frozen=True, slots=True)
class _NoticeDraft:
    """A notice to be: what it is about, with the moment that makes it another notice than the one before."""

    policy: NoticePolicy
    kind: NoticeKind
    subjects: Mapping[str, datetime]
    title: str
    lines: Sequence[str]


def due_notices(look: OpsSnapshot) -> DueNotices:
    """What is to be told now, from what is seen and from what was told."""
    tellings: list[_NoticeDraft] = []
    noticed: list[NoticeState] = []
    for sort, troubles in look.find_troubles():
        known = {
            each.subject: each
            for each in look.observation.notice_states
            if sort.name_from_subject(each.subject) is not None and look.is_configured(each.subject)
        }
        told, after = _draft_for_policy(sort, troubles, known, look)
        tellings += told
        noticed += after
    down = {name for each in noticed if (name := CHANNEL.name_from_subject(each.subject)) is not None}
    return DueNotices(tuple(_build_notice(telling, down, look) for telling in tellings), tuple(noticed))


def _draft_for_policy(
    sort: NoticePolicy, troubles: Sequence[Trouble], known: Mapping[str, NoticeState], look: OpsSnapshot
) -> tuple[list[_NoticeDraft], list[NoticeState]]:
    news = _select_new_troubles(sort, troubles, known, look.now)
    fresh = {each.subject for each in news}
    late = _select_reminders(sort, [each for each in troubles if each.subject not in fresh], known, look.now)
    after = _update_notice_states(sort, {each.subject for each in troubles}, known, look)
    over = _select_recovered(sort, after.values(), look.now)
    tellings = []
    if news:
        about = {each.subject: each.since for each in news}
        tellings.append(_NoticeDraft(sort, NoticeKind.PROBLEM, about, _format_title(sort, news), _collect_lines(news)))
    if late:
        about = {each.subject: known[each.subject].told_at for each in late}
        tellings.append(
            _NoticeDraft(sort, NoticeKind.REMINDER, about, f"Still: {_format_title(sort, late)}", _collect_lines(late))
        )
    if over:
        tellings.append(_draft_recovery(sort, over, look))
    after |= {each.subject: replace(after[each.subject], told_at=look.now) for each in late}
    after |= {each.subject: NoticeState(each.subject, each.since, look.now) for each in news}
    gone = {each.subject for each in over}
    return tellings, [each for each in after.values() if each.subject not in gone]


def _select_new_troubles(
    sort: NoticePolicy, troubles: Iterable[Trouble], known: Mapping[str, NoticeState], now: datetime
) -> list[Trouble]:
    """What is told for the first time: once one has lasted long enough, those that are nearly there come along."""

    def untold(trouble: Trouble) -> bool:
        before = known.get(trouble.subject)
        if before is None:
            return True
        return (
            sort.renotify_after is not None
            and trouble.since > before.since
            and now - before.told_at >= sort.renotify_after
        )

    new = [each for each in troubles if untold(each)]
    if not any(each.duration >= sort.min_duration for each in new):
        return []
    told = max((each.told_at for each in known.values()), default=None)
    if sort.min_notice_gap and told is not None and now - told < sort.min_notice_gap:
        return []
    return [each for each in new if each.duration >= sort.min_duration - sort.batch_window]


def _select_reminders(
    sort: NoticePolicy, troubles: Iterable[Trouble], known: Mapping[str, NoticeState], now: datetime
) -> list[Trouble]:
    """What is to be told again, as it lasts."""
    if not sort.has_reminders:
        return []
    ages = {each.subject: now - known[each.subject].told_at for each in troubles if each.subject in known}
    lasting = [each for each in troubles if each.subject in ages and each.duration >= sort.min_duration]
    if not any(ages[each.subject] >= sort.remind_every for each in lasting):
        return []
    # what was told half as long ago comes along
    return [each for each in lasting if ages[each.subject] >= sort.remind_every / 2]


def _update_notice_states(
    sort: NoticePolicy, seen: set[str], known: Mapping[str, NoticeState], look: OpsSnapshot
) -> dict[str, NoticeState]:
    """What was told and is not done with. A trouble that is not seen any more is over only if its subject has done
    well since: a channel that nothing waits for may have taken its messages, or they were given up."""
    after = {}
    for subject, noticed in known.items():
        well = look.last_well_at(subject)
        if subject in seen:
            after[subject] = replace(noticed, over_at=None)
        elif not sort.has_recovery:
            continue
        elif well is not None and well > noticed.told_at:
            after[subject] = replace(noticed, over_at=noticed.over_at or look.now)
        else:
            after[subject] = noticed
    return after


def _select_recovered(sort: NoticePolicy, noticed: Iterable[NoticeState], now: datetime) -> list[NoticeState]:
    """What is told to be over: at once, unless others that began at the same time still last, and then in an hour."""
    over = [(each, each.over_at) for each in noticed if each.over_at is not None]
    lasting = [each.since for each in noticed if each.over_at is None]

    def ripe(each: NoticeState, over_at: datetime) -> bool:
        return now - over_at >= sort.batch_window or not any(
            abs(each.since - other) <= sort.batch_window for other in lasting
        )

    return [each for each, _ in over] if any(ripe(*pair) for pair in over) else []


def _draft_recovery(sort: NoticePolicy, over: Sequence[NoticeState], look: OpsSnapshot) -> _NoticeDraft:
    name = sort.name_from_subject(over[0].subject)
    title = (
        sort.recovery_title.format(name=name) if len(over) == 1 else sort.recovery_title_many.format(number=len(over))
    )
    lines = [
        f"{sort.name_from_subject(each.subject) or each.subject}: {sort.past_problem} since {look.format_time(each.since)}"
        for each in over
    ]
    return _NoticeDraft(sort, NoticeKind.RECOVERY, {each.subject: each.told_at for each in over}, title, lines)


def _format_title(sort: NoticePolicy, troubles: Sequence[Trouble]) -> str:
    return troubles[0].title if len(troubles) == 1 else sort.title_many.format(number=len(troubles))


def _collect_lines(troubles: Iterable[Trouble]) -> list[str]:
    return [line for each in troubles for line in each.lines]


def _build_notice(telling: _NoticeDraft, down: Collection[str], look: OpsSnapshot) -> Notice:
    sort, about = telling.policy, telling.subjects
    subject = next(iter(about)) if len(about) == 1 else sort.name
    marks = sorted(f"{each} {moment.isoformat()}" for each, moment in about.items())
    channels = _choose_channels(telling, down, look.config.settings.operator)
    key = f"notice {telling.kind} {blake2b(chr(10).join(marks).encode(), digest_size=16).hexdigest()}"
    return Notice(
        id=blake2b(key.encode(), digest_size=8).hexdigest(),
        dedup_key=key,
        subject=subject,
        kind=telling.kind,
        level=Level.INFO if telling.kind is NoticeKind.RECOVERY else sort.level,
        at=look.now,
        title=telling.title,
        text=_format_text(telling),
        reason=_explain_notice(telling),
        channels=channels,
        blocked=bool(channels) and {*down, *_list_failing_channels(telling)}.issuperset(channels),
    )


def _format_text(telling: _NoticeDraft) -> str:
    shown = telling.lines[:LISTED]
    each = _LINES // max(1, len(shown))
    lines = [line if len(line) <= each else f"{line[: each - 1].rstrip()}…" for line in shown]
    if left := len(telling.lines) - len(shown):
        lines.append(f"and {left} more")
    if telling.kind is not NoticeKind.RECOVERY:
        sort, about = telling.policy, telling.subjects
        todo = sort.advice if len(about) == 1 else sort.advice_many or sort.advice
        lines.append(todo.format(name=sort.name_from_subject(next(iter(about)))))
    return "\n".join(lines)


def _explain_notice(telling: _NoticeDraft) -> str:
    if telling.kind is NoticeKind.PROBLEM:
        return telling.policy.reason
    ago = "a day" if telling.policy.remind_every == DAY else f"{telling.policy.remind_every // DAY} days"
    return f"told {ago} ago, and it lasts" if telling.kind is NoticeKind.REMINDER else "it was told, and is over"


def _choose_channels(telling: _NoticeDraft, down: Collection[str], operator: tuple[str, ...]) -> tuple[str, ...]:
    """A channel's trouble is told on another one that works, or on another one, or else on itself, for later."""
    about = _list_failing_channels(telling)
    if not about:
        return operator
    others = tuple(each for each in operator if each not in about)
    return tuple(each for each in others if each not in down) or others or operator


def _list_failing_channels(telling: _NoticeDraft) -> Collection[str]:
    """The channels that do not work, by the notices that are open."""
    if telling.policy not in (CHANNEL, GIVEN_UP) or telling.kind is NoticeKind.RECOVERY:
        return ()
    return {name for each in telling.subjects if (name := telling.policy.name_from_subject(each)) is not None}
