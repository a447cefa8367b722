"""The search index: which terms the latest version of an article has.

SQLite: an FTS5 table that keeps neither texts nor positions. PostgreSQL: a tsvector without positions, with a GIN
index. Articles are written to it in the commit that stores them; those that were stored before are added in slices, the
newest first (`IndexBuilder`). The row of `search_index` says how far that is, and is read in the transaction that
writes.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from sqlalchemy import Connection, TextClause, and_, bindparam, func, select, text, update

from monitor import clock
from monitor.model import FoldedText
from monitor.store.engine.database import Database, write_rows
from monitor.store.engine.search_tables import INDEX_TABLE, SQLITE, search_index
from monitor.store.engine.tables import article, article_version
from monitor.store.search.index_removal import discard_index, purge_discarded
from monitor.store.search.index_terms import fold_field, list_terms

_MIN_SQLITE = (3, 43)  # deleting from a table that keeps no texts
# Of a slice of the build. Writing terms takes about as long as listing them, and others wait for both.
_SLICE, _LISTING_TIME = 500, 0.025  # articles, and s, after which no further ones are added
_ROWS_AT_ONCE = 10
_MERGED_PAGES = 250  # of the index, in one transaction
_MAX_VECTOR = 1_000_000  # bytes of terms: PostgreSQL takes 2**20; an article with more is a candidate of every search
_CREATE = (
    f"CREATE VIRTUAL TABLE IF NOT EXISTS {INDEX_TABLE} "
    "USING fts5(terms, content='', contentless_delete=1, detail=none, tokenize='ascii')"
)
# Each commit adds a part to the index. SQLite merges parts when there are as many as `automerge` says, a few pages in
# each commit; with its default, 4, it rewrites each term twice as often. When there are as many as `crisismerge` says,
# one commit merges all of them, and others wait for it.
_MERGE_SETTINGS = {"automerge": 16, "crisismerge": 64}
# PostgreSQL collects terms in a list. The commit that fills it adds all of them to the index, and others wait for it.
_LIMIT_LIST = "ALTER INDEX ix_article_terms_terms SET (gin_pending_list_limit = 512)"  # kB; its default is 4096


@dataclass(frozen=True, slots=True)
class IndexState:
    """Whether commits write to the index, and the first article that is in it with all that came later (0: all)."""

    is_on: bool
    indexed_from: int

    @property
    def is_complete(self) -> bool:
        """Whether every article is in it."""
        return self.is_on and self.indexed_from == 0


def explain_unsupported(dialect: str) -> str | None:
    """Why there can be no index here; None if there can be one."""
    return _explain_sqlite() if dialect == SQLITE else None


@cache
def _explain_sqlite() -> str | None:
    oldest = ".".join(map(str, _MIN_SQLITE))
    needed = f"full-text search needs SQLite {oldest} or newer with FTS5"
    advice = "use a Python that is built with a newer one, or PostgreSQL"
    if sqlite3.sqlite_version_info < _MIN_SQLITE:
        return f"{needed}, and this Python has {sqlite3.sqlite_version}: {advice}"
    connection = sqlite3.connect(":memory:")
    try:
        connection.execute(_CREATE)
    except sqlite3.OperationalError:
        return f"{needed}, and the one of this Python has no FTS5: {advice}"
    finally:
        connection.close()
    return None


def load_index_state(connection: Connection) -> IndexState:
    """The state of the index as this transaction sees it."""
    row = connection.execute(_SELECT_STATE).one()
    return IndexState(row.is_on, row.indexed_from)


def is_index_complete(connection: Connection) -> bool:
    """Whether there is an index that has every article."""
    return explain_unsupported(connection.dialect.name) is None and load_index_state(connection).is_complete


_SELECT_STATE = select(search_index.c.is_on, search_index.c.indexed_from)
_LATEST = and_(article_version.c.article_id == article.c.id, article_version.c.version == article.c.version)
_SELECT_TEXTS = (
    select(article.c.id, article.c.title, article_version.c.text)
    .join(article_version, _LATEST)
    .where(article.c.id < bindparam("below"))
    .order_by(article.c.id.desc())
    .limit(_SLICE)
)


def index_articles(connection: Connection, articles: Mapping[int, FoldedText]) -> None:
    """Write articles that this transaction stores to the index, if there is one, in place of their earlier versions.
    `articles`: their words by the article's id. Call it in the serial section."""
    if articles and load_index_state(connection).is_on:
        _write_terms(connection, {id_: list_terms(words.title, words.text) for id_, words in articles.items()})


