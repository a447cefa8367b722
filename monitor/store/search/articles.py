"""Lists the stored articles that meet a query, or have a title. It only reads what has been committed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import Row, literal, select

from monitor.model import Article, Field
from monitor.model.article_query import ArticleQuery, TextTerm
from monitor.store.engine.damaged_rows import skip_if_unreadable
from monitor.store.engine.database import Database
from monitor.store.engine.tables import article, article_version
from monitor.store.queries.articles import article_from_row, select_latest_articles
from monitor.store.search.index import find_candidates, fold_field, is_index_complete
from monitor.store.search.query import build_check, list_filters
from monitor.text.folding import folded_tokens

_FIRST_SLICE, _SLICE = 64, 512  # articles that are checked in one transaction: no long read holds up the daemon
_WHOLE = 500  # whole articles in memory at once, which may have long texts


@dataclass(frozen=True, slots=True)
class FoundArticle:
    """A stored article with its id, in its latest version."""

    id: int
    article: Article


@dataclass(frozen=True, slots=True)
class SearchPage:
    """Articles that meet a query, the newest first. `next_before`: the id before which the next page begins; None:
    there is no further one. `is_indexed`: the index has found all words that it can look up; if not, texts were read
    one by one."""

    found: tuple[FoundArticle, ...]
    next_before: int | None
    is_indexed: bool


class ArticleSearch:
    """The index proposes articles, and their texts decide. Without the index, the text of every article is read."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find_page(self, query: ArticleQuery, limit: int, before_id: int | None = None) -> SearchPage:
        """At most `limit` articles, the newest first; `before_id`: of those with smaller ids."""
        with self._database.reading() as connection:
            is_indexed = not query.wanted_terms or is_index_complete(connection)
        ids = [row.id for row in islice(self._iter_hits(query, before_id), limit + 1)]
        next_before = ids[limit - 1] if len(ids) > limit else None
        return SearchPage(tuple(self._load(ids[:limit])), next_before, is_indexed)

    def iter_stored(self, query: ArticleQuery) -> Iterator[FoundArticle]:
        """All articles that meet a query, in the order in which they were stored. Few are in memory at once."""
        hits = self._iter_hits(query, newest_first=False)
        while ids := [row.id for row in islice(hits, _WHOLE)]:
            yield from self._load(ids)

    def find_title(self, title: str, limit: int = 10) -> list[int]:
        """The ids of at most `limit` articles, the newest first: of those with this title; else of those whose title
        differs in case, accents, width or script alone; else of those whose title contains it, from the start of a
        word on (in Chinese, Japanese and Korean of any character)."""
        tokens = tuple(folded_tokens(title))
        terms = (TextTerm(title, tokens, Field.TITLE, is_prefix=True),) if tokens else ()
        query = ArticleQuery(terms)
        same = [row.id for row in islice(self._iter_hits(query, title=title), limit)]
        if same or not tokens:
            return same
        alike: list[int] = []
        longer: list[int] = []
        for row in self._iter_hits(query):
            (alike if fold_field(row.title) == fold_field(title) else longer).append(row.id)
            if len(alike) == limit:
                break
        return (alike or longer)[:limit]

    def find_title_words(self, words: str, limit: int = 10) -> list[int]:
        """The ids of at most `limit` articles that have all of these words in their titles, in any order, the newest
        first."""
        terms = [
            TextTerm(word, tuple(tokens), Field.TITLE) for word in words.split() if (tokens := folded_tokens(word))
        ]
        return [row.id for row in islice(self._iter_hits(ArticleQuery(tuple(terms))), limit)] if terms else []

    def _iter_hits(
        self,
        query: ArticleQuery,
        before_id: int | None = None,
        *,
        newest_first: bool = True,
        title: str | None = None,
    ) -> Iterator[Row[*tuple[Any, ...]]]:
        """The id and title of each article that meets the query, in the order of the ids. `title`: of those with
        exactly this one."""
        columns = (article.c.id, article.c.title)
        if any(term.field is not Field.TITLE for term in query.terms):
            statement = select_latest_articles().with_only_columns(*columns, article_version.c.text)
        else:
            statement = select(*columns, literal("").label("text"))
        statement = statement.where(*list_filters(query), *([article.c.title == title] if title is not None else []))
        statement = statement.order_by(article.c.id.desc() if newest_first else article.c.id)
        is_met = build_check(query.terms)
        with self._database.reading() as connection:
            ids = find_candidates(connection, query)
        candidates: Iterator[int] | None = None
        if ids is not None:
            ordered = reversed(ids) if newest_first else iter(ids)
            candidates = (id_ for id_ in ordered if before_id is None or id_ < before_id)
        last, size = before_id, _FIRST_SLICE
        while True:
            following = statement.limit(size)
            if candidates is not None:
                if not (part := list(islice(candidates, size))):
                    return
                following = following.where(article.c.id.in_(part))
            elif last is not None:
                following = following.where(article.c.id < last if newest_first else article.c.id > last)
            with self._database.reading() as connection:
                rows = connection.execute(following).all()
            yield from (row for row in rows if is_met(row.title, row.text))
            if candidates is None:
                if len(rows) < size:
                    return
                last = rows[-1].id
            size = min(2 * size, _SLICE)

    def _load(self, ids: Sequence[int]) -> list[FoundArticle]:
        """These articles, in this order; those that have left meanwhile, and damaged ones, are left out."""
        with self._database.reading() as connection:
            statement = select_latest_articles().where(article.c.id.in_(ids))
            rows = {row.id: row for row in connection.execute(statement)}
        found: list[FoundArticle] = []
        for id_ in filter(rows.__contains__, ids):
            with skip_if_unreadable(f"article {id_}"):
                found.append(FoundArticle(id_, article_from_row(rows[id_])))
        return found
