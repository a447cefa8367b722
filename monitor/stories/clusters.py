"""Stories and events as plain objects: what is known of each, and by which keys it is found. Pure.

A scope holds clusters that are compared with each other only: "" holds stories, a rule's id holds that rule's events.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from monitor.stories.features import ArticleFeatures

STORIES = ""  # the scope of stories
FIRST_MEMBERS, LAST_MEMBERS = 2, 6  # those that are compared
UNDER_KEY = 8  # clusters, the ones that were touched last
CANDIDATES = 12


@dataclass(frozen=True, slots=True)
class Cluster:
    """A story, or an event of a rule.

    opened, last   when its first article was news, and its latest
    touched        when an article joined it last, as we saw it
    members        the first and the last of its articles: what another one is compared with
    by             of an event: the values of the conditions that its rule names in `by`
    possibly_of    the id of the older cluster that it is possibly the same as; `doubt`: why, in words
    """

    id: str
    scope: str
    title: str
    opened: datetime
    last: datetime
    touched: datetime
    members: tuple[ArticleFeatures, ...] = ()
    by: Mapping[str, frozenset[str]] = field(default_factory=dict)
    possibly_of: str | None = None
    doubt: str = ""

    def joined_by(self, features: ArticleFeatures, by: Mapping[str, frozenset[str]] | None = None) -> Cluster:
        """The cluster after one more article."""
        members = (*self.members, features)
        if len(members) > FIRST_MEMBERS + LAST_MEMBERS:
            members = (*members[:FIRST_MEMBERS], *members[-LAST_MEMBERS:])
        values = dict(self.by)
        for name, found in (by or {}).items():
            values[name] = values.get(name, frozenset()) | found
        return replace(
            self,
            last=max(self.last, features.at),
            touched=max(self.touched, features.seen),
            members=members,
            by=values,
        )


@dataclass(frozen=True, slots=True)
class Candidate:
    """A cluster that may be of the same happening, and the keys that found it."""

    cluster: Cluster
    keys: frozenset[str]


@dataclass(frozen=True, slots=True)
class ClusterChange:
    """What an article has changed: the cluster after it, the keys that it is found by from now on, the article."""

    cluster: Cluster
    keys: tuple[str, ...]
    features: ArticleFeatures


class ClusterIndex:
    """Clusters by scope and key. A draft begins as the index that it was made from and leaves it unchanged until it is
    settled."""

    def __init__(self, below: ClusterIndex | None = None) -> None:
        self._below = below
        self._clusters: dict[tuple[str, str], Cluster] = {}  # by scope and id
        self._keys: defaultdict[tuple[str, str], dict[str, datetime]] = defaultdict(dict)  # scope and key -> id -> touched
        self.changes: list[ClusterChange] = []

    def load(self, clusters: Iterable[tuple[Cluster, Mapping[str, datetime]]]) -> None:
        """Take over clusters as they are stored, each with the keys that it is found by and when each was touched."""
        for cluster, keys in clusters:
            self._clusters[cluster.scope, cluster.id] = cluster
            for key, touched in keys.items():
                self._touch(cluster.scope, key, cluster.id, touched)

    def put(self, cluster: Cluster, features: ArticleFeatures, keys: Collection[str]) -> None:
        """An article has joined this cluster, or opened it."""
        self._clusters[cluster.scope, cluster.id] = cluster
        for key in keys:
            self._touch(cluster.scope, key, cluster.id, features.seen)
        self.changes.append(ClusterChange(cluster, tuple(keys), features))

    def get(self, scope: str, id_: str) -> Cluster | None:
        """A cluster by its id."""
        found = self._clusters.get((scope, id_))
        return found if found is not None or self._below is None else self._below.get(scope, id_)

    def under(self, scope: str, key: str) -> list[str]:
        """The ids of the clusters that are found by a key, the one that was touched last first; at most UNDER_KEY."""
        touched = self._under(scope, key)
        return sorted(touched, key=lambda id_: (touched[id_], id_), reverse=True)[:UNDER_KEY]

    def candidates(self, scope: str, weights: Mapping[str, float]) -> list[Candidate]:
        """The clusters that share the most with an article: the weights of the keys that they share, added up."""
        shared: defaultdict[str, list[str]] = defaultdict(list)
        for key in weights:
            for id_ in self.under(scope, key):
                shared[id_].append(key)
        scores = {id_: sum(weights[key] for key in keys) for id_, keys in shared.items()}
        best = sorted(scores, key=lambda id_: (scores[id_], id_), reverse=True)[:CANDIDATES]
        found = [(self.get(scope, id_), frozenset(shared[id_])) for id_ in best]
        return [Candidate(cluster, keys) for cluster, keys in found if cluster is not None]

    def draft(self) -> ClusterIndex:
        """An index that begins as this one and leaves it unchanged."""
        return ClusterIndex(self)

    def settled(self) -> ClusterIndex:
        """The draft taken over into the index that it began from."""
        below = self._below
        if below is None:
            return self
        below._clusters.update(self._clusters)  # noqa: SLF001 - another of the same class
        for (scope, key), ids in self._keys.items():
            for id_, touched in ids.items():
                below._touch(scope, key, id_, touched)  # noqa: SLF001
        below.changes.extend(self.changes)
        return below

    def _touch(self, scope: str, key: str, id_: str, touched: datetime) -> None:
        ids = self._keys[scope, key]
        before = ids.pop(id_, None)  # so that the latest stand last
        ids[id_] = touched if before is None else max(before, touched)

    def _under(self, scope: str, key: str) -> dict[str, datetime]:
        """The last ones of a key, and those that were touched at the same moment."""
        found = dict(self._below._under(scope, key)) if self._below is not None else {}  # noqa: SLF001
        own = self._keys.get((scope, key), {})
        last: datetime | None = None
        for count, (id_, touched) in enumerate(reversed(own.items()), start=1):
            if count > UNDER_KEY and touched != last:
                break
            last = touched
            found[id_] = touched
        return found
