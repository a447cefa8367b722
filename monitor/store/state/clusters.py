"""Stories and events as they are stored: found by key, loaded with the articles that others are compared with, and
written after them."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Generic, TypeVar

from sqlalchemy import (
    BindParameter,
    Connection,
    Insert,
    Row,
    and_,
    bindparam,
    delete,
    func,
    or_,
    select,
    text,
    tuple_,
    update,
)

from monitor.cases import ClusterQuery
from monitor.model.timestamps import datetime_to_micros
from monitor.store.engine import tables
from monitor.store.engine.damaged_rows import json_or_damaged, skip_if_unreadable
from monitor.store.engine.database import build_insert_for, in_batches, write_rows
from monitor.store.engine.tables import article_features, cluster_key, match, story_article
from monitor.stories import STORIES, ArticleFeatures, Cluster, ClusterIndex, Posting
from monitor.stories.events import FIRST_OF_EVENT, keys_from_by_values, keys_from_found_terms
from monitor.stories.joining import FIRST_OF_STORY

Key = tuple[str, str]  # a scope, and a key or an id in it
Member = tuple[int, int, int]  # an article's id, its version, and when it was seen, in microseconds
Ids = Mapping[tuple[str, str], int]  # of articles, by source and uid
ByValues = Mapping[str, frozenset[str]]  # of each condition that a rule names in `by`
K = TypeVar("K")
V = TypeVar("V")

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
_ERASED_REASON = "compared with an article that was forgotten"
_MAX_RECENT = 2_000  # of each kind: enough for the articles of the last hours


class RecentValues(Generic[K, V]):
    """A cache of the values that were used most recently."""

    def __init__(self) -> None:
        self._known: OrderedDict[K, V] = OrderedDict()

    def get(self, key: K) -> V | None:
        """The cached value of a key, or None."""
        found = self._known.get(key)
        if found is not None:
            self._known.move_to_end(key)
        return found

    def add(self, found: Mapping[K, V]) -> None:
        """Cache these values; those that were not used for the longest time leave."""
        self._known.update(found)
        while len(self._known) > _MAX_RECENT:
            self._known.popitem(last=False)


class FeaturesCache:
    """The features of articles that were compared recently, kept from one pass to the next; `by`: their values for the
    conditions that a rule names in `by`. Both never change: the key of a member is its article's id and version, and
    when it was seen, because SQLite may give an id again."""

    def __init__(self) -> None:
        self.features: RecentValues[Member, ArticleFeatures] = RecentValues()
        self.by: RecentValues[tuple[str, Member], ByValues] = RecentValues()


class StoredClusters:
    """The stories and events that one pass through the section has loaded, in `index`, and what it leaves."""

    def __init__(self, connection: Connection, cache: FeaturesCache | None = None) -> None:
        self.index = ClusterIndex(find=self._find)
        self._connection = connection
        self._cache = cache or FeaturesCache()
        self._keys: dict[Key, tuple[Posting, ...]] = {}  # as loaded
        self._clusters: dict[Key, Cluster | None] = {}  # as loaded; None: it does not exist, or cannot be read
        self._ids: dict[tuple[str, str], int] = {}  # of articles, by source and uid
        self._members: set[Member] = set()

    def load(self, queries: Sequence[ClusterQuery]) -> None:
        """Load what these queries need: the postings of their keys, and the clusters that are compared."""
        self.load_keys((query.scope, key) for query in queries for key in query.weights)
        self.load_clusters(
            (query.scope, id_) for query in queries for id_ in self.index.top_ids(query.scope, query.weights)
        )

    def load_keys(self, keys: Iterable[Key]) -> None:
        """Load the postings of these keys."""
        wanted = list(set(keys) - self._keys.keys())
        found: dict[Key, tuple[Posting, ...]] = dict.fromkeys(wanted, ())
        for place, postings in _read_postings(self._connection, wanted):
            with skip_if_unreadable(f"cluster_key {' '.join(wanted[place])}"):
                found[wanted[place]] = tuple([Posting(touched, id_) for touched, id_ in postings])
        self.index.load_keys(found)
        self._keys |= found

    def load_clusters(self, wanted: Iterable[Key]) -> None:
        """Load these stories and events, as far as they exist."""
        new = set(wanted) - self._clusters.keys()
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
        self._clusters |= found
        self.index.load(cluster for cluster in found.values() if cluster is not None)

    def _find(self, scope: str, id_: str) -> Cluster | None:
        """A cluster that became one of the likeliest only through what this pass decided."""
        self.load_clusters([(scope, id_)])
        return self._clusters[scope, id_]

    def write(self, ids: Ids) -> None:
        """Write the clusters that articles have joined; `ids`: of these articles. Call it before anything is written
        that names the stories."""
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
        changed = ((key, found) for key, found in self.index.known_postings.items() if found != self._keys[key])
        rows = [(scope, key, found[0][0], found) for (scope, key), found in changed]
        if rows:
            self._connection.execute(_UPSERT_POSTINGS[self._connection.dialect.name], {"rows": json.dumps(rows)})


def _read_postings(connection: Connection, keys: Sequence[Key]) -> Iterator[tuple[int, Any]]:
    """The postings of these keys, each with the position of its key; keys without postings are left out."""
    if keys:
        for place, postings in connection.execute(
            _SELECT_POSTINGS[connection.dialect.name], {"keys": json.dumps(keys)}
        ):
            yield place, json_or_damaged(postings) if isinstance(postings, str) else postings


def _describe_cluster(cluster: Key) -> str:
    scope, id_ = cluster
    return f"story {id_}" if scope == STORIES else f"event {id_}"


def remove_articles_from_clusters(connection: Connection, articles: Sequence[int]) -> None:
    """Remove these articles from their stories and events: these are then compared by the remaining articles, and keys
    that only the removed articles had no longer find them."""
    rows = connection.execute(select(article_features).where(article_features.c.article_id.in_(articles)))
    removed_keys = {key for row in rows for key in ArticleFeatures.from_row(row.row).index_keys}
    for table, names in (
        (tables.story, select(story_article.c.story_id).where(story_article.c.article_id.in_(articles))),
        (tables.event, select(match.c.event_id).where(match.c.article_id.in_(articles))),
    ):
        of_these = or_(table.c.id.in_(names), table.c.merged_into.in_(names))
        for row in connection.execute(select(table).where(of_these)).all():
            members = [member for member in row.members or () if member[0] not in articles]
            scope = STORIES if table is tables.story else row.rule_id
            other_keys = {key for features in load_features(connection, members) for key in features.index_keys}
            removed_match_keys, other_match_keys = load_match_keys(
                connection, scope, row.merged_into or row.id, articles
            )
            remove_cluster_keys(
                connection, scope, (removed_keys | removed_match_keys) - other_keys - other_match_keys, row.id
            )
            connection.execute(update(table).where(table.c.id == row.id).values(members=members))
            in_doubt = or_(tables.event.c.id == row.id, tables.event.c.possibly_of == row.id)
            connection.execute(update(tables.event).where(in_doubt).values(doubt=None))
    connection.execute(delete(article_features).where(article_features.c.article_id.in_(articles)))
    _erase_comparisons(connection, articles)


def _erase_comparisons(connection: Connection, articles: Sequence[int]) -> None:
    """Articles that were compared with one of these stay in their story and event, but the words that both said are
    erased."""
    joined = select(story_article.c.article_id, story_article.c.how).where(
        story_article.c.compared_with.in_(articles), story_article.c.how != FIRST_OF_STORY
    )
    for row in connection.execute(joined).all():
        condition = match.c.article_id == row.article_id
        wordless = func.replace(match.c.decision, row.how, _ERASED_REASON)
        connection.execute(update(match).where(condition).values(decision=wordless))
    for reason_column, first in ((story_article.c.how, FIRST_OF_STORY), (match.c.why_event, FIRST_OF_EVENT)):
        table = reason_column.table
        condition = table.c.compared_with.in_(articles)
        connection.execute(
            update(table).where(condition, reason_column != first).values({reason_column.name: _ERASED_REASON})
        )
        connection.execute(update(table).where(condition).values(compared=None, compared_with=None))


def load_features(connection: Connection, members: Iterable[Sequence[int]]) -> list[ArticleFeatures]:
    """The features of these members of a story or an event, or of these versions of articles, as far as they are
    stored. A member begins with an article's id and its version."""
    rows = connection.execute(_SELECT_FEATURES, {"names": [(id_, version) for id_, version, *_ in members]})
    return [ArticleFeatures.from_row(row.row) for row in rows]


