"""The conditions of a query on articles, for the database."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import ColumnElement, cast, func, literal_column, or_, select
from sqlalchemy.types import Text, UserDefinedType

from monitor.model.article_query import ArticleQuery, NameFilter
from monitor.store.engine.search_tables import INDEX_TABLE, postgresql_terms, sqlite_terms
from monitor.store.engine.tables import article, match
from monitor.store.search.index_terms import IndexTerm, list_needed_terms

_SQLITE = "sqlite"


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
    if dialect == _SQLITE:
        # A term has only letters and digits, so that quotation marks around it are enough.
        wanted = " AND ".join(f'"{term.text}"{" *" if term.is_prefix else ""}' for term in terms)
        return literal_column(INDEX_TABLE, Text).op("MATCH", is_comparison=True)(wanted)
    wanted = " & ".join(f"'{term.text}'{':*' if term.is_prefix else ''}" for term in terms)
    vector = postgresql_terms.c.terms
    return or_(vector.op("@@", is_comparison=True)(cast(wanted, _TsQuery())), vector.is_(None))


def is_candidate(dialect: str, query: ArticleQuery) -> ColumnElement[bool]:
    """The condition for articles that may have the words of a query; the index must be complete."""
    table, id_ = (sqlite_terms, "rowid") if dialect == _SQLITE else (postgresql_terms, "article_id")
    candidates = select(table.c[id_]).where(has_terms(dialect, list_query_terms(query)))
    return article.c.id.in_(candidates)


def list_filters(query: ArticleQuery) -> list[ColumnElement[bool]]:
    """The conditions for articles, besides their words."""
    conditions: list[ColumnElement[bool]] = []
    _add_names(conditions, query.sources, article.c.source_id.in_)
    _add_names(conditions, query.languages, _has_language)
    _add_names(conditions, query.rules, _has_match)
    if query.since is not None:
        conditions.append(article.c.seen_at >= query.since)
    if query.before is not None:
        conditions.append(article.c.seen_at < query.before)
    return conditions


def _add_names(
    conditions: list[ColumnElement[bool]], names: NameFilter, has_one: Callable[[Sequence[str]], ColumnElement[bool]]
) -> None:
    if names.wanted:
        conditions.append(has_one(names.wanted))
    if names.unwanted:
        conditions.append(~has_one(names.unwanted))


def _has_language(codes: Sequence[str]) -> ColumnElement[bool]:
    """`zh` includes `zh-Hant`; an article without a language has none of them."""
    language = func.lower(func.coalesce(article.c.language, ""))
    return or_(*(or_(language == code.lower(), language.startswith(f"{code.lower()}-")) for code in codes))


def _has_match(rules: Sequence[str]) -> ColumnElement[bool]:
    return article.c.id.in_(select(match.c.article_id).where(match.c.rule_id.in_(rules)))
