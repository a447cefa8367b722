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
from monitor.stories.comparison import Comparison, compare_articles
from monitor.stories.features import ArticleFeatures
from monitor.stories.likeness import WHOLE_TEXT, measure_copied_share, measure_likeness, word_features_of
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
class SamenessDecision:
    """What an article is to others, and why, in words. `likeness`: of their words, from 0 to 1, and `needed`: which
    would make them the same (None: that is not what decided). `unsure`: what one side does not say, in words, where it
    is taken for the same all the same. `comparison`: with the article that decided (None: something else did, of
    `other` if that is one);
    `beside`: what agrees beside the facts of the articles, and `settled_by`: what decided in place of the likeness of
    words, in words."""

    sameness: Sameness
    reason: str
    likeness: float = 0.0
    uncertainty: str = ""
    comparison: Comparison | None = None
    required_likeness: float | None = None
    other_agreements: tuple[str, ...] = ()
    settled_by: str = ""
    other_article: ArticleFeatures | None = None

    @property
    def has_differing_fact(self) -> bool:
        """Whether a fact keeps it apart."""
        return self.comparison is not None and bool(self.comparison.differing_facts)

    @property
    def has_doubtful_fact(self) -> bool:
        """Whether a fact may keep it apart. What kind of happening it is does not count: few words say that, and
        talks that fail are of the strike."""
        doubts = () if self.comparison is None else self.comparison.doubtful_facts
        return any(each.kind is not FactKind.HAPPENING for each in doubts)

    @property
    def explanation(self) -> str:
        """Which facts agree, which differ and which are not known, and how alike the words are."""
        compared, sameness = self.comparison, _IN_WORDS.get(self.sameness, self.sameness)
        if compared is None:
            return f"{sameness}: {self.reason}"
        needed = (
            None if compared.doubtful_facts else self.required_likeness
        )  # where it is in doubt, no likeness would do
        likeness = compared.likeness if self.required_likeness is None else self.likeness
        alike = likeness_in_words(compared, likeness, needed, self.other_agreements)
        settled = [self.settled_by] if self.settled_by else []
        return f"{sameness}: {'; '.join([*settled, *comparison_in_words(compared), alike])}"


@dataclass(frozen=True, slots=True)
class ClusterComparison:
    """A story or an event that an article was compared with, and what came of it."""

    cluster: Cluster
    decision: SamenessDecision

    @property
    def nearness(self) -> tuple[bool, bool, int, float]:
        """The greater, the nearer: what is the same, then what is possibly so, then what agrees in the most."""
        sameness, compared = self.decision.sameness, self.decision.comparison
        alike = (compared.points, compared.likeness) if compared is not None else (0, 0.0)
        return sameness is Sameness.SAME, sameness is Sameness.POSSIBLY, *alike

    @property
    def article_to_compare(self) -> ArticleFeatures:
        """With which article of it to compare where no comparison was made: what decided, else the latest."""
        return self.decision.other_article or self.cluster.members[-1]

    @property
    def compared_article(self) -> ComparedArticle:
        """The article of it that decided, and the comparison in words."""
        other = self.article_to_compare if self.decision.comparison is None else self.decision.comparison.other
        return ComparedArticle(
            other.source, other.uid, f"“{other.title}” ({other.source}): {self.decision.explanation}"
        )


def add_comparison(features: ArticleFeatures, judged: ClusterComparison) -> ClusterComparison:
    """The same with a comparison, though something else has decided, for people who ask."""
    ruling = judged.decision
    if ruling.comparison is not None:
        return judged
    comparison = compare_articles(features, judged.article_to_compare)
    settled_by = "" if ruling.reason == _WORDS_DIFFER else ruling.reason  # the comparison says by how much they do
    return replace(judged, decision=replace(ruling, comparison=comparison, settled_by=settled_by))


def find_nearest_article(judged: Sequence[ClusterComparison]) -> ComparedArticle | None:
    """What the nearest of them says; of equals, of the first; None if there is none."""
    return max(judged, key=lambda each: each.nearness).compared_article if judged else None


