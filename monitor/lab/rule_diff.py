"""What an edit of rules would change: the same news told by both sets of rules, and the alerts gained, lost and moved.

An alert of one set is found again in the other if the same rule tells the same there: by the same article, or by
another one of what it has heard to be the same. Then it is neither gained nor lost, but it may come at another time.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from monitor.lab.replay import Replay, ReplayedAlert, ScheduledArticle

_ALIKE = timedelta(minutes=1)  # two moments that differ by no more are the same


class ChangeKind(StrEnum):
    """How an edit changes an alert."""

    GAINED = "gained"  # only the edited rules would send it
    LOST = "lost"  # only those before
    MOVED = "moved"  # both, but not at the same time


@dataclass(frozen=True, slots=True)
class AlertChange:
    """What would be sent after the edit, or, where it is lost, before it. `before`: when it was sent, if it moved."""

    kind: ChangeKind
    sent: ReplayedAlert
    moved_from: datetime | None = None


@dataclass(frozen=True, slots=True)
class ReplayComparison:
    """What two sets of rules tell differently, in time order. `alike`: of each rule, how many alerts both would send at
    the same time; `otherwise`: how many of these by another article or at another level."""

    changes: tuple[AlertChange, ...]
    unchanged_counts: Mapping[str, int]
    differing_counts: Mapping[str, int]


def compare_replays(articles: Iterable[ScheduledArticle], before: Replay, after: Replay) -> ReplayComparison:
    """What would change if `after` ran in place of `before`. The articles are gone through once."""
    runs = _Run(before), _Run(after)
    for each in articles:
        for run in runs:
            run.sent += (found for found in run.player.process_article(each) if isinstance(found, ReplayedAlert))
    for run in runs:
        run.sent += run.player.flush_pending()
    return _compare_runs(*runs)


class _Run:
    """One set of rules, and what it would send."""

    def __init__(self, player: Replay) -> None:
        self.player = player
        self.sent: list[ReplayedAlert] = []


_Name = tuple[object, ...]
"""What an alert is found by in the other run."""


def _list_article_keys(sent: ReplayedAlert, _: Replay) -> Iterator[_Name]:
    yield sent.rule, sent.kind, (sent.source, sent.uid)


def _list_subject_keys(sent: ReplayedAlert, player: Replay) -> Iterator[_Name]:
    for subject in sent.subjects:
        for article in sorted(player.articles_by_subject[subject]):
            yield sent.rule, sent.kind, article


def _compare_runs(before: _Run, after: _Run) -> ReplayComparison:
    pairs: dict[int, int] = {}
    for names in (_list_article_keys, _list_subject_keys):
        pairs |= _pair_alerts(before, after, names, pairs)
    again = set(pairs.values())
    lost = [AlertChange(ChangeKind.LOST, sent) for number, sent in enumerate(before.sent) if number not in pairs]
    gained = [AlertChange(ChangeKind.GAINED, sent) for number, sent in enumerate(after.sent) if number not in again]
    paired = [(before.sent[one], after.sent[other]) for one, other in pairs.items()]
    moved = [
        AlertChange(ChangeKind.MOVED, other, sent.at) for sent, other in paired if abs(other.at - sent.at) > _ALIKE
    ]
    both = [(sent, other) for sent, other in paired if abs(other.at - sent.at) <= _ALIKE]
    return ReplayComparison(
        changes=tuple(sorted((*lost, *gained, *moved), key=lambda change: change.sent.at)),
        unchanged_counts=Counter(sent.rule for sent, _ in both),
        differing_counts=Counter(sent.rule for sent, other in both if _has_different_details(sent, other)),
    )


def _has_different_details(sent: ReplayedAlert, other: ReplayedAlert) -> bool:
    return (sent.level, sent.source, sent.uid) != (other.level, other.source, other.uid)


def _pair_alerts(
    before: _Run, after: _Run, names: Callable[[ReplayedAlert, Replay], Iterable[_Name]], known: Mapping[int, int]
) -> dict[int, int]:
    """Which alert after the edit is which before it, of those that are not known yet; each is only one."""
    open_: dict[_Name, list[int]] = defaultdict(list)
    taken = set(known.values())
    for number, sent in enumerate(after.sent):
        if number not in taken:
            for name in names(sent, after.player):
                open_[name].append(number)
    found: dict[int, int] = {}
    for number, sent in enumerate(before.sent):
        if number in known:
            continue
        candidates: Sequence[int] = [each for name in names(sent, before.player) for each in open_.get(name, ())]
        free = min((each for each in candidates if each not in taken), default=None)
        if free is not None:
            found[number] = free
            taken.add(free)
    return found
