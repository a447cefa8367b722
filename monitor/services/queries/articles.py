"""Finds the stored article that a user names."""

from __future__ import annotations

import re
from dataclasses import dataclass

from monitor.store.engine.database import Database
from monitor.store.queries.articles import ArticleQueries, MissingArticle, StoredArticle
from monitor.store.search.articles import ArticleSearch

__all__ = ["MAX_FOUND", "ArticleLookup", "MissingArticle", "StoredArticle", "look_up_article"]

MAX_FOUND = 10  # articles with one title

_ID = re.compile("[0-9]+|[SE]?[0-9a-f]{4,}")  # of a match, an alert, a story or an event


@dataclass(frozen=True, slots=True)
class ArticleLookup:
    """The articles with a name, the newest first. `missing`: why there is none, where that is known. `is_by_words`: no
    article has the name or a title that contains it; those that are found have all of its words in their titles.
    `numbered`: the article with this number, if a match of another article, or no match at all, has it."""

    found: tuple[StoredArticle, ...]
    missing: MissingArticle | None = None
    is_by_words: bool = False
    numbered: StoredArticle | None = None

    def describe_several(self, name: str) -> str:
        """What the articles are, if there are several; for the first line of a list of them."""
        if self.is_by_words:
            return f"no headline contains '{name}' as it is written; these have all of its words, the newest first"
        return f"several articles match '{name}', the newest first"

    def describe_rest(self) -> list[str]:
        """A last line for a list of them if there may be more."""
        return ["  and perhaps more; `news-monitor search` finds all"] if len(self.found) >= MAX_FOUND else []


def look_up_article(database: Database, name: str) -> ArticleLookup:
    """The articles with this name (`ArticleQueries.find` says what a name is), else those with this title or a part of
    it (`ArticleSearch.find_title`), else those whose titles have its words in any order. A uid alone, and a title, may
    have several."""
    queries = ArticleQueries(database)
    if found := tuple(queries.find(name)):
        numbered = _find_numbered(queries, name)
        return ArticleLookup(found, numbered=None if numbered in found else numbered)
    if missing := queries.explain_missing(name):
        return ArticleLookup((), missing)
    if not _may_be_title(name):
        return ArticleLookup((), numbered=_find_numbered(queries, name))
    search = ArticleSearch(database)
    ids = search.find_title(name, MAX_FOUND)
    is_by_words = not ids
    if is_by_words:
        ids = search.find_title_words(name, MAX_FOUND)
    return ArticleLookup(tuple(queries.load_by_ids(ids)), is_by_words=is_by_words and bool(ids))


def _find_numbered(queries: ArticleQueries, name: str) -> StoredArticle | None:
    if not (name.isascii() and name.isdigit()):
        return None
    found = queries.load_by_ids([number for number, _ in queries.find_numbers(name)])
    return found[0] if found else None


def _may_be_title(name: str) -> bool:
    """Whether somebody may have typed a title, or a part of one: no number, id or address."""
    return len(name) > 1 and "://" not in name and not _ID.fullmatch(name)
