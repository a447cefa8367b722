"""Decides which notices of the canary the operator gets: of a failure once, daily while it lasts, and of its end."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import blake2b

from monitor.model import Level, Notice, NoticeKind

_SUBJECT = "canary"
_REMIND_EVERY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class CanaryResult:
    """How the canary did on a channel. `seconds`: from its publication to the acceptance; None: it was not accepted,
    and `problem` says why."""

    channel: str
    seconds: float | None
    problem: str | None


@dataclass(frozen=True, slots=True)
class CanaryState:
    """Since when the canary fails on which channels, and when the last notice of that was issued."""

    failing: Mapping[str, datetime] = field(default_factory=dict)
    notified_at: datetime | None = None


def decide_canary_notice(
    before: CanaryState, results: Sequence[CanaryResult], operator: Collection[str], now: datetime
) -> tuple[CanaryState, Notice | None]:
    """The state after a run of the canary, and the notice that is due. `operator`: the channels of notices."""
    problems = {result.channel: result.problem for result in results if result.problem is not None}
    failing = {channel: before.failing.get(channel, now) for channel in problems}
    if not failing:
        over = _build_notice(NoticeKind.RECOVERY, before.failing, {}, operator, now) if before.failing else None
        return CanaryState(), over
    is_new = failing.keys() - before.failing.keys()
    if not is_new and before.notified_at is not None and now - before.notified_at < _REMIND_EVERY:
        return CanaryState(failing, before.notified_at), None
    kind = NoticeKind.PROBLEM if is_new else NoticeKind.REMINDER
    return CanaryState(failing, now), _build_notice(kind, failing, problems, operator, now)


def _build_notice(
    kind: NoticeKind,
    failing: Mapping[str, datetime],
    problems: Mapping[str, str],
    operator: Collection[str],
    now: datetime,
) -> Notice:
    """A failure is reported on channels that work, if the operator has any."""
    is_over = kind is NoticeKind.RECOVERY
    names = ", ".join(failing)
    lines = [f"{channel}: {problem}" for channel, problem in problems.items()]
    if is_over:
        lines = ["It was accepted in time on every channel."]
    else:
        lines.append("`news-monitor channels canary` tries it again; `news-monitor status` says what else is wrong.")
    key = f"{_SUBJECT} {kind} {names} {now.isoformat()}"
    return Notice(
        id=blake2b(key.encode(), digest_size=8).hexdigest(),
        dedup_key=key,
        subject=_SUBJECT,
        kind=kind,
        level=Level.INFO if is_over else Level.HIGH,
        at=now,
        title=f"The canary arrives again: {names}" if is_over else f"The canary did not arrive: {names}",
        text="\n".join(lines),
        reason="it was reported, and is over" if is_over else "a canary that does not arrive is reported, and each day",
        channels=tuple(name for name in operator if is_over or name not in failing) or tuple(operator),
    )
