"""Finds articles by their words, their source, language, rules and time. It only reads.

The index gives candidates, whose texts are checked. Articles that are not in the index (it is being built, or is
switched off) are all candidates: that is slower, and finds the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, func, literal_column, select

from monitor.model import Article
from monitor.model.article_query import ArticleQuery
from monitor.store.engine.damaged_rows import skip_if_unreadable
from monitor.store.engine.database import Database
from monitor.store.engine.search_tables import INDEX_TABLE, SQLITE, postgresql_terms, sqlite_terms
from monitor.store.engine.tables import article
from monitor.store.queries.articles import article_from_row, select_latest_articles
from monitor.store.search.conditions import has_terms, list_query_terms
from monitor.store.search.filters import list_filters
from monitor.store.search.search_index import explain_unsupported, load_index_state
from monitor.store.search.term_spans import TermCheck

_SLICE = 500  # articles read at once, with their texts
_SPARE = 10  # candidates that are read beyond a page: few of them turn out not to be hits


@dataclass(frozen=True, slots=True)
class FoundArticle:
    """A stored article with its id, in its latest version."""

    id: int
    article: Article


@dataclass(frozen=True, slots=True)
class SearchPage:
    """Articles that meet a query, the newest first. `next_before`: the id before which the next page begins; None:
    there is no further one. `is_indexed`: the index has found them all; if not, texts were read one by one."""

    found: tuple[FoundArticle, ...]
    next_before: int | None
    is_indexed: bool


@dataclass(frozen=True, slots=True)
class IdRange:
    """Ids from `first` to `last`, both included (None: no limit), and whether the index knows them."""

    first: int
    last: int | None
    is_indexed: bool


class ArticleSearch:
    """Answers from what has been committed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find_page(self, query: ArticleQuery, limit: int, before_id: int | None = None) -> SearchPage:
        """At most `limit` articles, the newest first; `before_id`: of those with smaller ids."""
        found: list[FoundArticle] = []
        ranges = self._plan(query, before_id)
        for each in self._walk(query, ranges, newest_first=True, first_slice=limit + _SPARE):
            if len(found) == limit:
                return SearchPage(tuple(found), found[-1].id, _is_indexed(query, ranges))
            found.append(each)
        return SearchPage(tuple(found), None, _is_indexed(query, ranges))

    def iter_stored(self, query: ArticleQuery) -> Iterator[FoundArticle]:
        """All articles that meet a query, in the order in which they were stored. Few are in memory at once."""
        return self._walk(query, self._plan(query, None)[::-1], newest_first=False, first_slice=_SLICE)

    def _plan(self, query: ArticleQuery, before_id: int | None) -> list[IdRange]:
        """The ranges of ids to look through, the newest first."""
        last = None if before_id is None else before_id - 1
        with self._database.reading() as connection:
            supported = explain_unsupported(connection.dialect.name) is None
            state = load_index_state(connection)
            first, newest = _load_id_bounds(connection, query)
        last = last if newest is None else newest if last is None else min(last, newest)
        if not list_query_terms(query) or not (state.is_on and supported):
            return [IdRange(first, last, is_indexed=False)]
        border = state.indexed_from
        ranges = [IdRange(max(first, border), last, is_indexed=True)]
        if first < border:
            ranges.append(IdRange(first, border - 1 if last is None else min(border - 1, last), is_indexed=False))
        return ranges

    def _walk(
        self, query: ArticleQuery, ranges: Sequence[IdRange], *, newest_first: bool, first_slice: int
    ) -> Iterator[FoundArticle]:
        check, size = TermCheck(query.terms), min(first_slice, _SLICE)
        for wanted in ranges:
            first, last = wanted.first, wanted.last
            while last is None or first <= last:
                with self._database.reading() as connection:
                    statement = select_candidates(connection, query, IdRange(first, last, wanted.is_indexed))
                    key = article.c.id if not wanted.is_indexed else get_indexed_id(connection)
                    ordered = statement.order_by(key.desc() if newest_first else key)
                    rows = connection.execute(ordered.limit(size)).all()
                yield from _check_rows(rows, check)
                if len(rows) < size:
                    break
                size = _SLICE
                if newest_first:
                    last = rows[-1].id - 1
                else:
                    first = rows[-1].id + 1


def _is_indexed(query: ArticleQuery, ranges: Sequence[IdRange]) -> bool:
    """Whether no text was searched for words without the index."""
    return not query.terms or all(each.is_indexed for each in ranges)


def _check_rows(rows: Sequence[Row[*tuple[Any, ...]]], check: TermCheck) -> Iterator[FoundArticle]:
    for row in rows:
        if not check.is_met(row.title, row.text):
            continue
        found = None
        with skip_if_unreadable(f"article {row.id}"):
            found = FoundArticle(row.id, article_from_row(row))
        if found is not None:
            yield found


def _load_id_bounds(connection: Connection, query: ArticleQuery) -> tuple[int, int | None]:
    """The ids between which everything lies that was first seen in the time of the query."""
    first, last = 0, None
    if query.since is not None:
        # The sum keeps SQLite from looking through all older articles by their ids; it uses the index of times.
        oldest = select(func.min(article.c.id + 0)).where(article.c.seen_at >= query.since)
        first = connection.execute(oldest).scalar_one() or 0
    if query.before is not None:
        newest = select(func.max(article.c.id)).where(article.c.seen_at < query.before)
        last = connection.execute(newest).scalar_one() or 0
    return first, last


def get_indexed_id(connection: Connection) -> ColumnElement[int]:
    """The column with the article's id. Ordered by it, the index is read from the newest entry as far as needed."""
    return sqlite_terms.c.rowid if connection.dialect.name == SQLITE else postgresql_terms.c.article_id


def select_candidates(connection: Connection, query: ArticleQuery, within: IdRange) -> Select[Any]:
    """The articles of a range that may meet the query, for `article_from_row`; in no order."""
    statement = select_latest_articles().where(*list_filters(query))
    key: ColumnElement[int] = article.c.id
    if within.is_indexed:
        key = get_indexed_id(connection)
        is_candidate = has_terms(connection.dialect.name, list_query_terms(query))
        if connection.dialect.name == SQLITE:
            # The plus keeps SQLite from reading the articles first.
            joined_id: ColumnElement[int] = literal_column(f"+{INDEX_TABLE}.rowid")
            statement = statement.join(sqlite_terms, article.c.id == joined_id).where(is_candidate)
        else:
            statement = statement.join(postgresql_terms, article.c.id == key).where(is_candidate)
    statement = statement.where(key >= within.first)
    return statement if within.last is None else statement.where(key <= within.last)
