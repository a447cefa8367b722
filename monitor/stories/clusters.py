"""Stories and events as plain objects: what is known of each, and by which keys it is found. Pure.

A scope holds clusters that are compared with each other only: "" holds stories, a rule's id holds that rule's events.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

from monitor.errors import NotLoaded
from monitor.model.timestamps import datetime_to_micros
from monitor.stories.features import ArticleFeatures

STORIES = ""  # the scope of stories
FIRST_MEMBERS, LAST_MEMBERS = 2, 6  # those that are compared
UNDER_KEY = 8  # clusters, the ones that were touched last
CANDIDATES = 8
SURE_WEIGHT = 100.0  # of a key that alone tells: more than all other keys that an article has


@dataclass(frozen=True, slots=True)
class Cluster:
    """A story, or an event of a rule.

    opened, last   when its first article was news, and its latest
    touched        when an article joined it last, as we saw it
    members        the first and the last of its articles: what another one is compared with
    by             of an event: of each member (`ArticleFeatures.name`), the values of the conditions that its rule
                   names in `by`; members that say nothing of it are missing
    possibly_of    of an event: the id of the older one that it is possibly the same as; `doubt`: why, in words
    merged_into    the id of the cluster that a person made it a part of: articles are compared with the members of
                   each part, for the parts may differ, and belong to the whole
    kept_apart     the ids of the clusters that a person has split it from
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
    def whole_id(self) -> str:
        """The id of the cluster that its articles belong to: its own, if it is part of no other."""
        return self.merged_into or self.id

    def by_of(self, member: ArticleFeatures) -> Mapping[str, frozenset[str]]:
        """Its values of the conditions that the rule names in `by`."""
        return self.by.get(member.name, {})

    def joined_by(self, features: ArticleFeatures, by: Mapping[str, frozenset[str]] | None = None) -> Cluster:
        """The cluster after one more article; `by`: its values, by the names of conditions."""
        members = (*self.members, features)
        if len(members) > FIRST_MEMBERS + LAST_MEMBERS:
            members = (*members[:FIRST_MEMBERS], *members[-LAST_MEMBERS:])
        values = {name: found for name, found in (by or {}).items() if found}
        known = {**self.by, features.name: values} if values else self.by
        return replace(
            self,
            last=max(self.last, features.at),
            touched=max(self.touched, features.seen),
            members=members,
            by={each.name: known[each.name] for each in members if each.name in known},
        )


def rewind_cluster(cluster: Cluster, features: ArticleFeatures) -> Cluster | None:
    """The cluster as an article found it, as far as its members say; None if there was none yet."""
    own = (features.source, features.uid)
    members = tuple(each for each in cluster.members if each.seen <= features.seen and (each.source, each.uid) != own)
    if not members:
        return None
    last, touched = max(each.at for each in members), max(each.seen for each in members)
    return replace(cluster, members=members, last=last, touched=touched)


Key = tuple[str, str]  # a scope, and something by which articles of it are found


class Posting(NamedTuple):
    """A cluster under a key: when an article that has the key joined it last, in microseconds, and its id."""

    last_seen: int
    id: str


