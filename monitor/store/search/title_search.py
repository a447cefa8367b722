"""Finds articles by a title that a person has typed, or by a part of one. It only reads.

The index gives candidates. While it is not complete (it is being built, or is switched off), the database compares
every title with this one, and the newest are folded and compared here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from monitor.model import Field
from monitor.model.article_query import ArticleQuery, TextTerm
from monitor.store.engine.database import Database
from monitor.store.engine.tables import article
from monitor.store.search.article_search import open_indexed_range, select_candidates
from monitor.store.search.index_terms import build_needle, fold_field
from monitor.store.search.search_index import is_index_complete
from monitor.store.search.term_spans import TermCheck
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
            terms = (TextTerm(title, tuple(tokens), Field.TITLE, is_prefix=True),) if tokens else ()
            candidates = _select_candidates(connection, terms)
            same = connection.execute(candidates.where(article.c.title == title).limit(limit)).scalars().all()
            if same or not tokens:
                return list(same)
            newest = candidates.limit(TITLES).execution_options(yield_per=_AT_ONCE)
            with connection.execute(newest) as rows:
                return _choose_titles(rows, tokens, limit)

    def find_by_words(self, words: str, limit: int = 10) -> list[int]:
        """The ids of at most `limit` articles that have all of these words in their titles, in any order, the newest
        first. They are looked for among as many articles as in `find`."""
        terms = tuple(
            TextTerm(word, tuple(tokens), Field.TITLE) for word in words.split() if (tokens := folded_tokens(word))
        )
        if not terms:
            return []
        check = TermCheck(terms)
        with self._database.reading() as connection:
            newest = _select_candidates(connection, terms).limit(TITLES).execution_options(yield_per=_AT_ONCE)
            with connection.execute(newest) as rows:
                return list(islice((row.id for row in rows if check.fits_title(row.title)), limit))


def _select_candidates(connection: Connection, terms: tuple[TextTerm, ...]) -> Select[Any]:
    """The articles that may have these terms in their titles, the newest first: those that have them somewhere; all, if
    there are no terms or the index is not complete."""
    if not terms or not is_index_complete(connection):
        return select(article.c.id, article.c.title).order_by(article.c.id.desc())
    query = ArticleQuery(terms)
    within = open_indexed_range(connection, query, 0, None)
    return select_candidates(query, within).order_by(within.key.desc())


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
