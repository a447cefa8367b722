"""Stories and events as they are stored: found by key, loaded with the articles that others are compared with, and
written after them."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    Connection,
    Insert,
    Row,
    bindparam,
    delete,
    exists,
    or_,
    select,
    text,
    tuple_,
)

from monitor.cases import (
    ClusteredArticle,
    ClusterQuery,
    PreparedArticle,
    event_cluster_queries,
    story_cluster_queries,
)
from monitor.identity.clusters import Cluster, ClusterIndex, Posting
from monitor.identity.features import ArticleFeatures
from monitor.ingest.retention_policy import compute_retention_cutoff, find_shortest_retention
from monitor.model import STORIES, Retention
from monitor.model.timestamps import datetime_to_micros
from monitor.store.engine import tables
from monitor.store.engine.damaged_rows import json_or_damaged, skip_if_unreadable
from monitor.store.engine.database import build_insert_for, in_batches, write_rows
from monitor.store.engine.table_walk import LARGE_SLICE, TableRow, TableWalk
from monitor.store.engine.tables import article_features, cluster_key, match, story_article
from monitor.store.state.features_cache import ByValues, FeaturesCache, Member
from monitor.store.state.stored_part import LOOK_BACK, ArticleIds, StoredPart

Key = tuple[str, str]  # a scope, and a key or an id in it

_NAMES: BindParameter[Any] = bindparam("names", expanding=True)
# A hit article has a hundred keys: they are bound as one value, which the database turns into rows. A statement with as
# many values costs ten times as much.
_SELECT_POSTINGS = {
    "sqlite": text(
        "SELECT w.key AS place, k.postings FROM json_each(:keys) AS w CROSS JOIN cluster_key AS k"
        " WHERE k.scope = json_extract(w.value, '$[0]') AND k.key = json_extract(w.value, '$[1]')"
    ),
    "postgresql": text(
        "SELECT w.place - 1 AS place, k.postings"
        " FROM json_array_elements(CAST(:keys AS json)) WITH ORDINALITY AS w (value, place)"
        " JOIN cluster_key AS k ON k.scope = w.value ->> 0 AND k.key = w.value ->> 1"
    ),
}
_UPSERT_POSTINGS = {
    "sqlite": text(
        "INSERT INTO cluster_key (scope, key, touched, postings)"
        " SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]'),"
        " json_extract(value, '$[3]') FROM json_each(:rows) WHERE true"
        " ON CONFLICT (scope, key) DO UPDATE SET touched = excluded.touched, postings = excluded.postings"
    ),
    "postgresql": text(
        "INSERT INTO cluster_key (scope, key, touched, postings)"
        " SELECT value ->> 0, value ->> 1, CAST(value ->> 2 AS bigint), value -> 3"
        " FROM json_array_elements(CAST(:rows AS json)) AS w (value)"
        " ON CONFLICT (scope, key) DO UPDATE SET touched = excluded.touched, postings = excluded.postings"
    ),
}
_SELECT_STORIES = select(tables.story).where(tables.story.c.id.in_(_NAMES))
_SELECT_EVENTS = select(tables.event).where(tables.event.c.id.in_(_NAMES))
_SELECT_FEATURES = select(article_features).where(
    tuple_(article_features.c.article_id, article_features.c.version).in_(_NAMES)
)
_SELECT_BY_VALUES = select(match.c.article_id, match.c.article_version, match.c.rule_id, match.c.by).where(
    tuple_(match.c.article_id, match.c.article_version, match.c.rule_id).in_(_NAMES), match.c.by.is_not(None)
)


class StoredClusters(StoredPart):
    """The stories and events that one pass through the section has loaded, in `index`, and what it leaves."""

    def __init__(self, connection: Connection, cache: FeaturesCache | None = None) -> None:
        super().__init__(connection, cache)
        self.part = self.index = ClusterIndex(self._find)
        self._ids: dict[tuple[str, str], int] = {}  # of articles, by source and uid
        self._members: set[Member] = set()

    @classmethod
    def list_expired(cls, retention: Retention, now: datetime) -> Iterator[TableWalk]:
        """Keys that no article has had for long, features of old articles, and stories and events that are over and
        have no article, match or alert left."""
        recent = now - LOOK_BACK
        old_key = datetime_to_micros(recent)
        keys = select(cluster_key.c.scope, cluster_key.c.key, cluster_key.c.touched)
        yield TableWalk(keys, tuple(cluster_key.primary_key), lambda row: row.touched < old_key, LARGE_SLICE)
        features = select(article_features.c.article_id, article_features.c.version, tables.article.c.seen_at)
        features = features.join(tables.article, tables.article.c.id == article_features.c.article_id)
        yield TableWalk(features, tuple(article_features.primary_key), lambda row: row.seen_at < recent, by_time=True)
        newest = compute_retention_cutoff(find_shortest_retention(retention), now)
        for table, members, alerts, before in (
            (tables.story, story_article.c.story_id, tables.alert.c.story_id, newest),
            (tables.event, match.c.event_id, tables.alert.c.event_id, min(newest, recent)),
        ):
            has_member = exists().where(or_(members == table.c.id, members == table.c.merged_into))
            is_used = has_member | exists().where(alerts == table.c.id)
            query = select(table.c.id, table.c.last_at, is_used.label("is_used")).where(table.c.last_at < before)
            yield TableWalk(query, (table.c.last_at, table.c.id), lambda row: not row.is_used)

    @classmethod
    def forget_articles(cls, connection: Connection, articles: Sequence[TableRow]) -> None:
        """Delete their features. `lifecycle.cluster_removal` also changes the stories and events that they belong
        to."""
        ids = [row.id for row in articles]
        connection.execute(delete(article_features).where(article_features.c.article_id.in_(ids)))

    def load_for_stories(self, articles: Sequence[PreparedArticle]) -> None:
        """Load the stories that these articles may join."""
        self.load(list(story_cluster_queries(articles)))

    def load_for_events(self, articles: Sequence[ClusteredArticle]) -> None:
        """Load the events that these articles may belong to."""
        self.load(list(event_cluster_queries(articles)))

    def load(self, queries: Sequence[ClusterQuery]) -> None:
        """Load what these queries need: the postings of their keys, and the clusters that are compared."""
        self.load_keys((query.scope, key) for query in queries for key in query.weights)
        self.load_clusters(
            (query.scope, id_) for query in queries for id_ in self.index.top_ids(query.scope, query.weights)
        )

    def load_keys(self, keys: Iterable[Key]) -> None:
        """Load the postings of these keys."""
        wanted = list(self.index.postings.missing(keys))
        found: dict[Key, tuple[Posting, ...]] = dict.fromkeys(wanted, ())
        for place, postings in read_postings(self._connection, wanted):
            with skip_if_unreadable(f"cluster_key {' '.join(wanted[place])}"):
                found[wanted[place]] = tuple([Posting(touched, id_) for touched, id_ in postings])
        self.index.postings.load(found)

    def load_clusters(self, wanted: Iterable[Key]) -> Mapping[Key, Cluster | None]:
        """Load these stories and events, but for those that were loaded before. None: it does not exist, or cannot be
        read."""
        new = self.index.clusters.missing(wanted)
        rows = self._read_rows(new)
        members: dict[Key, list[Member]] = {}
        for key, row in rows.items():
            with skip_if_unreadable(_describe_cluster(key)):
                members[key] = [(article_id, version, seen) for article_id, version, seen in row.members or ()]
        features = self._load_features({member for cluster_members in members.values() for member in cluster_members})
        by = self._load_by_values(
            {
                (key[0], member)
                for key, cluster_members in members.items()
                if key[0] != STORIES
                for member in cluster_members
            }
        )
        found: dict[Key, Cluster | None] = dict.fromkeys(new, None)
        for (scope, id_), cluster_members in members.items():
            known = {member: features[member] for member in cluster_members if member in features}
            by_values = {
                known_features.name: by[scope, member]
                for member, known_features in known.items()
                if by.get((scope, member))
            }
            found[scope, id_] = _cluster_from_row(scope, rows[scope, id_], list(known.values()), by_values)
        self.index.clusters.load(found)
        return found

    def _find(self, key: Key) -> Cluster | None:
        """A cluster that became one of the likeliest only through what this pass decided."""
        return self.load_clusters([key])[key]

    def write_first(self, ids: ArticleIds) -> None:
        """Write the clusters that articles have joined; `ids`: of these articles."""
        self._ids.update(ids)
        changed = self.index.changed_clusters
        self._write_features(changed)
        stories = [self._cluster_to_row(cluster) for cluster in changed if cluster.scope == STORIES]
        events = [self._cluster_to_row(cluster) for cluster in changed if cluster.scope != STORIES]
        write_rows(self._connection, _build_cluster_upsert(self._connection.dialect.name, "story"), stories)
        write_rows(self._connection, _build_cluster_upsert(self._connection.dialect.name, "event"), events)
        self._write_keys()

    def article_id(self, source: str, uid: str) -> int:
        """The id of an article that was written, or that one was compared with."""
        return self._ids[source, uid]

    def _read_rows(self, wanted: Collection[Key]) -> dict[Key, Row[*tuple[Any, ...]]]:
        rows: dict[Key, Row[*tuple[Any, ...]]] = {}
        for batch in in_batches([id_ for scope, id_ in wanted if scope == STORIES]):
            rows.update({(STORIES, row.id): row for row in self._connection.execute(_SELECT_STORIES, {"names": batch})})
        for batch in in_batches([id_ for scope, id_ in wanted if scope != STORIES]):
            rows.update(
                {(row.rule_id, row.id): row for row in self._connection.execute(_SELECT_EVENTS, {"names": batch})}
            )
        return rows

    def _load_features(self, wanted: Collection[Member]) -> dict[Member, ArticleFeatures]:
        found = {member: cached for member in wanted if (cached := self._cache.features.get(member)) is not None}
        missing = {
            (article_id, version): (article_id, version, seen) for article_id, version, seen in wanted - found.keys()
        }
        for batch in in_batches(missing):
            for article_id, version, row in self._connection.execute(_SELECT_FEATURES, {"names": batch}):
                with skip_if_unreadable(f"article_features {article_id}"):
                    found[missing[article_id, version]] = ArticleFeatures.from_row(row)
        self._cache.features.add(found)
        self._members.update(found)
        self._ids.update(((features.source, features.uid), member[0]) for member, features in found.items())
        return found

    def _load_by_values(self, wanted: Collection[tuple[str, Member]]) -> dict[tuple[str, Member], ByValues]:
        """The values of members of events for the conditions that their rules name in `by`."""
        found = {key: cached for key in wanted if (cached := self._cache.by.get(key)) is not None}
        missing = {(member[0], member[1], rule): (rule, member) for rule, member in wanted - found.keys()}
        read: dict[tuple[str, Member], ByValues] = {key: {} for key in missing.values()}
        for batch in in_batches(missing):
            for article_id, version, rule, by in self._connection.execute(_SELECT_BY_VALUES, {"names": batch}):
                with skip_if_unreadable(f"match of {article_id} by {rule}"):
                    values = {name: frozenset(named) for name, named in by.items()}
                    read[missing[article_id, version, rule]] = values
        self._cache.by.add(read)
        return found | read

    def _write_features(self, changed: Iterable[Cluster]) -> None:
        rows: dict[Member, dict[str, object]] = {}
        for features in (member for cluster in changed for member in cluster.members):
            member = self._to_member(features)
            if member not in self._members and member not in rows:
                rows[member] = {"article_id": member[0], "version": member[1], "row": features.to_row()}
        write_rows(self._connection, _build_features_insert(self._connection.dialect.name), list(rows.values()))

    def _cluster_to_row(self, cluster: Cluster) -> dict[str, object]:
        row: dict[str, object] = {
            "id": cluster.id,
            "title": cluster.title,
            "opened_at": cluster.opened,
            "last_at": cluster.touched,
            "news_at": cluster.last,
            "members": [self._to_member(features) for features in cluster.members],
        }
        if cluster.scope == STORIES:
            return row
        doubt = {"possibly_of": cluster.possibly_of, "doubt": cluster.doubt or None}
        return {**row, "rule_id": cluster.scope, **doubt}

    def _to_member(self, features: ArticleFeatures) -> Member:
        return self.article_id(features.source, features.uid), features.version, datetime_to_micros(features.seen)

    def _write_keys(self) -> None:
        changed = self.index.postings.changes.items()
        rows = [(scope, key, found[0].last_seen, found) for (scope, key), found in changed if found]
        if rows:
            self._connection.execute(_UPSERT_POSTINGS[self._connection.dialect.name], {"rows": json.dumps(rows)})


def read_postings(connection: Connection, keys: Sequence[Key]) -> Iterator[tuple[int, Any]]:
    """The postings of these keys, each with the position of its key; keys without postings are left out."""
    if keys:
        for place, postings in connection.execute(
            _SELECT_POSTINGS[connection.dialect.name], {"keys": json.dumps(keys)}
        ):
            yield place, json_or_damaged(postings) if isinstance(postings, str) else postings


def _describe_cluster(cluster: Key) -> str:
    scope, id_ = cluster
    return f"story {id_}" if scope == STORIES else f"event {id_}"


def load_features(connection: Connection, members: Iterable[Sequence[int]]) -> list[ArticleFeatures]:
    """The features of these members of a story or an event, or of these versions of articles, as far as they are
    stored. A member begins with an article's id and its version."""
    rows = connection.execute(_SELECT_FEATURES, {"names": [(id_, version) for id_, version, *_ in members]})
    return [ArticleFeatures.from_row(row.row) for row in rows]


def _cluster_from_row(
    scope: str,
    row: Row[*tuple[Any, ...]],
    members: Sequence[ArticleFeatures],
    by: Mapping[tuple[str, str, int], ByValues],
) -> Cluster:
    of_event: dict[str, Any] = {}
    if scope != STORIES:
        of_event = {"by": by, "possibly_of": row.possibly_of, "doubt": row.doubt or ""}
    return Cluster(
        id=row.id,
        scope=scope,
        title=row.title,
        opened=row.opened_at,
        last=row.news_at or row.last_at,
        touched=row.last_at,
        members=tuple(members),
        merged_into=row.merged_into,
        kept_apart=frozenset(row.kept_apart or ()),
        **of_event,
    )


@cache
def _build_cluster_upsert(dialect: str, name: str) -> Insert:
    new = build_insert_for(dialect, tables.metadata.tables[name])
    columns = ("last_at", "news_at", "members", *(["possibly_of", "doubt"] if name == "event" else []))
    return new.on_conflict_do_update(index_elements=["id"], set_={column: new.excluded[column] for column in columns})


@cache
def _build_features_insert(dialect: str) -> Insert:
    """Features never change, so a stored row stays."""
    return build_insert_for(dialect, article_features).on_conflict_do_nothing()
