"""Compares two sets of rules on the same news: which alerts an edit would add, lose or move to another time.

An alert of one set has a counterpart in the other if the same rule alerts there of the same article, or of another
article of the same subject. Then it is neither gained nor lost, but it may come at another time.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from monitor.lab.replay import Replay, ReplayedAlert, ScheduledArticle

_SAME_TIME = timedelta(minutes=1)  # moments that differ by no more count as the same


class ChangeKind(StrEnum):
    """How an edit changes an alert."""

    GAINED = "gained"  # only the edited rules would send it
    LOST = "lost"  # only those before
    MOVED = "moved"  # both, but not at the same time


@dataclass(frozen=True, slots=True)
class AlertChange:
    """An alert after the edit, or before it if it is lost. `moved_from`: when it was sent before, if it moved."""

    kind: ChangeKind
    sent: ReplayedAlert
    moved_from: datetime | None = None


@dataclass(frozen=True, slots=True)
class ReplayComparison:
    """`changes`: what two sets of rules alert of differently, in time order; `unchanged_counts`: for each rule, how
    many alerts both would send at the same time; `differing_counts`: how many of these with another article or
    level; `articles`: how many were replayed; `hit_counts`: for each rule after the edit, how many of them it hit."""

    changes: tuple[AlertChange, ...]
    unchanged_counts: Mapping[str, int]
    differing_counts: Mapping[str, int]
    articles: int
    hit_counts: Mapping[str, int]


def compare_replays(articles: Iterable[ScheduledArticle], before: Replay, after: Replay) -> ReplayComparison:
    """What would change if `after` ran in place of `before`. The articles are iterated once."""
    runs = _Run(before), _Run(after)
    names = set()
    for article in articles:
        names.add((article.article.source, article.article.uid))
        for run in runs:
            run.process_article(article)
    for run in runs:
        run.sent += run.player.flush_pending()
    return _compare_runs(*runs, len(names))


class _Run:
    """One set of rules, what it would send, and which articles each rule hit."""

    def __init__(self, player: Replay) -> None:
        self.player = player
        self.sent: list[ReplayedAlert] = []
        self.hits: dict[str, set[tuple[str, str]]] = defaultdict(set)

    def process_article(self, scheduled: ScheduledArticle) -> None:
        """Process an article at its time, and collect what came of it."""
        name = scheduled.article.source, scheduled.article.uid
        for result in self.player.process_article(scheduled):
            if isinstance(result, ReplayedAlert):
                self.sent.append(result)
                continue
            for decided in result.decision.decisions:
                self.hits[decided.match.rule].add(name)


_Key = tuple[object, ...]
"""A key by which an alert finds its counterpart in the other run."""


def _list_article_keys(sent: ReplayedAlert, _: Replay) -> Iterator[_Key]:
    yield sent.rule, sent.kind, (sent.source, sent.uid)


def _list_subject_keys(sent: ReplayedAlert, player: Replay) -> Iterator[_Key]:
    for subject in sent.subjects:
        for article in sorted(player.articles_by_subject[subject]):
            yield sent.rule, sent.kind, article


def _compare_runs(before: _Run, after: _Run, articles: int) -> ReplayComparison:
    pairs: dict[int, int] = {}
    for list_keys in (_list_article_keys, _list_subject_keys):
        pairs |= _pair_alerts(before, after, list_keys, pairs)
    paired_after = set(pairs.values())
    lost = [AlertChange(ChangeKind.LOST, sent) for number, sent in enumerate(before.sent) if number not in pairs]
    gained = [
        AlertChange(ChangeKind.GAINED, sent) for number, sent in enumerate(after.sent) if number not in paired_after
    ]
    paired = [(before.sent[one], after.sent[other]) for one, other in pairs.items()]
    moved = [
        AlertChange(ChangeKind.MOVED, other, sent.at) for sent, other in paired if abs(other.at - sent.at) > _SAME_TIME
    ]
    unchanged = [(sent, other) for sent, other in paired if abs(other.at - sent.at) <= _SAME_TIME]
    return ReplayComparison(
        changes=tuple(sorted((*lost, *gained, *moved), key=lambda change: change.sent.at)),
        unchanged_counts=Counter(sent.rule for sent, _ in unchanged),
        differing_counts=Counter(sent.rule for sent, other in unchanged if _has_different_details(sent, other)),
        articles=articles,
        hit_counts={rule: len(names) for rule, names in after.hits.items()},
    )


def _has_different_details(sent: ReplayedAlert, other: ReplayedAlert) -> bool:
    return (sent.level, sent.source, sent.uid) != (other.level, other.source, other.uid)


def _pair_alerts(
    before: _Run, after: _Run, list_keys: Callable[[ReplayedAlert, Replay], Iterable[_Key]], known: Mapping[int, int]
) -> dict[int, int]:
    """For alerts before the edit, by number, their counterpart after it: only those not in `known`, and each at most
    once."""
    numbers_by_key: dict[_Key, list[int]] = defaultdict(list)
    used = set(known.values())
    for number, sent in enumerate(after.sent):
        if number not in used:
            for key in list_keys(sent, after.player):
                numbers_by_key[key].append(number)
    found: dict[int, int] = {}
    for number, sent in enumerate(before.sent):
        if number in known:
            continue
        candidates: Sequence[int] = [
            other for key in list_keys(sent, before.player) for other in numbers_by_key.get(key, ())
        ]
        free = min((other for other in candidates if other not in used), default=None)
        if free is not None:
            found[number] = free
            used.add(free)
    return found
