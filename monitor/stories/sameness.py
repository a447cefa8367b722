"""Whether an article reports the same happening as others: the same, possibly the same, or another. Pure.

A fact that differs keeps it apart from all of them (complete link: from each member that is compared). Otherwise the
words must be alike enough, and the more facts agree, the less alike they need to be. Between the bounds it is possibly
the same: in doubt the message is sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from statistics import fmean

from monitor.model import ComparedArticle
from monitor.stories.clusters import Cluster
from monitor.stories.comparison import Comparison, compare
from monitor.stories.features import ArticleFeatures
from monitor.stories.likeness import WHOLE_TEXT, copied, likeness, words_of
from monitor.stories.verdicts import TELLING, FactComparison, FactKind
from monitor.stories.wording import (
    agreeing_in_words,
    comparison_in_words,
    differing_in_words,
    doubt_in_words,
    likeness_in_words,
)

_MUCH_ALIKE = 0.6  # likeness: texts that are so much alike need not both say where
_WORDS_DIFFER = "the words differ"
_NEVER = 1_000  # points that no two articles have


class Sameness(StrEnum):
    """What an article is to a story or an event."""

    SAME = "same"
    POSSIBLY = "possibly the same"
    ANOTHER = "another"


_IN_WORDS = {Sameness.SAME: "the same"}


@dataclass(frozen=True, slots=True)
class Ruling:
    """What an article is to others, and why, in words. `likeness`: of their words, from 0 to 1, and `needed`: which
    would make them the same (None: that is not what decided). `unsure`: what one side does not say, in words, where it
    is taken for the same all the same. `comparison`: with the article that decided (None: something else did, of
    `other` if that is one);
    `beside`: what agrees beside the facts of the articles, and `settled_by`: what decided in place of the likeness of
    words, in words."""

    sameness: Sameness
    why: str
    likeness: float = 0.0
    unsure: str = ""
    comparison: Comparison | None = None
    needed: float | None = None
    beside: tuple[str, ...] = ()
    settled_by: str = ""
    other: ArticleFeatures | None = None

    @property
    def differs(self) -> bool:
        """Whether a fact keeps it apart."""
        return self.comparison is not None and bool(self.comparison.differing)

    @property
    def doubtful(self) -> bool:
        """Whether a fact may keep it apart. What kind of happening it is does not count: few words say that, and
        talks that fail are of the strike."""
        doubts = () if self.comparison is None else self.comparison.doubtful
        return any(each.kind is not FactKind.HAPPENING for each in doubts)

    @property
    def words(self) -> str:
        """Which facts agree, which differ and which are not known, and how alike the words are."""
        compared, sameness = self.comparison, _IN_WORDS.get(self.sameness, self.sameness)
        if compared is None:
            return f"{sameness}: {self.why}"
        needed = None if compared.doubtful else self.needed  # where it is in doubt, no likeness would do
        likeness = compared.likeness if self.needed is None else self.likeness
        alike = likeness_in_words(compared, likeness, needed, self.beside)
        settled = [self.settled_by] if self.settled_by else []
        return f"{sameness}: {'; '.join([*settled, *comparison_in_words(compared), alike])}"


@dataclass(frozen=True, slots=True)
class JudgedCluster:
    """A story or an event that an article was compared with, and what came of it."""

    cluster: Cluster
    ruling: Ruling

    @property
    def nearness(self) -> tuple[bool, bool, int, float]:
        """The greater, the nearer: what is the same, then what is possibly so, then what agrees in the most."""
        sameness, compared = self.ruling.sameness, self.ruling.comparison
        alike = (compared.points, compared.likeness) if compared is not None else (0, 0.0)
        return sameness is Sameness.SAME, sameness is Sameness.POSSIBLY, *alike

    @property
    def other(self) -> ArticleFeatures:
        """With which article of it to compare where no comparison was made: what decided, else the latest."""
        return self.ruling.other or self.cluster.members[-1]

    @property
    def compared(self) -> ComparedArticle:
        """The article of it that decided, and the comparison in words."""
        other = self.other if self.ruling.comparison is None else self.ruling.comparison.other
        return ComparedArticle(other.source, other.uid, f"“{other.title}” ({other.source}): {self.ruling.words}")


def compared_anyway(features: ArticleFeatures, judged: JudgedCluster) -> JudgedCluster:
    """The same with a comparison, though something else has decided, for people who ask."""
    ruling = judged.ruling
    if ruling.comparison is not None:
        return judged
    comparison = compare(features, judged.other)
    settled_by = "" if ruling.why == _WORDS_DIFFER else ruling.why  # the comparison says by how much they do
    return replace(judged, ruling=replace(ruling, comparison=comparison, settled_by=settled_by))


def nearest(judged: Sequence[JudgedCluster]) -> ComparedArticle | None:
    """What the nearest of them says; of equals, of the first; None if there is none."""
    return max(judged, key=lambda each: each.nearness).compared if judged else None


@dataclass(frozen=True, slots=True)
class Bounds:
    """The likeness of words that is needed, by how many points agree (the last stands for all above).

    alone         the likeness that is needed where no more than one kind of fact agrees, however much that is
    possibly      it is possibly the same at this likeness, or where one more agreement would do
    copied        the part of the runs of words that makes a copy; in a short text only if the titles are `copied_title`
                  alike, for many articles have the same few words below their titles
    across        the points that are needed across languages, where words say nothing; one less: possibly the same
    """

    needed: tuple[float, ...]
    alone: float
    copied: float = 0.5
    copied_title: float = 0.4
    possibly: float = 0.3
    across: int = _NEVER

    def likeness(self, points: int, *, alone: bool = False) -> float:
        """What is needed; `alone`: only one kind of fact agrees."""
        needed = self.needed[min(points, len(self.needed) - 1)]
        return max(needed, self.alone) if alone else needed


BROAD = Bounds(needed=(0.5, 0.5, 0.4), alone=0.5)  # where nothing is known of what the articles have in common


def judge(
    features: ArticleFeatures,
    members: Sequence[ArticleFeatures],
    bounds: Bounds,
    *,
    points: int = 0,
    one_topic: bool = False,
) -> Ruling:
    """Judge an article against the members of a story or an event. `points`: what agrees beside the articles' facts;
    `one_topic`: all are what one rule looks for, which counts in place of a kind of happening that one does not say."""
    compared: list[Comparison] = []
    for member in reversed(members):
        compared.append(compare(features, member))
        if compared[-1].differing:
            return Ruling(Sameness.ANOTHER, differing_in_words(compared[-1]), comparison=compared[-1])
    within = [each for each in compared if each.same_language]
    if within:
        return _by_words(within, bounds, points, one_topic=one_topic)
    return _across(compared, bounds, points, one_topic=one_topic)


def words_may_do(features: ArticleFeatures, members: Sequence[ArticleFeatures], bounds: Bounds) -> bool:
    """Whether words are as alike as is needed at least, which is quicker asked than what `judge` asks. Where they are
    not it is another one, if words decide alone; which facts keep it apart is not known then."""
    least = min(bounds.possibly, *bounds.needed)
    if fmean(likeness(features.words, each.words) for each in members) >= least:
        return True
    return any(copied(features.words, each.words)[0] >= bounds.copied for each in members)


def closest(features: ArticleFeatures, found: Cluster, candidates: Iterable[Cluster]) -> Cluster:
    """Of a cluster that an article belongs to, and of those that a person keeps apart from it: the one with the article
    that is most like it. What facts do not tell apart, only that does."""
    if not found.kept_apart:
        return found
    rivals = [each for each in candidates if each.whole_id in found.kept_apart]
    open_ones = [each for each in rivals if not judge(features, each.members, BROAD).differs]
    return max((found, *open_ones), key=lambda each: _most_alike(features, each.members))


def _most_alike(features: ArticleFeatures, members: Sequence[ArticleFeatures]) -> tuple[float, int]:
    compared = [compare(features, each) for each in members]
    return max(((each.likeness, each.points) for each in compared), default=(0.0, 0))


def is_whole_copy(features: ArticleFeatures, member: ArticleFeatures) -> bool:
    """Whether both have much the same long text, whatever their titles say."""
    whole = min(features.words.length, member.words.length) >= WHOLE_TEXT
    return whole and copied(features.words, member.words)[0] >= BROAD.copied


def _by_words(compared: Sequence[Comparison], bounds: Bounds, points: int, *, one_topic: bool) -> Ruling:
    mean = fmean(each.likeness for each in compared)
    best = max(compared, key=lambda each: (not each.doubtful, each.points, each.likeness))
    total, alone = _agreement(best, points, one_topic=one_topic)
    needed, clear = bounds.likeness(total, alone=alone), not _in_doubt(compared)
    ruling = Ruling(Sameness.ANOTHER, _WORDS_DIFFER, mean, comparison=best, needed=needed)
    if clear and any(
        each.copied >= bounds.copied and (each.whole or each.titles >= bounds.copied_title) for each in compared
    ):
        why = "copied text, and nothing differs"
        return replace(ruling, sameness=Sameness.SAME, why=why, needed=None, settled_by="copied text")
    if mean >= needed and clear:
        why = f"joined at {mean:.2f}: {agreeing_in_words(best)}"
        return replace(ruling, sameness=Sameness.SAME, why=why, unsure=not_known(best, mean))
    possibly = bounds.possibly if total else max(bounds.possibly, BROAD.possibly)
    if mean >= min(possibly, bounds.likeness(total + TELLING)):
        return replace(ruling, sameness=Sameness.POSSIBLY, why=doubt_in_words(best, _WORDS_DIFFER))
    return ruling


def _across(compared: Sequence[Comparison], bounds: Bounds, points: int, *, one_topic: bool) -> Ruling:
    best = max(compared, key=lambda each: (not each.doubtful, each.points))
    total, alone = _agreement(best, points, one_topic=one_topic) if best.points else (0, True)
    if total >= bounds.across and best.pinned and not alone and not _in_doubt(compared):
        return Ruling(Sameness.SAME, agreeing_in_words(best), unsure=not_known(best), comparison=best)
    if total >= bounds.across - 1:
        return Ruling(Sameness.POSSIBLY, doubt_in_words(best, "it is in another language"), comparison=best)
    return Ruling(Sameness.ANOTHER, "another language, and no fact agrees", comparison=best)


def _agreement(best: Comparison, points: int, *, one_topic: bool) -> tuple[int, bool]:
    """The points of all that agrees, and whether no more than one kind of fact does."""
    if one_topic and best.kind_unknown:
        points += TELLING
    return best.points + points, best.agreeing + (points > 0) < 2


def _in_doubt(compared: Sequence[Comparison]) -> bool:
    """Whether it may be another happening than the one whose title is most like its own, and no other one says so much
    as to settle it: what was reported in other words meanwhile settles nothing."""
    most_like = max(compared, key=lambda each: (each.titles, each.likeness))
    clear = [each.other for each in compared if not each.doubtful]
    return any(not any(_says_it(doubt, each) for each in clear) for doubt in most_like.doubtful)


def _says_it(doubt: FactComparison, other: ArticleFeatures) -> bool:
    """Whether an article says what is in doubt, in our words: a blast at the plant is the one at the factory then."""
    ours, theirs = (set(words_of(said, "", "").title) for said in (doubt.ours, doubt.theirs))
    return doubt.kind is FactKind.WORDING and ours != theirs and bool(ours) and other.words.of_both >= ours


def not_known(comparison: Comparison, likeness: float = 0.0) -> str:
    """What is said of a suppressed article: that one of two says no place, where they are not much the same text."""
    return "one of the two names no place" if FactKind.PLACE in comparison.unknown and likeness < _MUCH_ALIKE else ""
