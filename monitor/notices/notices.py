"""Decides which notices are due: one when a trouble has lasted long enough, one each day while it lasts, and one when
it is over.

Many troubles at once are one notice: who is woken at three in the morning wants one message, not three hundred. This
module observes nothing itself, and sends nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import blake2b

from monitor.model import Level, Notice, NoticeKind, NoticeState
from monitor.notices.troubles import CHANNEL, DAY, GIVEN_UP, NoticePolicy, OpsSnapshot, Trouble

MAX_LINES = 10
_LINES_LENGTH = 600  # characters of all lines of a notice together


@dataclass(frozen=True, slots=True)
class DueNotices:
    """The notices that are due, and what the operator has been told of once they are sent."""

    notices: tuple[Notice, ...]
    states: tuple[NoticeState, ...]


@dataclass(frozen=True, slots=True)
class _NoticeDraft:
    """A notice that is being made. `subjects`: what it is about, each with a time that tells it from earlier ones."""

    policy: NoticePolicy
    kind: NoticeKind
    subjects: Mapping[str, datetime]
    title: str
    lines: Sequence[str]


def due_notices(snapshot: OpsSnapshot) -> DueNotices:
    """The notices that are due now, by what is observed and by what was sent before."""
    drafts: list[_NoticeDraft] = []
    states: list[NoticeState] = []
    for policy, troubles in snapshot.find_troubles():
        known = {
            state.subject: state
            for state in snapshot.observation.notice_states
            if policy.name_from_subject(state.subject) is not None and snapshot.is_configured(state.subject)
        }
        policy_drafts, policy_states = _draft_for_policy(policy, troubles, known, snapshot)
        drafts += policy_drafts
        states += policy_states
    down = {name for state in states if (name := CHANNEL.name_from_subject(state.subject)) is not None}
    return DueNotices(tuple(_build_notice(draft, down, snapshot) for draft in drafts), tuple(states))


def _draft_for_policy(
    policy: NoticePolicy, troubles: Sequence[Trouble], known: Mapping[str, NoticeState], snapshot: OpsSnapshot
) -> tuple[list[_NoticeDraft], list[NoticeState]]:
    new = _select_new_troubles(policy, troubles, known, snapshot.now)
    new_subjects = {trouble.subject for trouble in new}
    reminded = _select_reminders(
        policy, [trouble for trouble in troubles if trouble.subject not in new_subjects], known, snapshot.now
    )
    states = _update_notice_states(policy, {trouble.subject for trouble in troubles}, known, snapshot)
    over = _select_recovered(policy, states.values(), snapshot.now)
    drafts = []
    if new:
        subjects = {trouble.subject: trouble.since for trouble in new}
        drafts.append(
            _NoticeDraft(policy, NoticeKind.PROBLEM, subjects, _format_title(policy, new), _collect_lines(new))
        )
    if reminded:
        subjects = {trouble.subject: known[trouble.subject].told_at for trouble in reminded}
        drafts.append(
            _NoticeDraft(
                policy,
                NoticeKind.REMINDER,
                subjects,
                f"Still: {_format_title(policy, reminded)}",
                _collect_lines(reminded),
            )
        )
    if over:
        drafts.append(_draft_recovery(policy, over, snapshot))
    states |= {trouble.subject: replace(states[trouble.subject], told_at=snapshot.now) for trouble in reminded}
    states |= {trouble.subject: NoticeState(trouble.subject, trouble.since, snapshot.now) for trouble in new}
    closed = {state.subject for state in over}
    return drafts, [state for state in states.values() if state.subject not in closed]


def _select_new_troubles(
    policy: NoticePolicy, troubles: Iterable[Trouble], known: Mapping[str, NoticeState], now: datetime
) -> list[Trouble]:
    """The troubles to report for the first time. Once one has lasted long enough, those that nearly have are added."""

    def is_new(trouble: Trouble) -> bool:
        before = known.get(trouble.subject)
        if before is None:
            return True
        return (
            policy.renotify_after is not None
            and trouble.since > before.since
            and now - before.told_at >= policy.renotify_after
        )

    new = [trouble for trouble in troubles if is_new(trouble)]
    if not any(trouble.has_lasted(policy.min_duration) for trouble in new):
        return []
    last_notice = max((state.told_at for state in known.values()), default=None)
    if policy.min_notice_gap and last_notice is not None and now - last_notice < policy.min_notice_gap:
        return []
    return [trouble for trouble in new if trouble.has_lasted(policy.min_duration - policy.batch_window)]


def _select_reminders(
    policy: NoticePolicy, troubles: Iterable[Trouble], known: Mapping[str, NoticeState], now: datetime
) -> list[Trouble]:
    """The troubles to report again, because they last."""
    if not policy.has_reminders:
        return []
    ages = {trouble.subject: now - known[trouble.subject].told_at for trouble in troubles if trouble.subject in known}
    lasting = [trouble for trouble in troubles if trouble.subject in ages and trouble.has_lasted(policy.min_duration)]
    if not any(ages[trouble.subject] >= policy.remind_every for trouble in lasting):
        return []
    # what was reported at least half as long ago is added
    return [trouble for trouble in lasting if ages[trouble.subject] >= policy.remind_every / 2]


def _update_notice_states(
    policy: NoticePolicy, current: set[str], known: Mapping[str, NoticeState], snapshot: OpsSnapshot
) -> dict[str, NoticeState]:
    """The reported troubles that are still open. A trouble that is not seen any more is over only if its subject has
    worked since: a channel without waiting messages may have accepted them, or they were given up."""
    updated = {}
    for subject, state in known.items():
        last_well = snapshot.last_well_at(subject)
        if subject in current:
            updated[subject] = replace(state, over_at=None)
        elif not policy.has_recovery:
            continue
        elif last_well is not None and last_well > state.told_at:
            updated[subject] = replace(state, over_at=state.over_at or snapshot.now)
        else:
            updated[subject] = state
    return updated


def _select_recovered(policy: NoticePolicy, states: Iterable[NoticeState], now: datetime) -> list[NoticeState]:
    """The troubles whose end is due to be reported: at once, unless others that began at about the same time still
    last; then after the batch window."""
    over = [(state, state.over_at) for state in states if state.over_at is not None]
    lasting = [state.since for state in states if state.over_at is None]

    def is_due(state: NoticeState, over_at: datetime) -> bool:
        return now - over_at >= policy.batch_window or not any(
            abs(state.since - other) <= policy.batch_window for other in lasting
        )

    return [state for state, _ in over] if any(is_due(*pair) for pair in over) else []


def _draft_recovery(policy: NoticePolicy, over: Sequence[NoticeState], snapshot: OpsSnapshot) -> _NoticeDraft:
    name = policy.name_from_subject(over[0].subject)
    title = (
        policy.recovery_title.format(name=name)
        if len(over) == 1
        else policy.recovery_title_many.format(number=len(over))
    )
    since = {state.subject: f"{policy.past_problem} since {snapshot.format_time(state.since)}" for state in over}
    lines = [f"{policy.name_from_subject(subject) or subject}: {text}" for subject, text in since.items()]
    lines += [policy.recovery_advice] if policy.recovery_advice else []
    return _NoticeDraft(policy, NoticeKind.RECOVERY, {state.subject: state.told_at for state in over}, title, lines)


def _format_title(policy: NoticePolicy, troubles: Sequence[Trouble]) -> str:
    return troubles[0].title if len(troubles) == 1 else policy.title_many.format(number=len(troubles))


def _collect_lines(troubles: Iterable[Trouble]) -> list[str]:
    return [line for trouble in troubles for line in trouble.lines]


def _build_notice(draft: _NoticeDraft, down: Collection[str], snapshot: OpsSnapshot) -> Notice:
    policy, subjects = draft.policy, draft.subjects
    subject = next(iter(subjects)) if len(subjects) == 1 else policy.name
    keys = sorted(f"{name} {moment.isoformat()}" for name, moment in subjects.items())
    channels = _choose_channels(draft, down, snapshot.config.settings.operator)
    key = f"notice {draft.kind} {blake2b(chr(10).join(keys).encode(), digest_size=16).hexdigest()}"
    return Notice(
        id=blake2b(key.encode(), digest_size=8).hexdigest(),
        dedup_key=key,
        subject=subject,
        kind=draft.kind,
        level=Level.INFO if draft.kind is NoticeKind.RECOVERY else policy.level,
        at=snapshot.now,
        title=draft.title,
        text=_format_text(draft),
        reason=_explain_notice(draft),
        channels=channels,
        blocked=bool(channels) and {*down, *_list_failing_channels(draft)}.issuperset(channels),
    )


def _format_text(draft: _NoticeDraft) -> str:
    shown = draft.lines[:MAX_LINES]
    limit = _LINES_LENGTH // max(1, len(shown))
    lines = [line if len(line) <= limit else f"{line[: limit - 1].rstrip()}…" for line in shown]
    if omitted := len(draft.lines) - len(shown):
        lines.append(f"and {omitted} more")
    if draft.kind is not NoticeKind.RECOVERY:
        policy, subjects = draft.policy, draft.subjects
        advice = policy.advice if len(subjects) == 1 else policy.advice_many or policy.advice
        lines.append(advice.format(name=policy.name_from_subject(next(iter(subjects)))))
    return "\n".join(lines)


def _explain_notice(draft: _NoticeDraft) -> str:
    if draft.kind is NoticeKind.PROBLEM:
        return draft.policy.reason
    ago = "a day" if draft.policy.remind_every == DAY else f"{draft.policy.remind_every // DAY} days"
    return (
        f"reported {ago} ago, and it still lasts"
        if draft.kind is NoticeKind.REMINDER
        else "it was reported, and is over"
    )


def _choose_channels(draft: _NoticeDraft, down: Collection[str], operator: tuple[str, ...]) -> tuple[str, ...]:
    """The operator's channels. The trouble of a channel is sent on others: on those that work, or else on any other, or
    else on itself, for later."""
    failing = _list_failing_channels(draft)
    if not failing:
        return operator
    others = tuple(name for name in operator if name not in failing)
    return tuple(name for name in others if name not in down) or others or operator


def _list_failing_channels(draft: _NoticeDraft) -> Collection[str]:
    """The channels that this notice reports as failing."""
    if draft.policy not in (CHANNEL, GIVEN_UP) or draft.kind is NoticeKind.RECOVERY:
        return ()
    return {name for subject in draft.subjects if (name := draft.policy.name_from_subject(subject)) is not None}
