"""Whether an article reports the same happening as others: the same, possibly the same, or another. Pure.

A fact that differs keeps it apart from all of them (complete link: from each member that is compared). Otherwise the
words must be alike enough, and the more facts agree, the less alike they need to be. Between the bounds it is possibly
the same: in doubt the message is sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import fmean

from monitor.stories.clusters import Cluster
from monitor.stories.comparison import TELLING, Comparison, FactComparison, FactKind, Verdict, compare
from monitor.stories.features import ArticleFeatures
from monitor.stories.likeness import copied, likeness

_MUCH_ALIKE = 0.6  # likeness: texts that are so much alike need not both say where
_NEVER = 1_000  # points that no two articles have


class Sameness(StrEnum):
    """What an article is to a story or an event."""

    SAME = "same"
    POSSIBLY = "possibly the same"
    ANOTHER = "another"


@dataclass(frozen=True, slots=True)
class Ruling:
    """What an article is to others, and why, in words. `likeness`: of their words. `unsure`: what one side does
    not say, in words, where it is taken for the same all the same."""

    sameness: Sameness
    why: str
    likeness: float = 0.0
    unsure: str = ""
    facts: tuple[FactComparison, ...] = ()

    @property
    def differs(self) -> bool:
        """Whether a fact keeps it apart."""
        return any(each.verdict is Verdict.DIFFERS for each in self.facts)

    @property
    def doubtful(self) -> bool:
        """Whether a fact may keep it apart."""
        return any(each.verdict is Verdict.DOUBTFUL for each in self.facts)


@dataclass(frozen=True, slots=True)
class Bounds:
    """The likeness of words that is needed, by how many points agree (the last stands for all above).

    possibly      it is possibly the same at this likeness, or where one more agreement would do
    copied        the part of the runs of words that makes a copy; in a short text only if the titles are `copied_title`
                  alike, for many articles have the same few words below their titles
    across        the points that are needed across languages, where words say nothing; one less: possibly the same
    """

    needed: tuple[float, ...]
    copied: float = 0.5
    copied_title: float = 0.4
    possibly: float = 0.3
    across: int = _NEVER

    def likeness(self, points: int) -> float:
        """What is needed."""
        return self.needed[min(points, len(self.needed) - 1)]


BROAD = Bounds(needed=(0.6, 0.6, 0.45, 0.45, 0.4))  # where nothing is known of what the articles have in common


def judge(features: ArticleFeatures, members: Sequence[ArticleFeatures], bounds: Bounds, *, points: int = 0) -> Ruling:
    """Judge an article against the members of a story or an event. `points`: what agrees beside the articles' facts."""
    if not _may_be_same(features, members, bounds):
        return Ruling(Sameness.ANOTHER, "the words differ")
    compared: list[Comparison] = []
    for member in reversed(members):
        compared.append(compare(features, member))
        if compared[-1].differing:
            return Ruling(Sameness.ANOTHER, _in_words(compared[-1].differing), facts=compared[-1].facts)
    within = [each for each in compared if each.same_language]
    return _by_words(within, bounds, points) if within else _across(compared, bounds, points)


def _may_be_same(features: ArticleFeatures, members: Sequence[ArticleFeatures], bounds: Bounds) -> bool:
    """Whether their words are as alike as is needed at least, which is quicker asked than facts are."""
    least = min(bounds.possibly, *bounds.needed)
    if fmean(likeness(features.words, each.words) for each in members) >= least:
        return True
    return any(copied(features.words, each.words)[0] >= bounds.copied for each in members)


def closest(features: ArticleFeatures, found: Cluster, candidates: Iterable[Cluster]) -> Cluster:
    """Of a cluster that an article belongs to, and of those that a person keeps apart from it: the one with the article
    that is most like it. What facts do not tell apart, only that does."""
    rivals = [each for each in candidates if each.whole_id in found.kept_apart]
    open_ones = [each for each in rivals if not judge(features, each.members, BROAD).differs]
    return max((found, *open_ones), key=lambda each: _most_alike(features, each.members))


def _most_alike(features: ArticleFeatures, members: Sequence[ArticleFeatures]) -> tuple[float, int]:
    compared = [compare(features, each) for each in members]
    return max(((each.likeness, each.points) for each in compared), default=(0.0, 0))


def _by_words(compared: Sequence[Comparison], bounds: Bounds, points: int) -> Ruling:
    mean = fmean(each.likeness for each in compared)
    best = max(compared, key=lambda each: (not each.doubtful, each.points, each.likeness))
    needed, clear = bounds.likeness(best.points + points), not best.doubtful
    if clear and any(
        each.copied >= bounds.copied and (each.whole or each.titles >= bounds.copied_title) for each in compared
    ):
        return Ruling(Sameness.SAME, "copied text, and nothing differs", mean, facts=best.facts)
    if mean >= needed and clear:
        return Ruling(
            Sameness.SAME,
            f"joined at {mean:.2f}: {_agreeing(best)}",
            mean,
            _not_known(best, mean),
            best.facts,
        )
    if mean >= min(bounds.possibly, bounds.likeness(best.points + points + TELLING)):
        why = _in_words(best.doubtful) if best.doubtful else f"{_agreeing(best)}; the words differ"
        return Ruling(Sameness.POSSIBLY, why, mean, facts=best.facts)
    return Ruling(Sameness.ANOTHER, "the words differ", mean, facts=best.facts)


def _across(compared: Sequence[Comparison], bounds: Bounds, points: int) -> Ruling:
    best = max(compared, key=lambda each: (not each.doubtful, each.points))
    total = best.points + points if best.points else 0
    if total >= bounds.across and not best.doubtful:
        return Ruling(Sameness.SAME, _agreeing(best), unsure=_not_known(best), facts=best.facts)
    if total >= bounds.across - 1:
        why = _in_words(best.doubtful) if best.doubtful else f"{_agreeing(best)}; it is in another language"
        return Ruling(Sameness.POSSIBLY, why, facts=best.facts)
    return Ruling(Sameness.ANOTHER, "another language, and no fact agrees", facts=best.facts)


def _not_known(comparison: Comparison, likeness: float = 0.0) -> str:
    """What is told of a suppressed article: that nobody says where, of two that are not much the same text."""
    return "its place is not known" if FactKind.PLACE in comparison.unknown and likeness < _MUCH_ALIKE else ""


def _agreeing(comparison: Comparison) -> str:
    said = [_both(each) for each in comparison.facts if each.verdict is Verdict.AGREES]
    return ", ".join(said) or "much the same words"


def _both(fact: FactComparison) -> str:
    if not fact.ours:
        return f"the same {fact.kind}"
    return f"both {fact.ours}" if fact.ours == fact.theirs else f"the same {fact.kind} ({fact.ours}, {fact.theirs})"


def _in_words(facts: Sequence[FactComparison]) -> str:
    return ", ".join(
        f"another {each.kind} ({each.ours}, not {each.theirs})" if each.ours else f"another {each.kind}"
        for each in facts
    )
