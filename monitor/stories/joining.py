"""Articles -> stories: by the article itself, its address, its headline, and by what both say. Pure.

A story is told in one language; across languages it is the events of a rule that are the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from monitor.model.names import hashed
from monitor.stories.clusters import STORIES, SURE_WEIGHT, Cluster, ClusterIndex
from monitor.stories.features import SAME_ADDRESS, SAME_HEADLINE, ArticleFeatures
from monitor.stories.sameness import BROAD, Ruling, Sameness, closest, judge

_OLD = timedelta(hours=36)  # a story that was opened longer ago is joined by what is sure only
_SURE = {
    "article": ("an earlier version of the article", SAME_ADDRESS),
    "address": ("the same address", SAME_ADDRESS),
    "headline": ("the same headline", SAME_HEADLINE),
}
_OWN_ADDRESS = "own-address"


@dataclass(frozen=True, slots=True)
class Joined:
    """The story of an article, and by what it was recognised, in words. `unsure`: what was not known on one side,
    in words (nothing: it is surely the same)."""

    cluster: Cluster
    how: str
    unsure: str = ""


def join(features: ArticleFeatures, index: ClusterIndex) -> Joined:
    """The story that an article belongs to, an open one or a new one; `index` knows the article from now on."""
    candidates = index.candidates(STORIES, key_weights(features))
    joined = _by_sure_key(features, candidates, index) or _by_facts(features, candidates)
    if joined is None:
        joined = Joined(open_story(features), "the first article of its story")
    cluster = joined.cluster.joined_by(features)
    index.put(cluster, features, features.index_keys)
    return Joined(index.whole(cluster), joined.how, joined.unsure)


def key_weights(features: ArticleFeatures) -> Mapping[str, float]:
    """What candidates are found by, and how much each key counts."""
    return {key: SURE_WEIGHT if key.split(":", 1)[0] in _SURE else 1.0 for key in features.index_keys}


def open_story(features: ArticleFeatures) -> Cluster:
    """A new story; it is named by its first article, so that replaying news gives the same names."""
    name = f"S{hashed(f'{features.source} {features.uid}'):016x}"
    return Cluster(name, STORIES, features.title, features.seen, features.at, features.seen)


def _by_sure_key(features: ArticleFeatures, candidates: Sequence[Cluster], index: ClusterIndex) -> Joined | None:
    found = {sure.kind: {each.id for each in index.under(STORIES, sure.key)} for sure in features.sure}
    # A source that gives two entries one address has a page of many developments, and says itself that they are two.
    listed = found.get(_OWN_ADDRESS, set())
    for kind, (why, reach) in _SURE.items():
        ids = found.get(kind, set()) - (listed if kind == "address" else set())
        for each in candidates:
            if each.id in ids and abs(features.seen - each.opened) <= reach:
                return Joined(each if kind == "article" else closest(features, each, candidates), why)
    return None


def _by_facts(features: ArticleFeatures, candidates: Sequence[Cluster]) -> Joined | None:
    rulings: list[tuple[Ruling, Cluster]] = []
    for each in candidates:
        if abs(features.at - each.opened) > _OLD:
            continue
        ruling = judge(features, each.members, BROAD)
        if ruling.sameness is Sameness.SAME:
            rulings.append((ruling, each))
    if not rulings:
        return None
    ruling, cluster = max(rulings, key=lambda found: (found[0].likeness, found[1].touched))
    return Joined(closest(features, cluster, candidates), ruling.why, ruling.unsure)
