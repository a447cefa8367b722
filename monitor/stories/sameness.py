"""Decides whether an article reports the same happening as others: the same, possibly the same, or another. Pure.

A fact that differs from any compared member separates the article from the whole cluster (complete link). Otherwise the
words must be alike enough. The more facts agree, the less alike the words need to be. Between the two thresholds it is
possibly the same: in doubt the message is sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from statistics import fmean

from monitor.model import ComparedArticle
from monitor.stories.article_comparison import Comparison, compare_articles
from monitor.stories.clusters import Cluster
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

_NEARLY_SAME_TEXT = 0.6  # likeness: texts that are so much alike need not both name a place
_WORDS_DIFFER = "the words differ"
_UNREACHABLE = 1_000  # points that no two articles reach


class Sameness(StrEnum):
    """How an article relates to a story or an event."""

    SAME = "same"
    POSSIBLY = "possibly the same"
    ANOTHER = "another"


_LABELS = {Sameness.SAME: "the same"}


@dataclass(frozen=True, slots=True)
class SamenessDecision:
    """How an article relates to a cluster, and why.

    reason             why, in words
    likeness           of the words, from 0 to 1
    uncertainty        what one side does not say, in words, although the two are taken for the same
    comparison         with the article that decided; None if something else decided
    required_likeness  the likeness that would make them the same; None if the likeness did not decide
    other_agreements   what agrees besides the facts of the articles
    settled_by         what decided instead of the likeness, in words
    other_article      the article that decided, where there is no comparison with it
    """

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
        """Whether a fact separates the article from the cluster."""
        return self.comparison is not None and bool(self.comparison.differing_facts)

    @property
    def has_doubtful_fact(self) -> bool:
        """Whether a fact may separate the article from the cluster. The kind of happening does not count: only a few
        words name it, and failed talks belong to the strike."""
        doubtful = () if self.comparison is None else self.comparison.doubtful_facts
        return any(fact.kind is not FactKind.HAPPENING for fact in doubtful)

    @property
    def explanation(self) -> str:
        """In words: which facts agree, differ or are not known, and how alike the words are."""
        comparison, label = self.comparison, _LABELS.get(self.sameness, self.sameness)
        if comparison is None:
            return f"{label}: {self.reason}"
        # A doubtful fact makes it doubtful at any likeness.
        required = None if comparison.doubtful_facts else self.required_likeness
        likeness = comparison.likeness if self.required_likeness is None else self.likeness
        likeness_text = likeness_in_words(comparison, likeness, required, self.other_agreements)
        settled = [self.settled_by] if self.settled_by else []
        return f"{label}: {'; '.join([*settled, *comparison_in_words(comparison), likeness_text])}"


@dataclass(frozen=True, slots=True)
class ClusterComparison:
    """A story or an event that an article was compared with, and the decision."""

    cluster: Cluster
    decision: SamenessDecision

    @property
    def nearness(self) -> tuple[bool, bool, int, float]:
        """A sort key; greater is nearer: the same, then possibly the same, then more points, then more likeness."""
        sameness, comparison = self.decision.sameness, self.decision.comparison
        agreement = (comparison.points, comparison.likeness) if comparison is not None else (0, 0.0)
        return sameness is Sameness.SAME, sameness is Sameness.POSSIBLY, *agreement

    @property
    def article_to_compare(self) -> ArticleFeatures:
        """The member to compare with where no comparison was made: the one that decided, else the latest."""
        return self.decision.other_article or self.cluster.members[-1]

    @property
    def compared_article(self) -> ComparedArticle:
        """The member that decided, and the comparison in words."""
        other = self.article_to_compare if self.decision.comparison is None else self.decision.comparison.other
        return ComparedArticle(
            other.source, other.uid, f"“{other.title}” ({other.source}): {self.decision.explanation}"
        )


def add_comparison(features: ArticleFeatures, compared: ClusterComparison) -> ClusterComparison:
    """Add a comparison where something else decided, so that `why` can show it."""
    decision = compared.decision
    if decision.comparison is not None:
        return compared
    comparison = compare_articles(features, compared.article_to_compare)
    settled_by = "" if decision.reason == _WORDS_DIFFER else decision.reason  # the comparison shows the likeness
    return replace(compared, decision=replace(decision, comparison=comparison, settled_by=settled_by))


def find_nearest_article(comparisons: Sequence[ClusterComparison]) -> ComparedArticle | None:
    """The compared article of the nearest cluster (of the first if several are equal); None if there is none."""
    return max(comparisons, key=lambda comparison: comparison.nearness).compared_article if comparisons else None


@dataclass(frozen=True, slots=True)
class SamenessThresholds:
    """What makes two articles the same. Likenesses and shares are from 0 to 1.

    likeness_by_points     the required likeness by number of points; the last value also counts for more points
    single_fact_likeness   the required likeness where at most one kind of fact agrees, however many points it has
    copied_share           the share of common shingles that makes a copy
    copied_title_likeness  in a short text, a copy also needs titles that are so alike, because many articles have the
                           same few words below their titles
    possible_likeness      at this likeness it is possibly the same; also where one more agreement would be enough
    cross_language_points  the required points across languages, where words cannot be compared; with one point less
                           it is possibly the same
    """

    likeness_by_points: tuple[float, ...]
    single_fact_likeness: float
    copied_share: float = 0.5
    copied_title_likeness: float = 0.4
    possible_likeness: float = 0.3
    cross_language_points: int = _UNREACHABLE

    def required_likeness(self, points: int, *, is_single_fact: bool = False) -> float:
        """The required likeness; `is_single_fact`: at most one kind of fact agrees."""
        required = self.likeness_by_points[min(points, len(self.likeness_by_points) - 1)]
        return max(required, self.single_fact_likeness) if is_single_fact else required


# For articles of which nothing is known that they have in common.
BROAD = SamenessThresholds(likeness_by_points=(0.5, 0.5, 0.4), single_fact_likeness=0.5)


def decide_sameness(
    features: ArticleFeatures,
    members: Sequence[ArticleFeatures],
    bounds: SamenessThresholds,
    *,
    points: int = 0,
    one_topic: bool = False,
) -> SamenessDecision:
    """Compare an article with the members of a story or an event, and decide whether it is the same.

    points     points for what agrees besides the facts of the articles
    one_topic  one rule looks for all of them; this counts as an agreement where one article names no kind of happening
    """
    comparisons: list[Comparison] = []
    for member in reversed(members):
        comparisons.append(compare_articles(features, member))
        if comparisons[-1].differing_facts:
            return SamenessDecision(Sameness.ANOTHER, differing_in_words(comparisons[-1]), comparison=comparisons[-1])
    same_language = [comparison for comparison in comparisons if comparison.same_language]
    if same_language:
        return _decide_by_words(same_language, bounds, points, one_topic=one_topic)
    return _decide_across_languages(comparisons, bounds, points, one_topic=one_topic)


def may_be_same_by_words(
    features: ArticleFeatures, members: Sequence[ArticleFeatures], bounds: SamenessThresholds
) -> bool:
    """Whether the words reach the lowest threshold. This is a quick check before `decide_sameness`. If False, the words
    alone make it another happening; the facts have not been compared then."""
    lowest = min(bounds.possible_likeness, *bounds.likeness_by_points)
    if fmean(measure_likeness(features.words, member.words) for member in members) >= lowest:
        return True
    return any(measure_copied_share(features.words, member.words)[0] >= bounds.copied_share for member in members)


def choose_closest_cluster(features: ArticleFeatures, found: Cluster, candidates: Iterable[Cluster]) -> Cluster:
    """The cluster with the most similar member: the cluster `found`, or one that a person split from it. Facts cannot
    choose between two such clusters, only likeness can."""
    if not found.kept_apart:
        return found
    rivals = [cluster for cluster in candidates if cluster.root_id in found.kept_apart]
    possible = [rival for rival in rivals if not decide_sameness(features, rival.members, BROAD).has_differing_fact]
    return max((found, *possible), key=lambda cluster: _find_best_likeness(features, cluster.members))


def _find_best_likeness(features: ArticleFeatures, members: Sequence[ArticleFeatures]) -> tuple[float, int]:
    comparisons = [compare_articles(features, member) for member in members]
    return max(((comparison.likeness, comparison.points) for comparison in comparisons), default=(0.0, 0))


def is_whole_copy(features: ArticleFeatures, member: ArticleFeatures) -> bool:
    """Whether both have nearly the same long text, whatever their titles say."""
    is_long = min(features.words.length, member.words.length) >= WHOLE_TEXT
    return is_long and measure_copied_share(features.words, member.words)[0] >= BROAD.copied_share


def _decide_by_words(
    comparisons: Sequence[Comparison], bounds: SamenessThresholds, points: int, *, one_topic: bool
) -> SamenessDecision:
    mean = fmean(comparison.likeness for comparison in comparisons)
    best = max(
        comparisons, key=lambda comparison: (not comparison.doubtful_facts, comparison.points, comparison.likeness)
    )
    total_points, is_single_fact = _count_agreement(best, points, one_topic=one_topic)
    required, is_certain = (
        bounds.required_likeness(total_points, is_single_fact=is_single_fact),
        not _is_in_doubt(comparisons),
    )
    decision = SamenessDecision(Sameness.ANOTHER, _WORDS_DIFFER, mean, comparison=best, required_likeness=required)
    if is_certain and any(
        comparison.copied_share >= bounds.copied_share
        and (comparison.has_whole_texts or comparison.title_likeness >= bounds.copied_title_likeness)
        for comparison in comparisons
    ):
        reason = "copied text, and nothing that makes it another happening"
        return replace(
            decision, sameness=Sameness.SAME, reason=reason, required_likeness=None, settled_by="copied text"
        )
    if mean >= required and is_certain:
        reason = f"joined at {mean:.2f}: {agreeing_in_words(best)}"
        return replace(decision, sameness=Sameness.SAME, reason=reason, uncertainty=describe_missing_place(best, mean))
    possible_likeness = (
        bounds.possible_likeness if total_points else max(bounds.possible_likeness, BROAD.possible_likeness)
    )
    if mean >= min(possible_likeness, bounds.required_likeness(total_points + TELLING)):
        return replace(decision, sameness=Sameness.POSSIBLY, reason=doubt_in_words(best, _WORDS_DIFFER))
    return decision


def _decide_across_languages(
    comparisons: Sequence[Comparison], bounds: SamenessThresholds, points: int, *, one_topic: bool
) -> SamenessDecision:
    best = max(comparisons, key=lambda comparison: (not comparison.doubtful_facts, comparison.points))
    total_points, is_single_fact = _count_agreement(best, points, one_topic=one_topic) if best.points else (0, True)
    if (
        total_points >= bounds.cross_language_points
        and best.is_specific
        and not is_single_fact
        and not _is_in_doubt(comparisons)
    ):
        return SamenessDecision(
            Sameness.SAME, agreeing_in_words(best), uncertainty=describe_missing_place(best), comparison=best
        )
    if total_points >= bounds.cross_language_points - 1:
        return SamenessDecision(Sameness.POSSIBLY, doubt_in_words(best, "it is in another language"), comparison=best)
    return SamenessDecision(Sameness.ANOTHER, "another language, and no fact agrees", comparison=best)


def _count_agreement(best: Comparison, points: int, *, one_topic: bool) -> tuple[int, bool]:
    """The points of everything that agrees, and whether at most one kind of fact agrees."""
    if one_topic and best.has_unknown_happening:
        points += TELLING
    return best.points + points, best.agreeing_kind_count + (points > 0) < 2


def _is_in_doubt(comparisons: Sequence[Comparison]) -> bool:
    """Whether the article with the most similar title has a doubtful fact that no other article settles. An article
    settles it if it contains our doubtful words; a report in other words settles nothing."""
    nearest = max(comparisons, key=lambda comparison: (comparison.title_likeness, comparison.likeness))
    certain_articles = [comparison.other for comparison in comparisons if not comparison.doubtful_facts]
    return any(
        not any(_has_words_in_doubt(doubt, article) for article in certain_articles) for doubt in nearest.doubtful_facts
    )


def _has_words_in_doubt(doubt: FactComparison, other: ArticleFeatures) -> bool:
    """Whether an article contains our words for the doubtful fact: the plant in our title is its factory then."""
    our_terms, their_terms = (set(word_features_of(words, "", "").title) for words in (doubt.ours, doubt.theirs))
    return (
        doubt.kind is FactKind.WORDING
        and our_terms != their_terms
        and bool(our_terms)
        and other.words.of_both >= our_terms
    )


def describe_missing_place(comparison: Comparison, likeness: float = 0.0) -> str:
    """In words, that one of two articles names no place; empty if both name one or the texts are nearly the same."""
    is_missing = FactKind.PLACE in comparison.unknown_kinds and likeness < _NEARLY_SAME_TEXT
    return "one of the two articles names no known place" if is_missing else ""
