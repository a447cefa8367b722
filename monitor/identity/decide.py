"""Decides whether an article tells the happening of a story or an event: the same, possibly the same, or another. Pure.

What differs from one report separates the article from all of them. What its title names and no report has named (a
second place, "again") leaves a doubt, however alike the words are. In doubt the message is sent, quietly.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from statistics import fmean

from monitor.identity.bounds import ALIKE, ALIKE_FOR_BROAD, ALIKE_WITH_FACT, POSSIBLY_FOR_BROAD
from monitor.identity.clusters import Cluster
from monitor.identity.compare import (
    Comparison,
    FactKind,
    compare,
    find_scenes,
    find_series_number,
    has_place_of,
    may_happen_at,
    select_places,
)
from monitor.identity.explain import (
    agreeing_in_words,
    comparison_in_words,
    differing_in_words,
    doubtful_in_words,
    likeness_in_words,
)
from monitor.identity.features import ArticleFeatures
from monitor.identity.likeness import measure_likeness
from monitor.model import ComparedArticle


class Sameness(StrEnum):
    """How an article relates to a story or an event."""

    SAME = "same"
    POSSIBLY = "possibly the same"
    ANOTHER = "another"


@dataclass(frozen=True, slots=True)
class SamenessDecision:
    """How an article relates to a cluster, and why.

    reason         why, in words
    likeness       of the words, from 0 to 1
    uncertainty    what one side does not say, in words, although the two are taken for the same
    comparison     with the article that decided; None if something else decided
    settled_by     what decided instead of the words and facts, in words
    other_article  the article that decided, where there is no comparison with it
    """

    sameness: Sameness
    reason: str
    likeness: float = 0.0
    uncertainty: str = ""
    comparison: Comparison | None = None
    settled_by: str = ""
    other_article: ArticleFeatures | None = None

    @property
    def has_differing_fact(self) -> bool:
        return self.comparison is not None and bool(self.comparison.differing_facts)

    @property
    def explanation(self) -> str:
        """In words: which facts agree, differ or are not known, and how alike the words are."""
        words = [self.reason]
        if self.comparison is not None:
            words = [self.settled_by, *comparison_in_words(self.comparison), likeness_in_words(self.comparison)]
        return f"{'the same' if self.sameness is Sameness.SAME else self.sameness}: {'; '.join(filter(None, words))}"


@dataclass(frozen=True, slots=True)
class ClusterComparison:
    """A story or an event that an article was compared with, and the decision."""

    cluster: Cluster
    decision: SamenessDecision

    @property
    def nearness(self) -> tuple[bool, bool, float, int]:
        """A sort key; greater is nearer: the same, then possibly the same, then alike, then what agrees."""
        sameness, comparison = self.decision.sameness, self.decision.comparison
        agreement = comparison.agreement if comparison is not None else 0
        return sameness is Sameness.SAME, sameness is Sameness.POSSIBLY, self.decision.likeness, agreement

    @property
    def other_article(self) -> ArticleFeatures:
        """The member that decided, else the latest."""
        comparison = self.decision.comparison
        return comparison.other if comparison else self.decision.other_article or self.cluster.members[-1]

    @property
    def compared_article(self) -> ComparedArticle:
        other = self.other_article
        words = f"“{other.title}” ({other.source}): {self.decision.explanation}"
        return ComparedArticle(other.source, other.uid, words)


def add_comparison(features: ArticleFeatures, compared: ClusterComparison) -> ClusterComparison:
    """Add a comparison where something else decided, so that `why` can show it."""
    decision = compared.decision
    if decision.comparison is not None:
        return compared
    comparison = compare(features, compared.other_article)
    return replace(compared, decision=replace(decision, comparison=comparison, settled_by=decision.reason))


def find_nearest_article(comparisons: Sequence[ClusterComparison]) -> ComparedArticle | None:
    """The compared article of the nearest cluster (of the first if several are equal); None if there is none."""
    return max(comparisons, key=lambda comparison: comparison.nearness).compared_article if comparisons else None


def decide_on_story(features: ArticleFeatures, members: Sequence[ArticleFeatures]) -> SamenessDecision:
    """Whether an article is read together with a story: by the likeness of the words, or as a copy, unless a fact
    differs, its title names what no report of the story has named, or it is the title of each of them but for a part.
    Other doubts do not matter: to read is not to send."""
    comparisons = _compare(features, members)
    if isinstance(comparisons, SamenessDecision):
        return comparisons
    nearest = max(comparisons, key=lambda comparison: (comparison.is_copy, comparison.likeness))
    likeness = fmean([comparison.likeness for comparison in comparisons])
    decision = SamenessDecision(Sameness.ANOTHER, "the words differ", likeness, comparison=nearest)
    another_part = all(each.is_variant for each in comparisons) and doubtful_in_words(nearest)
    if doubt := find_new_name(features, members) or another_part:
        return replace(decision, reason=doubt)
    if nearest.is_copy:
        return SamenessDecision(Sameness.SAME, "copied text", 1.0, comparison=nearest, settled_by="copied text")
    if likeness >= ALIKE:
        return replace(decision, sameness=Sameness.SAME, reason=f"the words are alike ({likeness:.2f})")
    return decision


def _compare(features: ArticleFeatures, members: Sequence[ArticleFeatures]) -> SamenessDecision | list[Comparison]:
    """The comparisons with all members, the latest first; or the decision, if a fact differs from one of them."""
    comparisons = []
    for member in reversed(members):
        each = compare(features, member)
        if each.differing_facts:
            return SamenessDecision(Sameness.ANOTHER, differing_in_words(each), each.likeness, comparison=each)
        comparisons.append(each)
    return comparisons


def may_be_of_story(features: ArticleFeatures, members: Sequence[ArticleFeatures]) -> bool:
    """Whether an article shares enough words with a story to be compared with it."""
    if fmean([measure_likeness(features.words, member.words) for member in members]) >= ALIKE:
        return True
    return any(features.words.sample & member.words.sample for member in members)


def decide_on_event(
    features: ArticleFeatures, members: Sequence[ArticleFeatures], *, has_topic: bool, is_one_by_rule: bool = False
) -> SamenessDecision:
    """Whether an article belongs to an event: facts decide.

    has_topic       one rule looks for all of them, by words for a topic, and finds few: that is something in common
    is_one_by_rule  the rule says that whatever comes within its time is one event, unless something separates it
    """
    comparisons = _compare(features, members)
    if isinstance(comparisons, SamenessDecision):
        return comparisons
    in_language = [each for each in comparisons if each.same_language]
    likeness = fmean([each.likeness for each in in_language]) if in_language else 0.0
    agrees = any(each.agreement for each in comparisons)
    copy = next((each for each in comparisons if each.is_copy), None)
    best = copy or max(comparisons, key=lambda each: (each.agreement, each.likeness))
    settled_by = "copied text" if copy else "within event_lasts, and nothing keeps it apart" if is_one_by_rule else ""
    if not has_topic:
        is_alike, is_possible = likeness >= ALIKE_FOR_BROAD, likeness >= POSSIBLY_FOR_BROAD
    elif in_language:
        is_alike = likeness >= (ALIKE_WITH_FACT if agrees else ALIKE)
        is_possible = agrees or likeness >= ALIKE_WITH_FACT
    else:
        is_alike, is_possible = any(each.agreement and not _has_gap(each) for each in comparisons), True
    why = agreeing_in_words(best, likeness)
    doubt = find_new_name(features, members) or next(filter(None, map(doubtful_in_words, in_language)), "")
    decision = SamenessDecision(Sameness.POSSIBLY, f"{why}; {doubt}", likeness, comparison=best)
    if (settled_by or is_alike) and not doubt:
        # The reason says that one of two articles names no place, unless one copies the other.
        has_place = best.is_copy or FactKind.PLACE not in best.unknown_kinds
        uncertainty = "" if has_place else "one of the two articles names no known place"
        reason = settled_by or why
        return replace(decision, sameness=Sameness.SAME, reason=reason, uncertainty=uncertainty, settled_by=settled_by)
    if settled_by or is_alike:
        return decision
    if is_possible:
        return replace(decision, reason=doubt or f"{why}; {doubtful_in_words(best) or 'too little for certainty'}")
    return replace(decision, sameness=Sameness.ANOTHER, reason="the words differ")


def _has_gap(comparison: Comparison) -> bool:
    """Whether a title names a place or a name that the other report does not name. Across languages the words cannot
    outweigh that."""
    pairs = (comparison.article, comparison.other), (comparison.other, comparison.article)
    return bool(comparison.doubtful_facts) or any(
        not has_place_of(place, other) for article, other in pairs for place in find_scenes(article)
    )


def find_new_name(features: ArticleFeatures, members: Sequence[ArticleFeatures]) -> str:
    """What the title names and no report of the event has named, in words: a place, or "again"; "" if there is
    nothing."""
    if any(map(select_places, members)):
        for place in find_scenes(features):
            if place.role != "people" and not any(may_happen_at(place, member) for member in members):
                return f"only this one names {place.text}"
    number = find_series_number(features, in_title=True)
    if number is not None and not any(find_series_number(member, in_title=False) for member in members):
        return f"only this one says “{number.text}”"
    return ""


def choose_closest_cluster(features: ArticleFeatures, found: Cluster, candidates: Iterable[Cluster]) -> Cluster:
    """The cluster with the most similar member: the cluster `found`, or one that a person split from it. Facts cannot
    choose between two such clusters, only likeness can."""
    if not found.kept_apart:
        return found

    def find_likeness(cluster: Cluster) -> tuple[float, int]:
        comparisons = [compare(features, member) for member in cluster.members]
        return max(((each.likeness, each.agreement) for each in comparisons), default=(0.0, 0))

    rivals = (each for each in candidates if each.root_id in found.kept_apart and not is_kept_apart(features, each))
    return max((found, *rivals), key=find_likeness)


def is_kept_apart(features: ArticleFeatures, cluster: Cluster) -> bool:
    """Whether a fact separates the article from the cluster."""
    return any(compare(features, member).differing_facts for member in cluster.members)
