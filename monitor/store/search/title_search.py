"""Finds articles by a title that a person has typed, or by a part of one. It only reads.

The index gives candidates. While it is not complete (it is being built, or is switched off), the newest titles are
compared one by one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from monitor.model import Field
from monitor.model.article_query import ArticleQuery, TextTerm
from monitor.store.engine.database import Database
from monitor.store.engine.tables import article
from monitor.store.search.article_search import IdRange, get_indexed_id, select_candidates
from monitor.store.search.index_terms import build_needle, fold_field
from monitor.store.search.search_index import is_index_complete
from monitor.text.folding import folded_tokens

TITLES = 200_000
"""How many titles are compared at most, the newest first."""
_AT_ONCE = 5000  # rows


class TitleSearch:
    """Answers from what has been committed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, title: str, limit: int = 10) -> list[int]:
        """The ids of at most `limit` articles, the newest first: of those with this title; else of those whose title
        differs in case, accents, width or script alone; else of those whose title contains it, from the start of a
        word on (in Chinese, Japanese and Korean of any character). While the index is not complete, the last two are
        looked for among the newest articles (`TITLES`)."""
        tokens = folded_tokens(title)
        with self._database.reading() as connection:
            if tokens and is_index_complete(connection):
                return _read_titles(connection, _select_indexed(connection, title, tokens), title, limit)
            same = select(article.c.id).where(article.c.title == title).order_by(article.c.id.desc()).limit(limit)
            found = list(connection.execute(same).scalars())
            if found or not tokens:
                return found
            newest = select(article.c.id, article.c.title).order_by(article.c.id.desc())
            return _read_titles(connection, newest, title, limit)


def _select_indexed(connection: Connection, title: str, tokens: Sequence[str]) -> Select[Any]:
    """The articles that have the words of the title somewhere, the newest first."""
    query = ArticleQuery((TextTerm(title, tuple(tokens), Field.TITLE, is_prefix=True),))
    candidates = select_candidates(connection, query, IdRange(0, None, is_indexed=True))
    return candidates.with_only_columns(article.c.id, article.c.title).order_by(get_indexed_id(connection).desc())


def _read_titles(connection: Connection, query: Select[Any], title: str, limit: int) -> list[int]:
    with connection.execute(query.limit(TITLES).execution_options(yield_per=_AT_ONCE)) as rows:
        return _choose_titles(rows, title, limit)


def _choose_titles(rows: Iterable[Row[Any]], title: str, limit: int) -> list[int]:
    """The ids of the rows whose titles are the same; else folded the same; else longer."""
    tokens = folded_tokens(title)
    whole, part = f" {' '.join(tokens)} ", build_needle(tokens, is_prefix=True)
    same: list[int] = []
    alike: list[int] = []
    longer: list[int] = []
    for row in rows:
        folded = fold_field(row.title)
        if row.title == title:
            same.append(row.id)
        elif folded == whole:
            alike.append(row.id)
        elif part in folded:
            longer.append(row.id)
        if len(same) == limit:
            break
    return (same or alike or longer)[:limit]