def load_match_keys(
    connection: Connection, rule: str, event: str, articles: Sequence[int]
) -> tuple[set[str], set[str]]:
    """The keys under which an event is found by what its rule found in its articles: those of these articles, and those
    of the others. Both are empty for a story."""
    removed: set[str] = set()
    others: set[str] = set()
    if rule == STORIES:
        return removed, others
    of_event = and_(match.c.rule_id == rule, or_(match.c.event_id == event, match.c.article_id.in_(articles)))
    query = select(match.c.article_id, match.c.by, match.c.evidence).where(of_event)
    for row in connection.execute(query):
        keys = [
            *keys_from_by_values(row.by or {}),
            *keys_from_found_terms({term for _, _, _, _, term, *_ in row.evidence}),
        ]
        (removed if row.article_id in articles else others).update(keys)
    return removed, others


def remove_cluster_keys(connection: Connection, scope: str, keys: Iterable[str], cluster: str) -> None:
    """Remove these keys: they no longer find the story or event."""
    names = [(scope, key) for key in keys]
    for place, postings in list(_read_postings(connection, names)):
        remaining = [posting for posting in postings if posting[1] != cluster]
        changed = update(cluster_key).values(postings=remaining) if remaining else delete(cluster_key)
        connection.execute(changed.where(cluster_key.c.scope == scope, cluster_key.c.key == names[place][1]))


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
    columns = ("last_at", "news_at", "members")
    return new.on_conflict_do_update(index_elements=["id"], set_={column: new.excluded[column] for column in columns})


@cache
def _build_features_insert(dialect: str) -> Insert:
    """Features never change, so a stored row stays."""
    return build_insert_for(dialect, article_features).on_conflict_do_nothing()
