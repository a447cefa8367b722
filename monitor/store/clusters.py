"""Stories and events as they are stored: found by key, read with the articles that others are compared with, and
written after them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Insert, Row, and_, bindparam, delete, select, tuple_, update

from monitor.cases import Need
from monitor.errors import ClusterNotLoaded
from monitor.model.moments import of_number, to_number
from monitor.store import tables
from monitor.store.database import in_batches, insert_of, write_rows
from monitor.store.tables import article_features, cluster_key, match, story_article
from monitor.store.unreadable import left_out_if_unreadable
from monitor.stories import STORIES, ArticleFeatures, Cluster, ClusterIndex, Posting

Key = tuple[str, str]  # a scope, and a key or an id in it
Member = tuple[int, int]  # an article's id, and its version
Ids = Mapping[tuple[str, str], int]  # of articles, by source and uid

_NAMES = bindparam("names", expanding=True)
_POSTINGS = select(cluster_key).where(tuple_(cluster_key.c.scope, cluster_key.c.key).in_(_NAMES))
_STORIES_OF = select(tables.story).where(tables.story.c.id.in_(_NAMES))
_EVENTS_OF = select(tables.event).where(tables.event.c.id.in_(_NAMES))
_FEATURES = select(article_features).where(
    tuple_(article_features.c.article_id, article_features.c.version).in_(_NAMES)
)
_NO_MORE = delete(cluster_key).where(
    cluster_key.c.scope == bindparam("its_scope"),
    cluster_key.c.key == bindparam("its_key"),
    cluster_key.c.cluster_id == bindparam("its_cluster"),
)


class StoredClusters:
    """What one pass through the section has loaded of stories and events, in `index`, and what it leaves."""

    def __init__(self, connection: Connection) -> None:
        self.index = ClusterIndex(complete=False)
        self._connection = connection
        self._keys: dict[Key, tuple[Posting, ...]] = {}  # as they were loaded
        self._known: set[Key] = set()  # clusters
        self._ids: dict[tuple[str, str], int] = {}  # of articles, by source and uid
        self._members: set[Member] = set()

    def load(self, needs: Sequence[Need]) -> None:
        """What these look up: what stands under their keys, and of that what is compared."""
        self.load_keys((each.scope, key) for each in needs for key in each.weights)
        while gone := self._load({(each.scope, id_) for each in needs for id_ in self._best(each)}):
            self._forget(gone)

    def load_keys(self, keys: Iterable[Key]) -> None:
        """What stands under these keys."""
        wanted = set(keys) - self._keys.keys()
        postings = defaultdict[Key, list[Posting]](list)
        for some in in_batches(wanted):
            for scope, key, id_, touched in self._connection.execute(_POSTINGS, {"names": some}):
                postings[scope, key].append(Posting(of_number(touched), id_))
        self.index.load_keys({key: postings.get(key, ()) for key in wanted})
        self._keys.update((key, self.index.keys[key]) for key in wanted)

    def load_clusters(self, wanted: Iterable[Key]) -> None:
        """These stories and events, as far as they are there."""
        self._load(set(wanted))

    def load_also(self, missing: ClusterNotLoaded) -> None:
        """A cluster that became one of the likeliest only by what was decided in this pass."""
        self._forget(self._load({(missing.scope, missing.id)}))

    def write(self, ids: Ids) -> None:
        """The clusters that articles have joined, with these ids of the articles; stories must be there before what
        names them."""
        self._ids.update(ids)
        changed = self.index.changed
        self._write_features(changed)
        stories = [self._row(each) for each in changed if each.scope == STORIES]
        events = [self._row(each) for each in changed if each.scope != STORIES]
        write_rows(self._connection, _upsert(self._connection.dialect.name, "story"), stories)
        write_rows(self._connection, _upsert(self._connection.dialect.name, "event"), events)
        self._write_keys()

    def _best(self, need: Need) -> list[str]:
        return self.index.best(need.scope, need.weights)

    def _load(self, wanted: set[Key]) -> set[Key]:
        """Those of them that are not there, or of which nothing is left to be compared."""
        new = wanted - self._known
        self._known |= new
        rows = self._rows(new)
        members: dict[Key, list[Member]] = {}
        for key, row in rows.items():
            with left_out_if_unreadable(_called(key)):
                members[key] = [(article_id, version) for article_id, version in row.members or ()]
        features = self._features({each for some in members.values() for each in some})
        for (scope, id_), some in members.items():
            with left_out_if_unreadable(_called((scope, id_))):
                of = [features[each] for each in some if each in features]
                self.index.load([_cluster(scope, rows[scope, id_], of)])
        return {key for key in new if (cluster := self.index.get(*key)) is None or not cluster.members}

    def _rows(self, wanted: Collection[Key]) -> dict[Key, Row[*tuple[Any, ...]]]:
        rows: dict[Key, Row[*tuple[Any, ...]]] = {}
        for some in in_batches([id_ for scope, id_ in wanted if scope == STORIES]):
            rows.update({(STORIES, row.id): row for row in self._connection.execute(_STORIES_OF, {"names": some})})
        for some in in_batches([id_ for scope, id_ in wanted if scope != STORIES]):
            rows.update({(row.rule_id, row.id): row for row in self._connection.execute(_EVENTS_OF, {"names": some})})
        return rows

    def _features(self, wanted: Collection[Any]) -> dict[Member, ArticleFeatures]:
        found: dict[Member, ArticleFeatures] = {}
        for some in in_batches(wanted):
            for article_id, version, row in self._connection.execute(_FEATURES, {"names": some}):
                with left_out_if_unreadable(f"article_features {article_id}"):
                    features = ArticleFeatures.from_row(row)
                    found[article_id, version] = features
                    self._ids[features.source, features.uid] = article_id
        self._members.update(found)
        return found

    def _forget(self, gone: set[Key]) -> None:
        """What is found under keys and is not there."""
        names = {id_ for _, id_ in gone}
        changed = {
            key: [each for each in found if each.id not in names]
            for key, found in self.index.keys.items()
            if any(each.id in names for each in found)
        }
        self.index.load_keys(changed)

    def _write_features(self, changed: Iterable[Cluster]) -> None:
        rows: dict[Member, dict[str, object]] = {}
        for each in (member for cluster in changed for member in cluster.members):
            member = self._member(each)
            if member not in self._members and member not in rows:
                rows[member] = {"article_id": member[0], "version": member[1], "row": each.to_row()}
        write_rows(self._connection, _upsert_features(self._connection.dialect.name), list(rows.values()))

    def _row(self, cluster: Cluster) -> dict[str, object]:
        row: dict[str, object] = {
            "id": cluster.id,
            "title": cluster.title,
            "opened_at": cluster.opened,
            "last_at": cluster.touched,
            "news_at": cluster.last,
            "members": [self._member(each) for each in cluster.members],
            "possibly_of": cluster.possibly_of,
            "doubt": cluster.doubt or None,
        }
        if cluster.scope == STORIES:
            return row
        by = {name: sorted(values) for name, values in cluster.by.items()}
        return {**row, "rule_id": cluster.scope, "by": by or None}

    def _member(self, features: ArticleFeatures) -> Member:
        return self._ids[features.source, features.uid], features.version

    def _write_keys(self) -> None:
        gone: list[dict[str, object]] = []
        new: list[dict[str, object]] = []
        for (scope, key), found in self.index.keys.items():
            before = self._keys.get((scope, key), ())
            if found == before:
                continue
            left = {each.id for each in before} - {each.id for each in found}
            gone += ({"its_scope": scope, "its_key": key, "its_cluster": id_} for id_ in left)
            new += (
                {"scope": scope, "key": key, "cluster_id": each.id, "touched": to_number(each.touched)}
                for each in set(found) - set(before)
            )
        write_rows(self._connection, _NO_MORE, gone)
        write_rows(self._connection, _upsert_key(self._connection.dialect.name), new)


def _called(cluster: Key) -> str:
    scope, id_ = cluster
    return f"story {id_}" if scope == STORIES else f"event {id_}"


def forget_articles(connection: Connection, articles: Sequence[int]) -> None:
    """Stories and events are compared by what is left, and found by no word that only these articles have said."""
    rows = connection.execute(select(article_features).where(article_features.c.article_id.in_(articles)))
    said = {key for row in rows for key in ArticleFeatures.from_row(row.row).index_keys}
    for table, names in (
        (tables.story, select(story_article.c.story_id).where(story_article.c.article_id.in_(articles))),
        (tables.event, select(match.c.event_id).where(match.c.article_id.in_(articles))),
    ):
        for row in connection.execute(select(table).where(table.c.id.in_(names))).all():
            members = [(id_, version) for id_, version in row.members or () if id_ not in articles]
            left = connection.execute(_FEATURES, {"names": members})
            others = {key for each in left for key in ArticleFeatures.from_row(each.row).index_keys}
            forgotten = and_(cluster_key.c.cluster_id == row.id, cluster_key.c.key.in_(said - others))
            scope = STORIES if table is tables.story else row.rule_id
            connection.execute(delete(cluster_key).where(cluster_key.c.scope == scope, forgotten))
            connection.execute(update(table).where(table.c.id == row.id).values(members=members, doubt=None))
            connection.execute(update(table).where(table.c.possibly_of == row.id).values(doubt=None))
    connection.execute(delete(article_features).where(article_features.c.article_id.in_(articles)))


def _cluster(scope: str, row: Row[*tuple[Any, ...]], members: Sequence[ArticleFeatures]) -> Cluster:
    by = {} if scope == STORIES else {name: frozenset(values) for name, values in (row.by or {}).items()}
    return Cluster(
        id=row.id,
        scope=scope,
        title=row.title,
        opened=row.opened_at,
        last=row.news_at or row.last_at,
        touched=row.last_at,
        members=tuple(members),
        by=by,
        possibly_of=row.possibly_of,
        doubt=row.doubt or "",
    )


@cache
def _upsert(dialect: str, name: str) -> Insert:
    new = insert_of(dialect, tables.metadata.tables[name])
    anew = ("last_at", "news_at", "members", *(["by"] if name == "event" else []))
    return new.on_conflict_do_update(index_elements=["id"], set_={each: new.excluded[each] for each in anew})


@cache
def _upsert_key(dialect: str) -> Insert:
    new = insert_of(dialect, cluster_key)
    key = ["scope", "key", "cluster_id"]
    return new.on_conflict_do_update(index_elements=key, set_={"touched": new.excluded.touched})


@cache
def _upsert_features(dialect: str) -> Insert:
    new = insert_of(dialect, article_features)
    key = ["article_id", "version"]
    return new.on_conflict_do_update(index_elements=key, set_={"row": new.excluded.row})