def _write_terms(connection: Connection, terms: Mapping[int, list[str]]) -> None:
    """`terms`: of at least one article, by its id."""
    if connection.dialect.name == SQLITE:
        # FTS5 makes a new part of the index, to be merged later, wherever an id is smaller than the one before.
        connection.exec_driver_sql(_INSERT_SQLITE, [(id_, " ".join(found)) for id_, found in sorted(terms.items())])
    else:
        rows = [{"id": id_, "terms": _fit_vector(found)} for id_, found in terms.items()]
        write_rows(connection, _INSERT_POSTGRESQL, rows)


_INSERT_SQLITE = f"INSERT OR REPLACE INTO {INDEX_TABLE} (rowid, terms) VALUES (?, ?)"  # noqa: S608 - no input
_INSERT_POSTGRESQL = text(
    f"INSERT INTO {INDEX_TABLE} (article_id, terms) VALUES (:id, array_to_tsvector(CAST(:terms AS text[]))) "  # noqa: S608
    "ON CONFLICT (article_id) DO UPDATE SET terms = excluded.terms"
)


def _fit_vector(terms: list[str]) -> list[str] | None:
    return terms if sum(len(term.encode()) for term in terms) < _MAX_VECTOR else None


def remove_from_index(connection: Connection, ids: Sequence[int]) -> None:
    """Remove articles that leave. On SQLite their terms stay in the file, without use, until they are merged
    (`purge_removed_terms`, or later commits)."""
    if _has_table(connection):
        write_rows(connection, _build_delete(connection.dialect.name), [{"id": id_} for id_ in ids])


def _has_table(connection: Connection) -> bool:
    """Whether there is an index that can be written; one that is switched off may still have entries."""
    if connection.dialect.name != SQLITE:
        return True
    return _explain_sqlite() is None and connection.execute(_SELECT_TABLE).first() is not None


_SELECT_TABLE = text(f"SELECT 1 FROM sqlite_master WHERE name = '{INDEX_TABLE}'")  # noqa: S608


@cache
def _build_delete(dialect: str) -> TextClause:
    return text(f"DELETE FROM {INDEX_TABLE} WHERE {'rowid' if dialect == SQLITE else 'article_id'} = :id")  # noqa: S608


def purge_removed_terms(database: Database) -> Iterator[None]:
    """Remove from SQLite's file the terms of articles that were removed from the index, and those of earlier indexes,
    in short steps. PostgreSQL does it by itself, as for other tables."""
    if database.write.dialect.name != SQLITE:
        return
    yield from purge_discarded(database)
    pages = -_MERGED_PAGES  # negative: all parts of the index are to become one
    while True:
        with database.writing() as connection:
            if not _has_table(connection):
                return
            before = connection.exec_driver_sql("SELECT total_changes()").scalar_one()
            connection.exec_driver_sql(f"INSERT INTO {INDEX_TABLE} ({INDEX_TABLE}, rank) VALUES ('merge', {pages})")  # noqa: S608
            after = connection.exec_driver_sql("SELECT total_changes()").scalar_one()
        yield
        if after - before < 2:  # as SQLite says: nothing was merged
            return
        pages = _MERGED_PAGES


