"""Finds the stored article that a user names."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.store.engine.database import Database
from monitor.store.queries.articles import ArticleQueries, MissingArticle, StoredArticle

__all__ = ["ArticleLookup", "MissingArticle", "StoredArticle", "look_up_article"]


@dataclass(frozen=True, slots=True)
class ArticleLookup:
    """The articles with a name, the newest first. `missing`: why there is none, where that is known."""

    found: tuple[StoredArticle, ...]
    missing: MissingArticle | None = None


def look_up_article(database: Database, name: str) -> ArticleLookup:
    """The articles with this name (`ArticleQueries.find` says what a name is). A uid alone may have several."""
    queries = ArticleQueries(database)
    found = tuple(queries.find(name))
    return ArticleLookup(found, None if found else queries.explain_missing(name))