class ClusterIndex:
    """Clusters by scope and key.

    Under each key stand the UNDER_KEY clusters that were touched last, no others: what is asked is never more, and
    what has been driven out comes back only when it is touched again. So a key says the same whether all clusters are
    held or only what was loaded of them.

    Complete by itself: what it does not know does not exist. With `find` it holds what was loaded: whoever asks for a
    key that was not gets NotLoaded, and a cluster that was not is asked of `find`, which gives None if there is none. A
    draft begins as the index that it was made from and leaves that unchanged until it is settled.
    """

    def __init__(
        self, *, find: Callable[[str, str], Cluster | None] | None = None, below: ClusterIndex | None = None
    ) -> None:
        self._below = below
        self._find = find
        self._clusters: dict[Key, Cluster] = {}  # by scope and id
        self._keys: dict[Key, tuple[Posting, ...]] = {}  # by scope and key; the one that was touched last stands first
        self._changed: dict[Key, Cluster] = {}

    def load_keys(self, keys: Mapping[Key, tuple[Posting, ...]]) -> None:
        """What stands under these keys, the one that was touched last first."""
        self._keys.update(keys)

    def load(self, clusters: Iterable[Cluster]) -> None:
        """Clusters as they are stored."""
        self._clusters.update(((each.scope, each.id), each) for each in clusters)

    def add_article(self, cluster: Cluster, features: ArticleFeatures, keys: Collection[str]) -> None:
        """An article has joined this cluster, or opened it, and finds it under these keys from now on."""
        scope, id_ = cluster.scope, cluster.id
        self._clusters[scope, id_] = self._changed[scope, id_] = cluster
        seen = datetime_to_micros(features.seen)
        for key in keys:
            found, own = self.postings_for(scope, key), Posting(seen, id_)
            others = [each for each in found if each.id != id_]
            if len(others) < len(found):
                own = max(own, next(each for each in found if each.id == id_))
            self._keys[scope, key] = _select_latest([own, *others]) if others else (own,)
        whole = self.root_of(cluster)
        if whole is not cluster:
            last, touched = max(whole.last, features.at), max(whole.touched, features.seen)
            self._clusters[scope, whole.id] = self._changed[scope, whole.id] = replace(
                whole, last=last, touched=touched
            )

    def root_of(self, cluster: Cluster) -> Cluster:
        """The cluster that this one is a part of, as a person said; itself if it is part of none, or of one that is
        not known here."""
        if cluster.merged_into is None:
            return cluster
        return self.get(cluster.scope, cluster.merged_into) or cluster

    def get(self, scope: str, id_: str) -> Cluster | None:
        """A cluster by its id."""
        found = self._clusters.get((scope, id_))
        if found is not None:
            return found
        if self._below is not None:
            return self._below.get(scope, id_)
        return None if self._find is None else self._find(scope, id_)

    def postings_for(self, scope: str, key: str) -> tuple[Posting, ...]:
        """The clusters that are found by a key, the one that was touched last first; at most UNDER_KEY."""
        found = self._keys.get((scope, key))
        if found is not None:
            return found
        if self._below is not None:
            return self._below.postings_for(scope, key)
        if self._find is not None:
            raise NotLoaded(f"what stands under {key!r} of {scope or 'stories'} was not loaded")
        return ()

    def top_ids(self, scope: str, weights: Mapping[str, float]) -> list[str]:
        """The ids of the clusters that share the most with an article: the weights of the keys that they share, added
        up; at most CANDIDATES."""
        scores: defaultdict[str, float] = defaultdict(float)
        for key, weight in weights.items():
            if weight:
                for _, id_ in self.postings_for(scope, key):
                    scores[id_] += weight
        return sorted(scores, key=lambda id_: (scores[id_], id_), reverse=True)[:CANDIDATES]

    def candidates(self, scope: str, weights: Mapping[str, float]) -> list[Cluster]:
        """The clusters that share the most with an article, the likeliest first; of which there is something to be
        compared."""
        found = [self.get(scope, id_) for id_ in self.top_ids(scope, weights)]
        return [each for each in found if each is not None and each.members]

    @property
    def changed_clusters(self) -> list[Cluster]:
        """The clusters that articles have joined or opened here since they were loaded."""
        return list(self._changed.values())

    @property
    def known_postings(self) -> Mapping[Key, tuple[Posting, ...]]:
        """What was loaded or changed here."""
        return self._keys

    def draft(self) -> ClusterIndex:
        """An index that begins as this one and leaves it unchanged."""
        return ClusterIndex(below=self)

    def commit_draft(self) -> ClusterIndex:
        """The draft taken over into the index that it began from."""
        below = self._below
        if below is None:
            return self
        below._clusters.update(self._clusters)  # noqa: SLF001 - another of the same class
        below._keys.update(self._keys)  # noqa: SLF001
        below._changed.update(self._changed)  # noqa: SLF001
        return below


def _select_latest(found: Iterable[Posting]) -> tuple[Posting, ...]:
    return tuple(sorted(found, reverse=True)[:UNDER_KEY])