def switch_index(database: Database, *, wanted: bool) -> str | None:
    """Have commits write to the index from now on, or no longer. An index that is switched on begins empty, with the
    articles that come from then on. Returns why there is none although it is wanted; else None."""
    dialect = database.write.dialect.name
    problem = explain_unsupported(dialect) if wanted else None
    turn_on = wanted and problem is None
    with database.writing() as connection:
        database.enter_section(connection)
        if load_index_state(connection).is_on == turn_on:
            return problem
        if turn_on:
            _empty_index(connection)
        newest = connection.execute(select(func.max(article.c.id))).scalar_one() or 0
        first = newest + 1 if turn_on and newest else 0
        connection.execute(update(search_index).values(is_on=turn_on, indexed_from=first))
    return problem


def drop_index(database: Database) -> bool:
    """Empty an index that is switched off. Returns whether there was anything in it."""
    if explain_unsupported(database.write.dialect.name) is not None:
        return False
    with database.writing() as connection:
        database.enter_section(connection)
        if load_index_state(connection).is_on:
            return False
        return _empty_index(connection)


def _empty_index(connection: Connection) -> bool:
    """Returns whether it had entries."""
    if connection.dialect.name == SQLITE:
        connection.exec_driver_sql(_CREATE)
        entries = connection.exec_driver_sql(f"SELECT 1 FROM {INDEX_TABLE}_docsize LIMIT 1").first()  # noqa: S608
        discard_index(connection)
        connection.exec_driver_sql(_CREATE)
        set_ = f"INSERT INTO {INDEX_TABLE} ({INDEX_TABLE}, rank) VALUES (?, ?)"  # noqa: S608 - no input
        connection.exec_driver_sql(set_, list(_MERGE_SETTINGS.items()))
    else:
        entries = connection.exec_driver_sql(f"SELECT 1 FROM {INDEX_TABLE} LIMIT 1").first()  # noqa: S608
        connection.exec_driver_sql(f"TRUNCATE {INDEX_TABLE}")
        connection.exec_driver_sql(_LIMIT_LIST)
    return entries is not None


class IndexBuilder:
    """Adds the articles that were stored before the index was switched on, the newest first."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def count_missing(self) -> int:
        """How many articles are not in the index yet; 0 if it is off."""
        with self._database.reading() as connection:
            state = load_index_state(connection)
            if not state.is_on or state.is_complete:
                return 0
            missing = select(func.count()).select_from(article).where(article.c.id < state.indexed_from)
            return connection.execute(missing).scalar_one()

    def build_slices(self) -> Iterator[int]:
        """Delete the rest of earlier indexes, and add the missing articles. Yields after each slice how many it
        added. Each slice is one short transaction: it may end with any of them, and the next call goes on from
        there."""
        for _ in purge_discarded(self._database):
            yield 0
        while (added := self._build_slice()) is not None:
            yield added

    def _build_slice(self) -> int | None:
        """None if nothing is missing."""
        with self._database.reading() as connection:  # most calls have nothing to do
            if _is_finished(load_index_state(connection)):
                return None
        with self._database.writing() as connection:
            self._database.enter_section(connection)
            began = clock.monotonic()  # until now it has waited for others
            state = load_index_state(connection)
            if _is_finished(state):
                return None
            terms: dict[int, list[str]] = {}
            first = 0
            for rows in connection.execute(_SELECT_TEXTS, {"below": state.indexed_from}).partitions(_ROWS_AT_ONCE):
                terms |= {row.id: list_terms(fold_field(row.title), fold_field(row.text)) for row in rows}
                if len(terms) == _SLICE or clock.monotonic() - began > _LISTING_TIME:
                    first = rows[-1].id
                    break
            if terms:
                _write_terms(connection, terms)
            connection.execute(update(search_index).values(indexed_from=first))
            return len(terms)


def _is_finished(state: IndexState) -> bool:
    return not state.is_on or state.is_complete
