"""Finds articles by their words, their source, language, rules and time. It only reads.

The index gives candidates, whose texts are checked. Articles that are not in the index (it is being built, or is
switched off) are all candidates: that is slower, and finds the same.
"""

from __future__ import annotations

import sys
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, literal_column, select

from monitor.model import Article
from monitor.model.article_query import ArticleQuery
from monitor.store.engine.damaged_rows import skip_if_unreadable
from monitor.store.engine.database import Database
from monitor.store.engine.search_tables import INDEX_TABLE, SQLITE, sqlite_terms
from monitor.store.engine.tables import article, article_version
from monitor.store.queries.articles import article_from_row, select_latest_articles
from monitor.store.search.conditions import has_terms, list_query_terms
from monitor.store.search.filters import list_filters
from monitor.store.search.gathered_candidates import gather_candidates, is_one_of
from monitor.store.search.search_index import explain_unsupported, load_index_state
from monitor.store.search.term_spans import TermCheck

_SPARE = 10  # candidates that are read beyond a page: few of them turn out not to be hits
_SLICE, _LARGEST_SLICE = 500, 2_000  # candidates in one transaction: in the first one of an export; at most in any
_MOST_IN_MEMORY = 500  # whole articles, which may have long texts
_GROWTH = 8  # how much larger the next slice is: a page needs it only where few candidates are hits


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
    """Ids from `first` to `last`, both included (None: no limit), and whether the index knows them. `gathered`: the ids
    of the candidates, the smallest first, if they are known already (PostgreSQL)."""

    first: int
    last: int | None
    is_indexed: bool
    gathered: Sequence[int] | None = None

    @property
    def is_empty(self) -> bool:
        """Whether no id is between its ends."""
        return self.last is not None and self.last < self.first

    def after(self, id_: int, *, newest_first: bool) -> IdRange:
        """What is left of it when it has been read up to this id."""
        return replace(self, last=id_ - 1) if newest_first else replace(self, first=id_ + 1)

    def narrow(self, size: int, *, newest_first: bool) -> IdRange:
        """The part of it with the next candidates, at most `size`; the whole range if they are not gathered."""
        if self.gathered is None:
            return self
        begin = bisect_left(self.gathered, self.first)
        end = len(self.gathered) if self.last is None else bisect_right(self.gathered, self.last)
        begin, end = (max(begin, end - size), end) if newest_first else (begin, min(end, begin + size))
        return replace(self, gathered=self.gathered[begin:end])

    @property
    def key(self) -> ColumnElement[int]:
        """The column with the ids. Ordered by it, SQLite reads its index from the newest entry as far as needed."""
        return sqlite_terms.c.rowid if self.is_indexed and self.gathered is None else article.c.id


