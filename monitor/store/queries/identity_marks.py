"""The stories and events that people merged or split, with the articles that they are compared by. It only reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select

from monitor.model import Article
from monitor.model.timestamps import datetime_to_micros
from monitor.store.engine.damaged_rows import skip_if_unreadable
from monitor.store.engine.database import Database
from monitor.store.engine.tables import article, article_version, event, identity_mark, story
from monitor.store.queries.articles import article_version_from_row, select_article_versions
from monitor.store.state.identity_marks import IdentityMark, identity_mark_from_row, table_for_scope


@dataclass(frozen=True, slots=True)
class MarkedPair:
    """Two stories or events that a person merged, or split. `rule`: for events, their rule. `first`, `second`: of each,
    the articles that it had then and that others are compared with, as far as they are still in the archive."""

    mark: IdentityMark
    rule: str | None
    first: tuple[Article, ...]
    second: tuple[Article, ...]


@dataclass(frozen=True, slots=True)
class CorrectedClusters:
    """How many stories (`rule` None) or events of a rule people merged or split, `of` how many that were reported."""

    rule: str | None
    corrected: int
    of: int


class IdentityMarkQueries:
    """Answers from what has been committed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def iter_pairs(self) -> Iterator[MarkedPair]:
        """All merges and splits, in the order of time."""
        with self._database.reading() as connection:
            rows = connection.execute(select(identity_mark).order_by(identity_mark.c.id)).all()
        for row in rows:
            with self._database.reading() as connection:
                yield _load_pair(connection, row)

    def count_corrected(self, since: datetime, at_least: int) -> list[CorrectedClusters]:
        """What people merged and split since then: the rules of which they did so with this many events or more, and
        the same of stories. Whatever is undone and done again counts once."""
        is_recent = identity_mark.c.at >= since
        corrected = func.count(identity_mark.c.other_id.distinct())
        query = select(identity_mark.c.scope, corrected.label("corrected")).where(is_recent)
        query = query.group_by(identity_mark.c.scope).having(corrected >= at_least).order_by(identity_mark.c.scope)
        with self._database.reading() as connection:
            return [
                CorrectedClusters(row.scope or None, row.corrected, _count_clusters(connection, row.scope, since))
                for row in connection.execute(query).all()
            ]

    def load_pair(self, id_: str, other: str) -> MarkedPair:
        """The last merge or split of these two, which there must be."""
        is_of_both = (identity_mark.c.cluster_id == id_) & (identity_mark.c.other_id == other)
        query = select(identity_mark).where(is_of_both).order_by(identity_mark.c.id.desc()).limit(1)
        with self._database.reading() as connection:
            return _load_pair(connection, connection.execute(query).one())


def _count_clusters(connection: Connection, scope: str, since: datetime) -> int:
    """Those that were reported since then, or merged or split."""
    table = table_for_scope(scope)
    marked = select(identity_mark.c.other_id).where(identity_mark.c.at >= since, identity_mark.c.scope == scope)
    query = select(func.count()).select_from(table).where(or_(table.c.last_at >= since, table.c.id.in_(marked)))
    return connection.execute(query if table is story else query.where(event.c.rule_id == scope)).scalar_one()


def _load_pair(connection: Connection, row: Any) -> MarkedPair:  # noqa: ANN401 - a row
    first, second = (_load_articles(connection, row, id_) for id_ in (row.cluster_id, row.other_id))
    return MarkedPair(identity_mark_from_row(row), row.scope or None, first, second)


def _load_articles(connection: Connection, mark: Any, cluster: str) -> tuple[Article, ...]:  # noqa: ANN401 - a row
    table = table_for_scope(mark.scope)
    members = connection.execute(select(table.c.members).where(table.c.id == cluster)).scalar_one_or_none() or ()
    then, found = datetime_to_micros(mark.at), list[Sequence[int]]()
    with skip_if_unreadable(f"{table.name} {cluster}"):
        found += [(id_, version, seen) for id_, version, seen in members if seen <= then]
    return _load_members(connection, found)


def _load_members(connection: Connection, members: Sequence[Sequence[int]]) -> tuple[Article, ...]:
    """The articles of these members: each with an article's id, its version, and when it was seen, in microseconds."""
    if not members:
        return ()
    is_member = or_(*(and_(article.c.id == id_, article_version.c.version == version) for id_, version, _ in members))
    rows = connection.execute(select_article_versions().where(is_member).order_by(article_version.c.id))
    found = ((row.id, article_version_from_row(row)) for row in rows)
    seen_by_id = {id_: seen for id_, _, seen in members}
    # SQLite may have given the id of an article that left to another one.
    return tuple(each for id_, each in found if datetime_to_micros(each.seen) == seen_by_id[id_])
