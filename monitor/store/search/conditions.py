"""The conditions of a query's words on entries of the index, for the database."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, cast, literal_column, or_, select
from sqlalchemy.types import Text, UserDefinedType

from monitor.model.article_query import ArticleQuery
from monitor.store.engine.search_tables import INDEX_TABLE, SQLITE, postgresql_terms, sqlite_terms
from monitor.store.engine.tables import article
from monitor.store.search.index_terms import IndexTerm, list_needed_terms


class _TsQuery(UserDefinedType[str]):
    """PostgreSQL's type of a query, which SQLAlchemy has only in the module of that dialect."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        return "TSQUERY"


def list_query_terms(query: ArticleQuery) -> list[IndexTerm]:
    """The terms that the index is asked for: those of everything that must be there."""
    needed: dict[IndexTerm, None] = {}
    for term in query.wanted_terms:
        needed.update(dict.fromkeys(list_needed_terms(term.tokens, is_prefix=term.is_prefix)))
    return list(needed)


def has_terms(dialect: str, terms: Sequence[IndexTerm]) -> ColumnElement[bool]:
    """The condition for entries of the index that have all of these terms, or may have them."""
    if dialect == SQLITE:
        # A term has only letters and digits, so that quotation marks around it are enough.
        wanted = " AND ".join(f'"{term.text}"{" *" if term.is_prefix else ""}' for term in terms)
        return literal_column(INDEX_TABLE, Text).op("MATCH", is_comparison=True)(wanted)
    wanted = " & ".join(f"'{term.text}'{':*' if term.is_prefix else ''}" for term in terms)
    vector = postgresql_terms.c.terms
    return or_(vector.op("@@", is_comparison=True)(cast(wanted, _TsQuery())), vector.is_(None))


def is_candidate(dialect: str, query: ArticleQuery) -> ColumnElement[bool]:
    """The condition for articles that may have the words of a query; the index must be complete."""
    table, id_ = (sqlite_terms, "rowid") if dialect == SQLITE else (postgresql_terms, "article_id")
    candidates = select(table.c[id_]).where(has_terms(dialect, list_query_terms(query)))
    return article.c.id.in_(candidates)
