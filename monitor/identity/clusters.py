"""Stories and events as plain objects, and an index that finds them by keys. Pure.

Clusters are compared only within their scope: the scope "" has the stories, and the scope of a rule's id has the events
of that rule.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple, NoReturn

from monitor.errors import NotLoaded
from monitor.identity.features import ArticleFeatures
from monitor.model.timestamps import datetime_to_micros
from monitor.state import Overlay, StatePart

FIRST_MEMBERS, LAST_MEMBERS = 2, 6  # of a cluster: articles are compared with these
CLUSTERS_PER_KEY = 8  # clusters that an index keeps under one key: those that articles joined last
MAX_CANDIDATES = 8
STRONG_KEY_WEIGHT = 100.0  # of a key that alone decides: more than all other keys of an article together


@dataclass(frozen=True, slots=True)
class Cluster:
    """A story, or an event of a rule.

    opened       of a story: when we saw its first article; of an event: when its first article was news
    last         when its latest article was news; `touched`: when we saw the last article that joined it
    members      its first and its last articles; new articles are compared with these
    by           of an event: what the conditions in the rule's `by` found, by member (`ArticleFeatures.name`)
    possibly_of  of an event: the id of the older event that it is possibly the same as; `doubt`: why, in words
    merged_into  the id of the cluster that a person merged it into. Articles are compared with the members of each
                 part, because the parts may differ, and belong to the merged cluster
    kept_apart   the ids of the clusters that a person split it from
    """

    id: str
    scope: str
    title: str
    opened: datetime
    last: datetime
    touched: datetime
    members: tuple[ArticleFeatures, ...] = ()
    by: Mapping[tuple[str, str, int], Mapping[str, frozenset[str]]] = field(default_factory=dict)
    possibly_of: str | None = None
    doubt: str = ""
    merged_into: str | None = None
    kept_apart: frozenset[str] = frozenset()

    @property
    def root_id(self) -> str:
        """The id of the cluster that its articles belong to: its own if it was not merged into another."""
        return self.merged_into or self.id

    def by_values_of(self, member: ArticleFeatures) -> Mapping[str, frozenset[str]]:
        return self.by.get(member.name, {})

    def joined_by(self, features: ArticleFeatures, by: Mapping[str, frozenset[str]] | None = None) -> Cluster:
        """The cluster with one more article, or with the same ones if it has this version of the article. `by`: the
        values of the article, by the name of the condition."""
        members = self.members
        if all(member.name != features.name for member in members):
            members = (*members, features)
        if len(members) > FIRST_MEMBERS + LAST_MEMBERS:
            members = (*members[:FIRST_MEMBERS], *members[-LAST_MEMBERS:])
        values = {name: found for name, found in (by or {}).items() if found}
        by_member = {**self.by, features.name: values} if values else self.by
        by_member = {member.name: by_member[member.name] for member in members if member.name in by_member}
        return replace(self.touched_by(features), members=members, by=by_member)

    def touched_by(self, features: ArticleFeatures) -> Cluster:
        return replace(self, last=max(self.last, features.at), touched=max(self.touched, features.seen))


def rewind_cluster(cluster: Cluster, features: ArticleFeatures) -> Cluster | None:
    """The cluster as it was when the article arrived, as far as its members show; None if there was none yet."""
    older = (member for member in cluster.members if member.seen <= features.seen)
    members = tuple(member for member in older if member.name[:2] != features.name[:2])
    if not members:
        return None
    last, touched = max(member.at for member in members), max(member.seen for member in members)
    return replace(cluster, members=members, last=last, touched=touched)


Key = tuple[str, str]  # a scope, and a key by which clusters are found in it; or a scope and a cluster id


class Posting(NamedTuple):
    """A cluster under a key: when the last article with the key joined it (in microseconds), and its id."""

    last_seen: int
    id: str


class ClusterIndex(StatePart):
    """Clusters by scope and key.

    A key has only the CLUSTERS_PER_KEY clusters that articles with this key joined last, the latest first. So it gives
    the same clusters whether the index has all clusters or only those that were loaded.

    Without `find` the index is complete. With `find` it has only what was loaded: a key that was not loaded raises
    NotLoaded, and `find` gives a cluster that was not loaded, or None if there is none.
    """

    def __init__(self, find: Callable[[Key], Cluster | None] | None = None) -> None:
        self.clusters: Overlay[Key, Cluster] = Overlay(find)
        self.postings: Overlay[Key, tuple[Posting, ...]] = Overlay(None if find is None else _raise_not_loaded)

    def add_article(self, cluster: Cluster, features: ArticleFeatures, keys: Collection[str]) -> None:
        """Record that an article joined or opened this cluster; these keys of the article find it from now on."""
        scope, id_ = cluster.scope, cluster.id
        self.clusters.put((scope, id_), cluster)
        seen = datetime_to_micros(features.seen)
        for key in keys:
            latest = {posting.id: posting for posting in self.postings_for(scope, key)}
            latest[id_] = max(latest.get(id_, Posting(seen, id_)), Posting(seen, id_))
            self.postings.put((scope, key), tuple(sorted(latest.values(), reverse=True)[:CLUSTERS_PER_KEY]))
        root = self.root_of(cluster)
        if root is not cluster:
            self.clusters.put((scope, root.id), root.touched_by(features))

    def root_of(self, cluster: Cluster) -> Cluster:
        """The cluster that a person merged this one into, if it is in the index; else itself."""
        merged = self.get(cluster.scope, cluster.merged_into) if cluster.merged_into else None
        return merged or cluster

    def get(self, scope: str, id_: str) -> Cluster | None:
        return self.clusters.get((scope, id_))

    def postings_for(self, scope: str, key: str) -> tuple[Posting, ...]:
        return self.postings.get((scope, key)) or ()

    def top_ids(self, scope: str, weights: Mapping[str, float]) -> list[str]:
        """The ids of the clusters with the greatest total weight of keys that they share with an article."""
        scores: defaultdict[str, float] = defaultdict(float)
        for key, weight in weights.items():
            for _, id_ in self.postings_for(scope, key):
                scores[id_] += weight
        return sorted(scores, key=lambda id_: (scores[id_], id_), reverse=True)[:MAX_CANDIDATES]

    def candidates(self, scope: str, weights: Mapping[str, float]) -> list[Cluster]:
        """The clusters with members that share the most with an article, the likeliest first."""
        found = [self.get(scope, id_) for id_ in self.top_ids(scope, weights)]
        return [cluster for cluster in found if cluster is not None and cluster.members]

    @property
    def changed_clusters(self) -> list[Cluster]:
        """The clusters that articles joined or opened since they were loaded."""
        return [cluster for cluster in self.clusters.changes.values() if cluster is not None]


def _raise_not_loaded(key: Key) -> NoReturn:
    raise NotLoaded(f"the clusters under {key[1]!r} of {key[0] or 'stories'} were not loaded")
