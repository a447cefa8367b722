"""Articles -> stories: by the article itself, its address, its headline, and by what both say. Pure.

A story is told in one language; across languages it is the events of a rule that are the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from monitor.model import ComparedArticle
from monitor.model.names import hashed
from monitor.stories.clusters import STORIES, SURE_WEIGHT, Cluster, ClusterIndex
from monitor.stories.features import SAME_ADDRESS, SAME_HEADLINE, ArticleFeatures
from monitor.stories.sameness import (
    BROAD,
    JudgedCluster,
    Sameness,
    closest,
    is_whole_copy,
    judge,
    nearest,
    words_may_do,
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
class Joined:
    """The story of an article, and by what it was recognised, in words. `unsure`: what was not known on one side,
    in words (nothing: it is surely the same). `compared`: with which older article of this story, or of the nearest
    other one, it was compared."""

    story: Cluster
    reason: str
    uncertainty: str = ""
    compared_article: ComparedArticle | None = None


def join(features: ArticleFeatures, index: ClusterIndex) -> Joined:
    """The story that an article belongs to, an open one or a new one; `index` knows the article from now on."""
    candidates = index.candidates(STORIES, key_weights(features))
    joined = _by_sure_key(features, candidates, index) or _by_facts(features, candidates)
    cluster = joined.story.joined_by(features)
    index.add_article(cluster, features, features.index_keys)
    return replace(joined, story=index.root_of(cluster))


def key_weights(features: ArticleFeatures) -> Mapping[str, float]:
    """What candidates are found by, and how much each key counts."""
    return {key: SURE_WEIGHT if key.split(":", 1)[0] in _SURE else 1.0 for key in features.index_keys}


def open_story(features: ArticleFeatures) -> Cluster:
    """A new story; it is named by its first article, so that replaying news gives the same names."""
    name = f"S{hashed(f'{features.source} {features.uid}'):016x}"
    return Cluster(name, STORIES, features.title, features.seen, features.at, features.seen)


def _by_sure_key(features: ArticleFeatures, candidates: Sequence[Cluster], index: ClusterIndex) -> Joined | None:
    found = {sure.kind: {each.id for each in index.postings_for(STORIES, sure.key)} for sure in features.sure}
    # A source that gives two entries one address has a page of many developments, and says itself that they are two.
    listed = found.get(_OWN_ADDRESS, set())
    for kind, (why, reach) in _SURE.items():
        ids = found.get(kind, set()) - (listed if kind == "address" else set())
        for each in candidates:
            in_reach = each.id in ids and abs(features.seen - each.opened) <= reach
            # "Magnitude 6 earthquake strikes" is a headline in Chile and in Japan, and a page may report each in turn.
            if in_reach and (kind == "article" or not judge(features, each.members, BROAD).has_differing_fact):
                return Joined(each if kind == "article" else closest(features, each, candidates), why)
    return None


def _by_facts(features: ArticleFeatures, candidates: Sequence[Cluster]) -> Joined:
    judged = judge_stories(features, candidates)
    same = [each for each in judged if each.decision.sameness is Sameness.SAME]
    if not same:
        return Joined(open_story(features), FIRST_OF_STORY, compared_article=nearest(judged))
    found = max(same, key=lambda each: (each.decision.likeness, each.cluster.touched))
    cluster = closest(features, found.cluster, [each.cluster for each in judged])
    return Joined(cluster, found.decision.reason, found.decision.uncertainty, found.compared_article)


def judge_stories(features: ArticleFeatures, candidates: Sequence[Cluster]) -> list[JudgedCluster]:
    """What an article is to each of these stories, as far as they are not over, and words may do."""
    return [
        JudgedCluster(each, judge(features, each.members, BROAD))
        for each in candidates
        if _in_time(features, each) and words_may_do(features, each.members, BROAD)
    ]


def _in_time(features: ArticleFeatures, story: Cluster) -> bool:
    """Whether the story goes on; for longer if both name the same day, or one is a copy of the other."""
    age = abs(features.at - story.opened)
    if features.flash and age > _FLASH:
        return False
    if any(features.facts.days & each.facts.days or is_whole_copy(features, each) for each in story.members):
        return age <= _OLD_SAME_DAY
    return age <= _OLD and features.at - story.last <= _QUIET
