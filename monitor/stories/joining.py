"""Articles -> stories: by the article itself, its address, its headline, and by what both say. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from monitor.model.names import hashed
from monitor.stories.clusters import STORIES, Cluster, ClusterIndex
from monitor.stories.features import SAME_ADDRESS, SAME_HEADLINE, ArticleFeatures, SureKey
from monitor.stories.likeness import copied, likeness

LIKE = 0.35
OLD = timedelta(hours=24)
_SURE = {
    "article": ("an earlier version of the article", SAME_ADDRESS),
    "address": ("the same address", SAME_ADDRESS),
    "headline": ("the same headline", SAME_HEADLINE),
}


@dataclass(frozen=True, slots=True)
class Joined:
    """The story of an article, and by what it was recognised, in words. `unsure`: which fact was not known on one side
    (nothing: it is surely the same)."""

    cluster: Cluster
    how: str
    unsure: str = ""


def join(features: ArticleFeatures, index: ClusterIndex) -> Joined:
    """The story that an article belongs to, an open one or a new one; `index` knows the article from now on."""
    candidates = index.candidates(STORIES, key_weights(features))
    joined = _by_sure_key(features, candidates) or _by_words(features, candidates)
    if joined is None:
        joined = Joined(opened(features), "the first article of its story")
    cluster = joined.cluster.joined_by(features)
    index.put(cluster, features, features.index_keys)
    return Joined(cluster, joined.how, joined.unsure)


def key_weights(features: ArticleFeatures) -> Mapping[str, float]:
    """What candidates are found by, and how much each key counts."""
    return {key: 10.0 if key.split(":", 1)[0] in _SURE else 1.0 for key in features.index_keys}


def opened(features: ArticleFeatures) -> Cluster:
    """A new story; it is named by its first article, so that replaying news gives the same names."""
    name = f"S{hashed(f'{features.source} {features.uid}'):016x}"
    return Cluster(name, STORIES, features.title, features.seen, features.at, features.seen)


def _by_sure_key(features: ArticleFeatures, candidates: list[Cluster]) -> Joined | None:
    for sure in features.sure:
        for cluster in candidates:
            if abs(features.seen - cluster.opened) <= _SURE[sure.kind][1] and _has(cluster, sure, features):
                return Joined(cluster, _SURE[sure.kind][0])
    return None


def _has(cluster: Cluster, sure: SureKey, features: ArticleFeatures) -> bool:
    """A source that gives two entries one address has a page of many developments, and says itself that they are two."""
    return any(
        sure in member.sure and not (sure.kind == "address" and member.source == features.source)
        for member in cluster.members
    )


def _by_words(features: ArticleFeatures, candidates: list[Cluster]) -> Joined | None:
    best: tuple[float, Cluster] | None = None
    for cluster in candidates:
        if abs(features.at - cluster.opened) > OLD:
            continue
        values = [
            max(likeness(features.words, each.words), copied(features.words, each.words)[0]) for each in cluster.members
        ]
        value = sum(values) / len(values)
        if value >= LIKE and (best is None or value > best[0]):
            best = value, cluster
    return None if best is None else Joined(best[1], f"joined at {best[0]:.2f}: much the same words")
