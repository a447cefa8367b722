"""The conditions of a query's words on entries of the index, for the database."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, literal_column, select
from sqlalchemy.types import Text

from monitor.model.article_query import ArticleQuery
from monitor.store.engine.search_tables import INDEX_TABLE, SQLITE, sqlite_terms
from monitor.store.engine.tables import article
from monitor.store.search.gathered_candidates import gather_candidates, is_one_of
from monitor.store.search.index_terms import IndexTerm, list_needed_terms


def list_query_terms(query: ArticleQuery) -> list[IndexTerm]:
    """The terms that the index is asked for: those of everything that must be there."""
    needed: dict[IndexTerm, None] = {}
    for term in query.wanted_terms:
        needed.update(dict.fromkeys(list_needed_terms(term.tokens, is_prefix=term.is_prefix)))
    return list(needed)


def has_terms(terms: Sequence[IndexTerm]) -> ColumnElement[bool]:
    """The condition for entries of SQLite's index that have all of these terms."""
    # A term has only letters and digits, so that quotation marks around it are enough.
    wanted = " AND ".join(f'"{term.text}"{" *" if term.is_prefix else ""}' for term in terms)
    return literal_column(INDEX_TABLE, Text).op("MATCH", is_comparison=True)(wanted)


def is_candidate(connection: Connection, query: ArticleQuery) -> ColumnElement[bool]:
    """The condition for articles that may have the words of a query; the index must be complete."""
    terms = list_query_terms(query)
    if connection.dialect.name == SQLITE:
        return article.c.id.in_(select(sqlite_terms.c.rowid).where(has_terms(terms)))
    return is_one_of(article.c.id, gather_candidates(connection, terms))
