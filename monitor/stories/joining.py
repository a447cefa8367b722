"""Articles -> stories: by the article itself, its address, its headline, and by what both say. Pure.

A story is told in one language; across languages it is the events of a rule that are the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from monitor.model import ComparedArticle
from monitor.model.hashing import hash_name
from monitor.stories.clusters import STORIES, SURE_WEIGHT, Cluster, ClusterIndex
from monitor.stories.features import SAME_ADDRESS, SAME_HEADLINE, ArticleFeatures
from monitor.stories.sameness import (
    BROAD,
    ClusterComparison,
    Sameness,
    choose_closest_cluster,
    decide_sameness,
    find_nearest_article,
    is_whole_copy,
    may_be_same_by_words,
)

_OLD, _OLD_SAME_DAY = timedelta(hours=24), timedelta(hours=36)  # after its opening; later if both name the day
_QUIET = timedelta(hours=12)  # a story that nobody has reported for so long is over
_FLASH = timedelta(hours=6)  # what a flash says is true of every launch
_SURE = {
    "article": ("an earlier version of the article", SAME_ADDRESS),
    "address": ("the same address", SAME_ADDRESS),
    "headline": ("the same headline", SAME_HEADLINE),
}
FIRST_OF_STORY = "the first article of its story"
_OWN_ADDRESS = "own-address"


@dataclass(frozen=True, slots=True)
class StoryAssignment:
    """The story of an article, and by what it was recognised, in words. `unsure`: what was not known on one side,
    in words (nothing: it is surely the same). `compared`: with which older article of this story, or of the nearest
    other one, it was compared."""

    story: Cluster
    reason: str
    uncertainty: str = ""
    compared_article: ComparedArticle | None = None


def join_story(features: ArticleFeatures, index: ClusterIndex) -> StoryAssignment:
    """The story that an article belongs to, an open one or a new one; `index` knows the article from now on."""
    candidates = index.candidates(STORIES, key_weights(features))
    joined = _join_by_strong_key(features, candidates, index) or _join_by_facts(features, candidates)
    cluster = joined.story.joined_by(features)
    index.add_article(cluster, features, features.index_keys)
    return replace(joined, story=index.root_of(cluster))


def key_weights(features: ArticleFeatures) -> Mapping[str, float]:
    """What candidates are found by, and how much each key counts."""
    return {key: SURE_WEIGHT if key.split(":", 1)[0] in _SURE else 1.0 for key in features.index_keys}


def open_story(features: ArticleFeatures) -> Cluster:
    """A new story; it is named by its first article, so that replaying news gives the same names."""
    name = f"S{hash_name(f'{features.source} {features.uid}'):016x}"
    return Cluster(name, STORIES, features.title, features.seen, features.at, features.seen)


def _join_by_strong_key(
    features: ArticleFeatures, candidates: Sequence[Cluster], index: ClusterIndex
) -> StoryAssignment | None:
    found = {sure.kind: {each.id for each in index.postings_for(STORIES, sure.key)} for sure in features.sure}
    # A source that gives two entries one address has a page of many developments, and says itself that they are two.
    listed = found.get(_OWN_ADDRESS, set())
    for kind, (why, reach) in _SURE.items():
        ids = found.get(kind, set()) - (listed if kind == "address" else set())
        for each in candidates:
            in_reach = each.id in ids and abs(features.seen - each.opened) <= reach
            # "Magnitude 6 earthquake strikes" is a headline in Chile and in Japan, and a page may report each in turn.
            if in_reach and (
                kind == "article" or not decide_sameness(features, each.members, BROAD).has_differing_fact
            ):
                return StoryAssignment(
                    each if kind == "article" else choose_closest_cluster(features, each, candidates), why
                )
    return None


def _join_by_facts(features: ArticleFeatures, candidates: Sequence[Cluster]) -> StoryAssignment:
    judged = compare_with_stories(features, candidates)
    same = [each for each in judged if each.decision.sameness is Sameness.SAME]
    if not same:
        return StoryAssignment(open_story(features), FIRST_OF_STORY, compared_article=find_nearest_article(judged))
    found = max(same, key=lambda each: (each.decision.likeness, each.cluster.touched))
    cluster = choose_closest_cluster(features, found.cluster, [each.cluster for each in judged])
    return StoryAssignment(cluster, found.decision.reason, found.decision.uncertainty, found.compared_article)


def compare_with_stories(features: ArticleFeatures, candidates: Sequence[Cluster]) -> list[ClusterComparison]:
    """What an article is to each of these stories, as far as they are not over, and words may do."""
    return [
        ClusterComparison(each, decide_sameness(features, each.members, BROAD))
        for each in candidates
        if _in_time(features, each) and may_be_same_by_words(features, each.members, BROAD)
    ]


def _in_time(features: ArticleFeatures, story: Cluster) -> bool:
    """Whether the story goes on; for longer if both name the same day, or one is a copy of the other."""
    age = abs(features.at - story.opened)
    if features.flash and age > _FLASH:
        return False
    if any(features.facts.days & each.facts.days or is_whole_copy(features, each) for each in story.members):
        return age <= _OLD_SAME_DAY
    return age <= _OLD and features.at - story.last <= _QUIET
