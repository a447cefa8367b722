"""The conditions of a query on articles, besides its words, for the database."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import ColumnElement, func, or_, select

from monitor.model.article_query import ArticleQuery, NameFilter
from monitor.store.engine.tables import article, match


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
