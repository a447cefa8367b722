"""Searches the stored articles, and shows one of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from monitor.alerting.quotes import Quote, quote_all_sentences
from monitor.config.loading.summary import ConfigSummary
from monitor.errors import InvalidRequest
from monitor.model import Article, Config
from monitor.model.article_query import ArticleQuery
from monitor.services.lookup import require_known
from monitor.services.queries.articles import ArticleLookup, look_up_article
from monitor.store.engine.database import Database
from monitor.store.queries.articles import ArticleQueries, StoredArticle
from monitor.store.queries.matches import MatchQueries
from monitor.store.search.articles import ArticleSearch, FoundArticle
from monitor.store.search.query import find_term_spans

__all__ = [
    "ArticleDetails",
    "ArticleHit",
    "FoundArticle",
    "HitPage",
    "iter_articles",
    "search_articles",
    "show_article",
]


@dataclass(frozen=True, slots=True)
class ArticleHit:
    """A found article with its number, and the sentences of title and text that have words of the query."""

    id: int
    article: Article
    sentences: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class HitPage:
    """Hits, the newest first; the rest as in `SearchPage`."""

    hits: tuple[ArticleHit, ...]
    next_before: int | None
    is_indexed: bool


@dataclass(frozen=True, slots=True)
class ArticleDetails:
    """A stored article with its number, its story and matches, and its versions with the times of their commits, the
    oldest first. `is_by_words`: as in `ArticleLookup`."""

    id: int
    stored: StoredArticle
    versions: tuple[tuple[datetime, Article], ...]
    is_by_words: bool = False


def search_articles(
    config: Config | ConfigSummary, database: Database, query: ArticleQuery, limit: int, before_id: int | None = None
) -> HitPage:
    """A page of articles that meet the query. Raises InvalidRequest for a rule or source that neither the files nor the
    database know."""
    require_known_names(config, database, query)
    page = ArticleSearch(database).find_page(query, limit, before_id)
    hits = (ArticleHit(found.id, found.article, _quote(found.article, query)) for found in page.found)
    return HitPage(tuple(hits), page.next_before, page.is_indexed)


def iter_articles(config: Config | ConfigSummary, database: Database, query: ArticleQuery) -> Iterator[FoundArticle]:
    """All articles that meet the query, in the order in which they were stored; few are in memory at once. Raises
    InvalidRequest at once, as `search_articles`."""
    require_known_names(config, database, query)
    return ArticleSearch(database).iter_stored(query)


def require_known_names(config: Config | ConfigSummary, database: Database, query: ArticleQuery) -> None:
    """Raises InvalidRequest for a rule or source that neither the files nor the database know."""
    queries = MatchQueries(database)
    require_known("rule", (*query.rules.wanted, *query.rules.unwanted), config.rules, queries.rules)
    require_known("source", (*query.sources.wanted, *query.sources.unwanted), config.sources, queries.sources)


def show_article(database: Database, name: str) -> ArticleDetails:
    """The article with this number, or with one of the names that `look_up_article` takes. Raises InvalidRequest if
    there is none, or if there are several."""
    queries = ArticleQueries(database)
    if name.isascii() and name.isdigit():
        lookup, numbers = ArticleLookup(()), [number for number, _ in queries.find_numbers(name)]
    else:
        lookup = look_up_article(database, name)
        numbers = [queries.number_of(each.article) for each in lookup.found]
    if lookup.missing is not None:
        raise InvalidRequest(f"there is no article '{name}': {lookup.missing.reason}")
    if not numbers:
        raise InvalidRequest(f"there is no article '{name}': `news-monitor articles list` shows those that are kept")
    if len(numbers) > 1:
        lines = [
            f"  {number}  {each.article.source}: {each.article.title}"
            for number, each in zip(numbers, lookup.found, strict=True)
        ]
        what = f"{lookup.describe_several(name)}; give a number:"
        raise InvalidRequest("\n".join([what, *lines, *lookup.describe_rest()]))
    stored, versions = queries.load_details(numbers[0])
    return ArticleDetails(numbers[0], stored, versions, lookup.is_by_words)


def _quote(article: Article, query: ArticleQuery) -> tuple[Quote, ...]:
    spans = find_term_spans(article.title, article.text, query.wanted_terms)
    return tuple(quote_all_sentences(article.title, article.text, spans))
