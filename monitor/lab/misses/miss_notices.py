"""Makes the weekly notices of what the rules have missed: one for the operator, and one for each route that rules name
as their `owner`, of these rules.

It decides when they are due, too: on Mondays at 09:00 in the time zone of the desk, once for each week of ISO 8601. The
key of a notice names that week, so that it is sent once, however often it is made and by however many daemons.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, time, timedelta, tzinfo
from hashlib import blake2b

from monitor.alerting.routing import plan_deliveries
from monitor.lab.misses.rule_misses import Miss
from monitor.model import Level, Notice, NoticeKind, Settings
from monitor.wording.quantities import duration_in_words, format_count

SUBJECT = "misses"
_DUE = time(9)  # on Mondays
_WEEK = timedelta(days=7)
_MAX_OF_RULE, _MAX_LINES = 3, 60
_TITLE, _WHY = 90, 160  # characters
_REASON = "what the rules have missed is reported once a week; `weekly_misses: false` in monitor.yaml ends that"


def find_due_week(now: datetime, zone: tzinfo) -> tuple[datetime, datetime]:
    """The last week that is due for a notice: from Monday to Monday at 09:00."""
    local = now.astimezone(zone)
    monday = local.date() - timedelta(days=local.weekday())
    if datetime.combine(monday, _DUE, zone) > local:
        monday -= _WEEK
    return datetime.combine(monday - _WEEK, _DUE, zone), datetime.combine(monday, _DUE, zone)


def key_of_week(due: datetime) -> str:
    """The key of the operator's notice that is due then."""
    year, week, _ = due.isocalendar()
    return f"notice misses {year}-W{week:02}"


def build_miss_notices(
    misses: Mapping[str, Sequence[Miss]], settings: Settings, due: datetime, now: datetime
) -> list[Notice]:
    """The notices of the week that ended when they were `due`. What `unless` silenced is left out: it is probably
    meant. If nothing is left, or nobody is named as operator, there are none."""
    unmeant = {rule: [miss for miss in found if not miss.is_excluded] for rule, found in misses.items()}
    by_rule = {rule: found for rule, found in unmeant.items() if found}
    if not by_rule or not settings.operator:
        return []
    key = key_of_week(due)
    notices = [_build_notice(by_rule, settings.operator, key, now)]
    for owner, rules in _group_by_owner(by_rule).items():
        planned = plan_deliveries(Level.INFO, [(owner, settings.routes.get(owner, ()))], now)
        channels = tuple(each.channel for each in planned if each.channel not in settings.operator)
        if channels:  # the operator's channels have all of it
            notices.append(_build_notice(rules, channels, f"{key} owner {owner}", now))
    return notices


def _group_by_owner(by_rule: Mapping[str, Sequence[Miss]]) -> dict[str, dict[str, Sequence[Miss]]]:
    grouped: dict[str, dict[str, Sequence[Miss]]] = {}
    for rule, found in by_rule.items():
        if found[0].owner is not None:
            grouped.setdefault(found[0].owner, {})[rule] = found
    return grouped


def _build_notice(by_rule: Mapping[str, Sequence[Miss]], channels: tuple[str, ...], key: str, now: datetime) -> Notice:
    count = sum(map(len, by_rule.values()))
    return Notice(
        id=blake2b(key.encode(), digest_size=8).hexdigest(),
        dedup_key=key,
        subject=SUBJECT,
        kind=NoticeKind.REPORT,
        level=Level.INFO,
        at=now,
        title=f"{format_count(count, 'miss')} of {format_count(len(by_rule), 'rule')} in a week",
        text="\n".join(_format_lines(by_rule)),
        reason=_REASON,
        channels=channels,
    )


def _format_lines(by_rule: Mapping[str, Sequence[Miss]]) -> list[str]:
    """The rules with the most misses first: a notice has not room for all."""
    lines = ["Stories that many publishers printed, and a rule did not send in time. All: `news-monitor rules misses`"]
    left = 0
    for rule, found in sorted(by_rule.items(), key=lambda item: -len(item[1])):
        for together in _format_rule(rule, found):
            if left or len(lines) + len(together) > _MAX_LINES:
                left += len(together)
            else:
                lines += together
    return [*lines, f"and {left} more lines"] if left else lines


def _format_rule(rule: str, found: Sequence[Miss]) -> Iterator[tuple[str, ...]]:
    """A heading, then each miss: its title, and the command that names its article. These two stay together."""
    owner = f" (owner: {found[0].owner})" if found[0].owner else ""
    yield (f"{rule}{owner}: {format_count(len(found), 'miss')}; why: `news-monitor rules coverage {rule}`",)
    for miss in found[:_MAX_OF_RULE]:
        late = "" if miss.late_by is None else f", {duration_in_words(miss.late_by)} late"
        publishers = format_count(len(miss.publishers), "publisher")
        title = f"- {_shorten(miss.title, _TITLE)} ({publishers}{late}): {_shorten(miss.why, _WHY)}"
        yield title, f"  `{miss.command}`"


def _shorten(text: str, length: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= length else f"{line[: length - 1].rstrip()}…"