@dataclass(frozen=True, slots=True)
class SamenessThresholds:
    """The likeness of words that is needed, by how many points agree (the last stands for all above).

    alone         the likeness that is needed where no more than one kind of fact agrees, however much that is
    possibly      it is possibly the same at this likeness, or where one more agreement would do
    copied        the part of the runs of words that makes a copy; in a short text only if the titles are `copied_title`
                  alike, for many articles have the same few words below their titles
    across        the points that are needed across languages, where words say nothing; one less: possibly the same
    """

    likeness_by_points: tuple[float, ...]
    single_fact_likeness: float
    copied_share: float = 0.5
    copied_title_likeness: float = 0.4
    possible_likeness: float = 0.3
    cross_language_points: int = _NEVER

    def required_likeness(self, points: int, *, alone: bool = False) -> float:
        """What is needed; `alone`: only one kind of fact agrees."""
        needed = self.likeness_by_points[min(points, len(self.likeness_by_points) - 1)]
        return max(needed, self.single_fact_likeness) if alone else needed


BROAD = SamenessThresholds(
    likeness_by_points=(0.5, 0.5, 0.4), single_fact_likeness=0.5
)  # where nothing is known of what the articles have in common


def decide_sameness(
    features: ArticleFeatures,
    members: Sequence[ArticleFeatures],
    bounds: SamenessThresholds,
    *,
    points: int = 0,
    one_topic: bool = False,
) -> SamenessDecision:
    """Judge an article against the members of a story or an event. `points`: what agrees beside the articles' facts;
    `one_topic`: all are what one rule looks for, which counts in place of a kind of happening that one does not say."""
    compared: list[Comparison] = []
    for member in reversed(members):
        compared.append(compare_articles(features, member))
        if compared[-1].differing_facts:
            return SamenessDecision(Sameness.ANOTHER, differing_in_words(compared[-1]), comparison=compared[-1])
    within = [each for each in compared if each.same_language]
    if within:
        return _decide_by_words(within, bounds, points, one_topic=one_topic)
    return _decide_across_languages(compared, bounds, points, one_topic=one_topic)


def may_be_same_by_words(
    features: ArticleFeatures, members: Sequence[ArticleFeatures], bounds: SamenessThresholds
) -> bool:
    """Whether words are as alike as is needed at least, which is quicker asked than what `judge` asks. Where they are
    not it is another one, if words decide alone; which facts keep it apart is not known then."""
    least = min(bounds.possible_likeness, *bounds.likeness_by_points)
    if fmean(measure_likeness(features.words, each.words) for each in members) >= least:
        return True
    return any(measure_copied_share(features.words, each.words)[0] >= bounds.copied_share for each in members)


def choose_closest_cluster(features: ArticleFeatures, found: Cluster, candidates: Iterable[Cluster]) -> Cluster:
    """Of a cluster that an article belongs to, and of those that a person keeps apart from it: the one with the article
    that is most like it. What facts do not tell apart, only that does."""
    if not found.kept_apart:
        return found
    rivals = [each for each in candidates if each.whole_id in found.kept_apart]
    open_ones = [each for each in rivals if not decide_sameness(features, each.members, BROAD).has_differing_fact]
    return max((found, *open_ones), key=lambda each: _find_best_likeness(features, each.members))


def _find_best_likeness(features: ArticleFeatures, members: Sequence[ArticleFeatures]) -> tuple[float, int]:
    compared = [compare_articles(features, each) for each in members]
    return max(((each.likeness, each.points) for each in compared), default=(0.0, 0))


def is_whole_copy(features: ArticleFeatures, member: ArticleFeatures) -> bool:
    """Whether both have much the same long text, whatever their titles say."""
    whole = min(features.words.length, member.words.length) >= WHOLE_TEXT
    return whole and measure_copied_share(features.words, member.words)[0] >= BROAD.copied_share