class ArticleSearch:
    """Answers from what has been committed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find_page(self, query: ArticleQuery, limit: int, before_id: int | None = None) -> SearchPage:
        """At most `limit` articles, the newest first; `before_id`: of those with smaller ids."""
        ranges = self._plan(query, before_id)
        walk = _CandidateWalk(query, TermCheck(query.terms), newest_first=True)
        found = list(self._follow(walk, ranges, limit + _SPARE, wanted=limit + 1))
        next_before = found[limit - 1].id if len(found) > limit else None
        return SearchPage(tuple(found[:limit]), next_before, _is_indexed(query, ranges))

    def iter_stored(self, query: ArticleQuery) -> Iterator[FoundArticle]:
        """All articles that meet a query, in the order in which they were stored. Few are in memory at once."""
        walk = _CandidateWalk(query, TermCheck(query.terms), newest_first=False)
        return self._follow(walk, self._plan(query, None)[::-1], _SLICE)

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
            ranges = [open_indexed_range(connection, query, max(first, border), last)]
        if first < border:
            ranges.append(IdRange(first, border - 1 if last is None else min(border - 1, last), is_indexed=False))
        return ranges

    def _follow(
        self, walk: _CandidateWalk, ranges: Sequence[IdRange], size: int, wanted: int = sys.maxsize
    ) -> Iterator[FoundArticle]:
        """The first `wanted` articles of a walk through these ranges. `size`: candidates of its first slice."""
        for each in ranges:
            rest: IdRange | None = each
            while rest is not None and not rest.is_empty and wanted > 0:
                with self._database.reading() as connection:
                    found, rest = walk.read_slice(
                        connection, rest, min(size, _LARGEST_SLICE), min(wanted, _MOST_IN_MEMORY)
                    )
                yield from found
                wanted -= len(found)
                if len(found) < _MOST_IN_MEMORY:
                    size *= _GROWTH


@dataclass(frozen=True, slots=True)
class _CandidateWalk:
    """Goes through candidates in the order of their ids. Many of them may be no hits, so only what decides that is read
    of them; the rest of an article is read when it is a hit."""

    query: ArticleQuery
    check: TermCheck
    newest_first: bool

    def read_slice(
        self, connection: Connection, within: IdRange, size: int, wanted: int
    ) -> tuple[list[FoundArticle], IdRange | None]:
        """The next articles of a range that meet the query, at most `wanted`, among its next `size` candidates; and the
        rest of the range (None: nothing is left)."""
        part = within.narrow(size, newest_first=self.newest_first)
        statement = select_candidates(self.query, part, with_texts=not self.check.titles_first)
        statement = statement.order_by(part.key.desc() if self.newest_first else part.key).limit(size)
        fits = self.check.fits_title if self.check.titles_first else self.check.is_met
        hits: list[int] = []
        rest: IdRange | None = None
        with connection.execute(statement) as candidates:
            for number, (id_, *contents) in enumerate(candidates, 1):
                if fits(*contents):
                    hits.append(id_)
                if number == size or len(hits) == wanted:
                    rest = within.after(id_, newest_first=self.newest_first)
                    break
            else:
                if part.gathered and len(part.gathered) == size:  # not all of them meet the filters
                    rest = within.after(part.gathered[0 if self.newest_first else -1], newest_first=self.newest_first)
        return self._load_articles(connection, hits), rest

    def _load_articles(self, connection: Connection, ids: Sequence[int]) -> list[FoundArticle]:
        """Those of these articles that meet the query, in this order; damaged ones are left out."""
        if not ids:
            return []
        rows = {row.id: row for row in connection.execute(select_latest_articles().where(article.c.id.in_(ids)))}
        found: list[FoundArticle] = []
        for id_ in filter(rows.__contains__, ids):  # on PostgreSQL one may have left meanwhile
            with skip_if_unreadable(f"article {id_}"):
                found.append(FoundArticle(id_, article_from_row(rows[id_])))
        if self.check.titles_first:  # the texts have not been checked
            return [each for each in found if self.check.is_met(each.article.title, each.article.text)]
        return found


def _is_indexed(query: ArticleQuery, ranges: Sequence[IdRange]) -> bool:
    """Whether no text was searched for words without the index."""
    return not query.terms or all(each.is_indexed for each in ranges)


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


def open_indexed_range(connection: Connection, query: ArticleQuery, first: int, last: int | None) -> IdRange:
    """A range of ids that the index knows, with its candidates where they have to be gathered."""
    is_sqlite = connection.dialect.name == SQLITE
    gathered = None if is_sqlite else gather_candidates(connection, list_query_terms(query))
    return IdRange(first, last, is_indexed=True, gathered=gathered)


def select_candidates(query: ArticleQuery, within: IdRange, *, with_texts: bool = False) -> Select[Any]:
    """The id and title, and the text if asked for, of the articles of a range that may meet the query; in no order."""
    statement = select(article.c.id, article.c.title).select_from(article)
    if with_texts:
        statement = select_latest_articles().with_only_columns(*statement.selected_columns, article_version.c.text)
    statement = statement.where(*list_filters(query))
    if within.gathered is not None:
        statement = statement.where(is_one_of(article.c.id, within.gathered))
    elif within.is_indexed:
        # The plus keeps SQLite from reading the articles first.
        joined_id: ColumnElement[int] = literal_column(f"+{INDEX_TABLE}.rowid")
        statement = statement.join(sqlite_terms, article.c.id == joined_id).where(has_terms(list_query_terms(query)))
    statement = statement.where(within.key >= within.first)
    return statement if within.last is None else statement.where(within.key <= within.last)
