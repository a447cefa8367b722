"""What an edit of rules would change: the same news told by both sets of rules, and the alerts gained and lost.

An alert of one set is found again in the other if the same rule tells the same there: by the same article, or by
another one of what it has heard to be the same. Then it is neither gained nor lost.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from monitor.lab.replay import Coming, Replay, Sent


@dataclass(frozen=True, slots=True)
class Change:
    """What only the edited rules would send (`gained`), or only those before."""

    gained: bool
    sent: Sent


@dataclass(frozen=True, slots=True)
class Compared:
    """What two sets of rules tell differently, in time order. `alike`: of each rule, how many alerts both would send;
    `otherwise`: how many of these by another article, at another time or at another level."""

    changes: tuple[Change, ...]
    alike: Mapping[str, int]
    otherwise: Mapping[str, int]


def compared(articles: Iterable[Coming], before: Replay, after: Replay) -> Compared:
    """What would change if `after` ran in place of `before`. The articles are gone through once."""
    runs = _Run(before), _Run(after)
    for each in articles:
        for run in runs:
            run.sent += (found for found in run.player.take(each) if isinstance(found, Sent))
    for run in runs:
        run.sent += run.player.rest()
    return _compared(*runs)


class _Run:
    """One set of rules, and what it would send."""

    def __init__(self, player: Replay) -> None:
        self.player = player
        self.sent: list[Sent] = []


_Name = tuple[object, ...]
"""What an alert is found by in the other run."""


def _fired(sent: Sent, _: Replay) -> Iterator[_Name]:
    yield sent.rule, sent.kind, (sent.source, sent.uid)


def _heard(sent: Sent, player: Replay) -> Iterator[_Name]:
    for subject in sent.subjects:
        for article in sorted(player.heard[subject]):
            yield sent.rule, sent.kind, article


def _compared(before: _Run, after: _Run) -> Compared:
    pairs: dict[int, int] = {}
    for names in (_fired, _heard):
        pairs |= _paired(before, after, names, pairs)
    again = set(pairs.values())
    lost = [Change(gained=False, sent=sent) for number, sent in enumerate(before.sent) if number not in pairs]
    gained = [Change(gained=True, sent=sent) for number, sent in enumerate(after.sent) if number not in again]
    both = [(before.sent[one], after.sent[other]) for one, other in pairs.items()]
    return Compared(
        changes=tuple(sorted((*lost, *gained), key=lambda change: change.sent.at)),
        alike=Counter(sent.rule for sent, _ in both),
        otherwise=Counter(sent.rule for sent, other in both if _is_otherwise(sent, other)),
    )


def _is_otherwise(sent: Sent, other: Sent) -> bool:
    return (sent.at, sent.level, sent.source, sent.uid) != (other.at, other.level, other.source, other.uid)


def _paired(
    before: _Run, after: _Run, names: Callable[[Sent, Replay], Iterable[_Name]], known: Mapping[int, int]
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