def _decide_by_words(
    compared: Sequence[Comparison], bounds: SamenessThresholds, points: int, *, one_topic: bool
) -> SamenessDecision:
    mean = fmean(each.likeness for each in compared)
    best = max(compared, key=lambda each: (not each.doubtful_facts, each.points, each.likeness))
    total, alone = _count_agreement(best, points, one_topic=one_topic)
    needed, clear = bounds.required_likeness(total, alone=alone), not _in_doubt(compared)
    ruling = SamenessDecision(Sameness.ANOTHER, _WORDS_DIFFER, mean, comparison=best, required_likeness=needed)
    if clear and any(
        each.copied_share >= bounds.copied_share
        and (each.has_whole_texts or each.title_likeness >= bounds.copied_title_likeness)
        for each in compared
    ):
        why = "copied text, and nothing differs"
        return replace(ruling, sameness=Sameness.SAME, reason=why, required_likeness=None, settled_by="copied text")
    if mean >= needed and clear:
        why = f"joined at {mean:.2f}: {agreeing_in_words(best)}"
        return replace(ruling, sameness=Sameness.SAME, reason=why, uncertainty=describe_missing_place(best, mean))
    possibly = bounds.possible_likeness if total else max(bounds.possible_likeness, BROAD.possible_likeness)
    if mean >= min(possibly, bounds.required_likeness(total + TELLING)):
        return replace(ruling, sameness=Sameness.POSSIBLY, reason=doubt_in_words(best, _WORDS_DIFFER))
    return ruling


def _decide_across_languages(
    compared: Sequence[Comparison], bounds: SamenessThresholds, points: int, *, one_topic: bool
) -> SamenessDecision:
    best = max(compared, key=lambda each: (not each.doubtful_facts, each.points))
    total, alone = _count_agreement(best, points, one_topic=one_topic) if best.points else (0, True)
    if total >= bounds.cross_language_points and best.is_specific and not alone and not _in_doubt(compared):
        return SamenessDecision(
            Sameness.SAME, agreeing_in_words(best), uncertainty=describe_missing_place(best), comparison=best
        )
    if total >= bounds.cross_language_points - 1:
        return SamenessDecision(Sameness.POSSIBLY, doubt_in_words(best, "it is in another language"), comparison=best)
    return SamenessDecision(Sameness.ANOTHER, "another language, and no fact agrees", comparison=best)


def _count_agreement(best: Comparison, points: int, *, one_topic: bool) -> tuple[int, bool]:
    """The points of all that agrees, and whether no more than one kind of fact does."""
    if one_topic and best.has_unknown_happening:
        points += TELLING
    return best.points + points, best.agreeing_kind_count + (points > 0) < 2


def _in_doubt(compared: Sequence[Comparison]) -> bool:
    """Whether it may be another happening than the one whose title is most like its own, and no other one says so much
    as to settle it: what was reported in other words meanwhile settles nothing."""
    most_like = max(compared, key=lambda each: (each.title_likeness, each.likeness))
    clear = [each.other for each in compared if not each.doubtful_facts]
    return any(not any(_has_words_in_doubt(doubt, each) for each in clear) for doubt in most_like.doubtful_facts)


def _has_words_in_doubt(doubt: FactComparison, other: ArticleFeatures) -> bool:
    """Whether an article says what is in doubt, in our words: a blast at the plant is the one at the factory then."""
    ours, theirs = (set(word_features_of(said, "", "").title) for said in (doubt.ours, doubt.theirs))
    return doubt.kind is FactKind.WORDING and ours != theirs and bool(ours) and other.words.of_both >= ours


def describe_missing_place(comparison: Comparison, likeness: float = 0.0) -> str:
    """What is said of a suppressed article: that one of two says no place, where they are not much the same text."""
    return (
        "one of the two names no place" if FactKind.PLACE in comparison.unknown_kinds and likeness < _MUCH_ALIKE else ""
    )
