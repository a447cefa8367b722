"""Gathers articles into stories, to be read together: by the article itself, its address, its headline, or its words.
Pure.

A story is in one language. The events of a rule connect reports across languages.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from monitor.identity.bounds import SAME_DAY, STORY_LASTS
from monitor.identity.clusters import STRONG_KEY_WEIGHT, Cluster, ClusterIndex
from monitor.identity.compare import compare
from monitor.identity.decide import (
    ClusterComparison,
    Sameness,
    choose_closest_cluster,
    decide_on_story,
    find_nearest_article,
    may_be_of_story,
)
from monitor.identity.features import SAME_ADDRESS, ArticleFeatures
from monitor.model import STORIES, ComparedArticle
from monitor.model.hashing import hash_name

_STRONG_KINDS = {
    "article": ("an earlier version of the article", SAME_ADDRESS),
    "address": ("the same address", SAME_ADDRESS),
    "headline": ("the same headline", SAME_DAY),
}
FIRST_OF_STORY = "the first article of its story"
_OWN_ADDRESS = "own-address"


@dataclass(frozen=True, slots=True)
class StoryAssignment:
    """The story of an article.

    reason            why the article belongs to it, in words
    compared_article  the older article of this story, or of the nearest other story, that was compared
    """

    story: Cluster
    reason: str
    compared_article: ComparedArticle | None = None


def join_story(features: ArticleFeatures, index: ClusterIndex) -> StoryAssignment:
    """Assign an article to an open story or to a new one, and add it to `index`."""
    candidates = index.candidates(STORIES, key_weights(features))
    assignment = _join_by_strong_key(features, candidates, index) or _join_by_words(features, candidates)
    cluster = assignment.story.joined_by(features)
    index.add_article(cluster, features, features.index_keys)
    return replace(assignment, story=index.root_of(cluster))


def find_same_page(features: ArticleFeatures, index: ClusterIndex) -> ArticleFeatures | None:
    """The article by which another source gave the page at the same address first, if its publisher is known; None: no
    other source did. Its story may be another one: the page may have reported something else then."""
    address = features.address_key
    if address is None:
        return None
    stories = filter(None, (index.get(STORIES, posting.id) for posting in index.postings_for(STORIES, address)))
    members = (member for story in stories for member in story.members if member.address_key == address)
    pages = (member for member in members if member.source != features.source and member.publisher)
    return min(pages, key=lambda member: (member.seen, member.name), default=None)


def key_weights(features: ArticleFeatures) -> Mapping[str, float]:
    return {key: STRONG_KEY_WEIGHT if key.split(":", 1)[0] in _STRONG_KINDS else 1.0 for key in features.index_keys}


def _open_story(features: ArticleFeatures) -> Cluster:
    """A new story. Its id is a hash of its first article, so that a replay gives the same ids."""
    story_id = f"S{hash_name(f'{features.source} {features.uid}'):016x}"
    return Cluster(story_id, STORIES, features.title, features.seen, features.at, features.seen)


def _join_by_strong_key(
    features: ArticleFeatures, candidates: Sequence[Cluster], index: ClusterIndex
) -> StoryAssignment | None:
    found = {
        key.partition(":")[0]: {posting.id for posting in index.postings_for(STORIES, key)} for key in features.sure
    }
    # A source that gives two entries one address has a page about many developments: the two entries are not the same.
    if "address" in found:
        found["address"] -= found[_OWN_ADDRESS]
    for kind, (reason, max_age) in _STRONG_KINDS.items():
        for story in candidates:
            if story.id not in found.get(kind, ()) or abs(features.seen - story.opened) > max_age:
                continue
            if kind == "article":
                return StoryAssignment(story, reason)
            if not _is_kept_apart(features, story):
                return StoryAssignment(choose_closest_cluster(features, story, candidates), reason)
    return None


def _is_kept_apart(features: ArticleFeatures, story: Cluster) -> bool:
    """Whether a fact differs or every report is a variant: "Magnitude 6 earthquake strikes" is a headline for Chile and
    for Japan, and one page may report the one and then the other."""
    comparisons = [compare(features, member) for member in story.members]
    return any(each.differing_facts for each in comparisons) or all(each.is_variant for each in comparisons)


def _join_by_words(features: ArticleFeatures, candidates: Sequence[Cluster]) -> StoryAssignment:
    comparisons = compare_with_stories(features, candidates)
    same = [comparison for comparison in comparisons if comparison.decision.sameness is Sameness.SAME]
    if not same:
        return StoryAssignment(_open_story(features), FIRST_OF_STORY, find_nearest_article(comparisons))
    best = max(same, key=lambda comparison: (comparison.decision.likeness, comparison.cluster.touched))
    cluster = choose_closest_cluster(features, best.cluster, [comparison.cluster for comparison in comparisons])
    return StoryAssignment(cluster, best.decision.reason, best.compared_article)


def compare_with_stories(features: ArticleFeatures, candidates: Sequence[Cluster]) -> list[ClusterComparison]:
    """Compare an article with the stories that are not over and whose words are alike enough."""
    return [
        ClusterComparison(story, decide_on_story(features, story.members))
        for story in candidates
        if abs(features.at - story.opened) <= STORY_LASTS
        and abs(features.at - story.last) <= SAME_DAY
        and may_be_of_story(features, story.members)
    ]
