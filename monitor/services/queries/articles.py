"""Finds the stored article that a user names."""

from __future__ import annotations

import re
from dataclasses import dataclass

from monitor.store.engine.database import Database
from monitor.store.queries.articles import ArticleQueries, MissingArticle, StoredArticle
from monitor.store.search.title_search import TitleSearch

__all__ = ["ArticleLookup", "MissingArticle", "StoredArticle", "look_up_article"]


_ID = re.compile("[0-9]+|[SE]?[0-9a-f]{4,}")  # of a match, an alert, a story or an event


@dataclass(frozen=True, slots=True)
class ArticleLookup:
    """The articles with a name, the newest first. `missing`: why there is none, where that is known."""

    found: tuple[StoredArticle, ...]
    missing: MissingArticle | None = None


def look_up_article(database: Database, name: str) -> ArticleLookup:
    """The articles with this name (`ArticleQueries.find` says what a name is), else those with this title or a part of
    it (`TitleSearch.find`). A uid alone, and a title, may have several."""
    queries = ArticleQueries(database)
    if found := tuple(queries.find(name)):
        return ArticleLookup(found)
    if missing := queries.explain_missing(name):
        return ArticleLookup((), missing)
    return ArticleLookup(tuple(queries.load_by_ids(TitleSearch(database).find(name))) if _may_be_title(name) else ())


def _may_be_title(name: str) -> bool:
    """Whether somebody may have typed a title, or a part of one: no number, id or address."""
    return len(name) > 1 and "://" not in name and not _ID.fullmatch(name)
