"""The stored articles, in the order in which they came or the newest first: for replaying them, and for trying rules on
them. It only reads."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select

from monitor.model import Article, MatchKind
from monitor.store.engine.damaged_rows import skip_if_unreadable
from monitor.store.engine.database import Database, in_batches
from monitor.store.engine.tables import article, article_version, match, story_article
from monitor.store.queries.articles import (
    article_from_row,
    article_version_from_row,
    select_article_versions,
    select_latest_articles,
)

_SLICE = 500  # versions read at once, with their texts: no long read keeps the daemon from working with the file


class Archive:
    """Answers from what has been committed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def count(self, since: datetime) -> int:
        """How many versions `iter_versions` yields."""
        with self._database.reading() as connection:
            query = (
                select(func.count())
                .select_from(article_version)
                .where(article_version.c.id > _find_last_before(connection, since))
            )
            return connection.execute(query).scalar_one()

    def iter_versions(self, since: datetime) -> Iterator[tuple[datetime, Article]]:
        """All versions of articles that came since then, each with its time. Few are in memory at once."""
        with self._database.reading() as connection:
            last = _find_last_before(connection, since)
        while True:
            with self._database.reading() as connection:
                query = select_article_versions().where(article_version.c.id > last)
                rows = connection.execute(query.order_by(article_version.c.id).limit(_SLICE)).all()
            if not rows:
                return
            yield from ((row.at, version) for row, version in _read_rows(rows, article_version_from_row))
            last = rows[-1].number

    def count_articles(self) -> int:
        """How many articles there are."""
        with self._database.reading() as connection:
            return connection.execute(select(func.count()).select_from(article)).scalar_one()

    def iter_newest(self, most: int) -> Iterator[tuple[int, Article]]:
        """At most so many articles in their latest versions, each with its id, the newest first. Few are in memory at
        once."""
        latest = select_article_versions().where(article_version.c.version == article.c.version)
        last, left = None, most
        while left > 0:
            query = latest if last is None else latest.where(article.c.id < last)
            with self._database.reading() as connection:
                rows = connection.execute(query.order_by(article.c.id.desc()).limit(min(_SLICE, left))).all()
            yield from ((row.id, version) for row, version in _read_rows(rows, article_version_from_row))
            if len(rows) < _SLICE:
                return
            last, left = rows[-1].id, left - len(rows)

    def count_seen(self, since: datetime, until: datetime) -> int:
        """How many articles were first seen in this time."""
        with self._database.reading() as connection:
            query = select(func.count()).select_from(article).where(article.c.seen_at.between(since, until))
            return connection.execute(query).scalar_one()

    def iter_seen(self, since: datetime, until: datetime) -> Iterator[tuple[int, Article]]:
        """The articles that were first seen in this time, in their latest versions, each with its id, in the order in
        which they were stored. Few are in memory at once, and older ones are not read."""
        latest = select_latest_articles().order_by(article.c.id).limit(_SLICE)
        first = select(func.min(article.c.id)).where(article.c.seen_at >= since)
        with self._database.reading() as connection:
            next_id: int | None = connection.execute(first).scalar_one()
        while next_id is not None:
            with self._database.reading() as connection:
                rows = connection.execute(latest.where(article.c.id >= next_id)).all()
            seen = [row for row in rows if since <= row.seen_at <= until]
            yield from ((row.id, latest_version) for row, latest_version in _read_rows(seen, article_from_row))
            next_id = rows[-1].id + 1 if len(rows) == _SLICE else None

    def load_articles(self, ids: Collection[int]) -> dict[int, Article]:
        """The articles with these ids in their latest versions; those that have left are missing."""
        found: dict[int, Article] = {}
        with self._database.reading() as connection:
            for batch in in_batches(ids):
                rows = connection.execute(select_latest_articles().where(article.c.id.in_(batch)))
                found |= {row.id: latest_version for row, latest_version in _read_rows(rows, article_from_row)}
        return found

    def find_articles_beside_hits(self, rule: str) -> set[int]:
        """The ids of the articles that the rule did not match as news and that are in one story with one that it did.
        Only articles that some rule matched are in stories."""
        hits = select(match.c.article_id).where(match.c.rule_id == rule, match.c.kind == MatchKind.NEWS)
        stories = select(story_article.c.story_id).where(story_article.c.article_id.in_(hits))
        beside = story_article.c.story_id.in_(stories) & story_article.c.article_id.not_in(hits)
        query = select(story_article.c.article_id).where(beside)
        with self._database.reading() as connection:
            return set(connection.execute(query).scalars())


def _read_rows(
    rows: Iterable[Row[*tuple[Any, ...]]], read: Callable[[Row[*tuple[Any, ...]]], Article]
) -> Iterator[tuple[Row[*tuple[Any, ...]], Article]]:
    """Every row with its article. A damaged one is logged and left out: a report on a week does not fail by one
    article."""
    for row in rows:
        found = None
        with skip_if_unreadable(f"article {row.id}"):
            found = read(row)
        if found is not None:
            yield row, found


def _find_last_before(connection: Connection, since: datetime) -> int:
    """The id before the first version of the articles that were seen since then: ids are given in the order of
    commits."""
    first = (
        select(func.min(article_version.c.id))
        .join_from(article, article_version, article_version.c.article_id == article.c.id)
        .where(article.c.seen_at >= since)
    )
    found: int | None = connection.execute(first).scalar_one()
    if found is not None:
        return found - 1
    last: int | None = connection.execute(select(func.max(article_version.c.id))).scalar_one()
    return last or 0
