"""Finds articles by a title that a person has typed, or by a part of one. It only reads.

The index gives candidates. While it is not complete (it is being built, or is switched off), the database compares
every title with this one, and the newest are folded and compared here.
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
"""How many titles are folded at most, the newest first."""
_AT_ONCE = 5000  # rows


class TitleSearch:
    """Answers from what has been committed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, title: str, limit: int = 10) -> list[int]:
        """The ids of at most `limit` articles, the newest first: of those with this title; else of those whose title
        differs in case, accents, width or script alone; else of those whose title contains it, from the start of a
        word on (in Chinese, Japanese and Korean of any character). The last two are looked for among the newest
        (`TITLES`) articles that have its words; while the index is not complete, among the newest of all."""
        tokens = folded_tokens(title)
        with self._database.reading() as connection:
            if tokens and is_index_complete(connection):
                candidates = _select_indexed(connection, title, tokens)
            else:
                candidates = select(article.c.id, article.c.title).order_by(article.c.id.desc())
            same = connection.execute(candidates.where(article.c.title == title).limit(limit)).scalars().all()
            if same or not tokens:
                return list(same)
            newest = candidates.limit(TITLES).execution_options(yield_per=_AT_ONCE)
            with connection.execute(newest) as rows:
                return _choose_titles(rows, tokens, limit)


def _select_indexed(connection: Connection, title: str, tokens: Sequence[str]) -> Select[Any]:
    """The articles that have the words of the title somewhere, the newest first."""
    query = ArticleQuery((TextTerm(title, tuple(tokens), Field.TITLE, is_prefix=True),))
    candidates = select_candidates(connection, query, IdRange(0, None, is_indexed=True))
    return candidates.order_by(get_indexed_id(connection).desc())


def _choose_titles(rows: Iterable[Row[Any]], tokens: Sequence[str], limit: int) -> list[int]:
    """The ids of the rows whose folded titles are the same; else of those that are longer."""
    whole, part = f" {' '.join(tokens)} ", build_needle(tokens, is_prefix=True)
    alike: list[int] = []
    longer: list[int] = []
    for row in rows:
        folded = fold_field(row.title)
        if folded == whole:
            alike.append(row.id)
        elif part in folded:
            longer.append(row.id)
        if len(alike) == limit:
            break
    return (alike or longer)[:limit]
