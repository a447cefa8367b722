"""The queue of pages whose full text is requested: one row for each article, from the commit of the article until its
page was read or given up. A page is claimed under a lease, so that only one process reads it. `attempts` counts the
claims, and tells whether a claim is still valid."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Insert,
    Select,
    bindparam,
    delete,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy import insert as plain_insert

from monitor.model import Article, FetchOutcome
from monitor.store.engine.database import Database, build_insert_for, in_batches, write_rows
from monitor.store.engine.tables import article, fetch, page
from monitor.store.queries.articles import article_from_row, select_latest_articles

_UNTRIED = {"attempts": 0, "lease_until": None}
MAX_DUE_PAGES = 2_000  # rows read together: one host's first poll must not hide the requests of others


@dataclass(frozen=True, slots=True)
class FullTextRequest:
    """A request to read the page of the article with this id; `attempt`: how often it was claimed, this time included.
    `wanted_at`: when the article's present text came; `gap_since`: since when its source had not been polled before
    that, though it should have been."""

    article_id: int
    source: str
    url: str
    wanted_at: datetime
    attempt: int
    gap_since: datetime | None = None


class FullTextQueue:
    """Requested pages that are due, and how reading them ended."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find_due(self, now: datetime, without: Collection[str] = ()) -> list[FullTextRequest]:
        """Requests that are due and not claimed, those that have been due the longest first; it only reads.
        `without`: the sources whose requests are left out."""
        with self._database.reading() as connection:
            found = connection.execute(_build_due_query(), {"now": now, "without": list(without)})
            return [FullTextRequest(*row) for row in found]

    def claim(self, ids: Collection[int], now: datetime, lease: timedelta) -> list[FullTextRequest]:
        """Claim those of these requests that no other process has claimed meanwhile, until the lease ends."""
        claimed: list[int] = []
        with self._database.writing() as connection:
            for batch in in_batches(ids):
                query = update(page).where(page.c.article_id.in_(batch), _is_due_and_free(now))
                claiming = query.values(lease_until=now + lease, attempts=page.c.attempts + 1)
                claimed += connection.execute(claiming.returning(page.c.article_id)).scalars()
            rows = connection.execute(_select_pages().where(page.c.article_id.in_(claimed)))
            return [FullTextRequest(*row) for row in rows]

    def load_claimed_article(self, request: FullTextRequest) -> Article | None:
        """The stored article, if the claim is still ours, else None: as of now, and it may change at once."""
        with self._database.reading() as connection:
            return load_claimed_article(connection, request)

    def postpone(self, request: FullTextRequest, until: datetime) -> None:
        """The page could not be read; try it again then."""
        with self._database.writing() as connection:
            connection.execute(update(page).where(_is_own_claim(request)).values(lease_until=None, not_before=until))

    def give_up(self, request: FullTextRequest, problem: str, status: int | None, now: datetime) -> None:
        """Do not try it again; the reason is stored with the fetches of its source."""
        with self._database.writing() as connection:
            if connection.execute(delete(page).where(_is_own_claim(request))).rowcount:
                evidence = {"at": now, "outcome": FetchOutcome.FAILED, "status": status, "entries": 0, "new": 0}
                record = {"source_id": request.source, "problem": problem, "page_url": request.url, **evidence}
                connection.execute(plain_insert(fetch).values(record))

    def release_all(self) -> None:
        """Give back all claims: for a process that holds the database alone, when it starts."""
        with self._database.writing() as connection:
            connection.execute(update(page).values(lease_until=None))


def enqueue_pages(connection: Connection, articles: Iterable[tuple[int, Article, datetime, datetime | None]]) -> None:
    """Request the pages of articles. Each item: the article's id, the article, since when its page is wanted, and since
    when its source had not been polled, if it should have been. An article whose text has changed is requested again,
    and a process that reads its page for the old text leaves nothing behind."""
    rows = {
        article_id: {
            "article_id": article_id,
            "url": wanted_article.url,
            "wanted_at": now,
            "not_before": now,
            "away_since": gap_since,
            **_UNTRIED,
        }
        for article_id, wanted_article, now, gap_since in articles
    }
    write_rows(connection, _build_page_upsert(connection.dialect.name), list(rows.values()))


@cache
def _build_page_upsert(dialect: str) -> Insert:
    new = build_insert_for(dialect, page)
    changes = {name: new.excluded[name] for name in ("url", "wanted_at", "not_before", "away_since", *_UNTRIED)}
    return new.on_conflict_do_update(index_elements=["article_id"], set_=changes)


def has_stored_version(connection: Connection, articles: Iterable[Article]) -> bool:
    """Whether one of these articles, which are about to be written, has that version already: from its page, which
    another daemon has read since the articles were ingested."""
    versions = {
        (new_version.source, new_version.uid): new_version.version
        for new_version in articles
        if new_version.version > 1
    }  # few: edits
    columns = (article.c.source_id, article.c.uid, article.c.version)
    for batch in in_batches(versions):
        query = select(*columns).where(tuple_(article.c.source_id, article.c.uid).in_(batch))
        if any(row.version >= versions[row.source_id, row.uid] for row in connection.execute(query)):
            return True
    return False


def load_claimed_article(connection: Connection, request: FullTextRequest) -> Article | None:
    """The stored article, if the claim is still ours, else None. Call it in the serial section, so that both stay
    so."""
    row = connection.execute(
        select_latest_articles().join(page, page.c.article_id == article.c.id).where(_is_own_claim(request))
    ).first()
    return None if row is None else article_from_row(row)


def finish_page(connection: Connection, request: FullTextRequest) -> None:
    """Remove the request: the page was read."""
    connection.execute(delete(page).where(_is_own_claim(request)))


def drop_pages(connection: Connection, ids: Collection[int]) -> None:
    """Remove the requests of articles that leave."""
    connection.execute(delete(page).where(page.c.article_id.in_(ids)))


def erase_pages(connection: Connection, ids: Collection[int], urls: Iterable[str | None]) -> None:
    """Remove the requests of articles that are erased, and fetch records with their addresses."""
    drop_pages(connection, ids)
    for batch in in_batches({url for url in urls if url is not None}):
        connection.execute(delete(fetch).where(fetch.c.page_url.in_(batch)))


def _select_pages() -> Select[*tuple[Any, ...]]:
    columns = (page.c.article_id, article.c.source_id, page.c.url, page.c.wanted_at, page.c.attempts, page.c.away_since)
    # Each page has its article, but an outer join makes SQLite read the pages first. Otherwise it would read all
    # articles, each second, because it has no statistics of a table that was empty when they were made.
    return select(*columns).outerjoin(article, article.c.id == page.c.article_id)


@cache
def _build_due_query() -> Select[*tuple[Any, ...]]:
    """The requests that are due at `now`. It runs every two seconds, and building it costs more than running it."""
    due = _select_pages().where(
        _is_due_and_free(bindparam("now", type_=page.c.not_before.type)),
        article.c.source_id.not_in(bindparam("without", expanding=True)),
    )
    return due.order_by(page.c.not_before, page.c.article_id).limit(MAX_DUE_PAGES)


def _is_due_and_free(now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    return (page.c.not_before <= now) & or_(page.c.lease_until.is_(None), page.c.lease_until <= now)


def _is_own_claim(request: FullTextRequest) -> ColumnElement[bool]:
    return (
        (page.c.article_id == request.article_id)
        & (page.c.attempts == request.attempt)
        & (page.c.wanted_at == request.wanted_at)
    )
