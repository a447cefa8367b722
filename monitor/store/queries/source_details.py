"""What a source has brought lately, and what its last polls were like. It only reads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from monitor.model import SourceStats
from monitor.store.engine.database import Database
from monitor.store.engine.tables import article, fetch, match, source
from monitor.store.queries.daily_counts import DailyCounts

_POLLS = 10


@dataclass(frozen=True, slots=True)
class LoggedPoll:
    """A poll that brought something new, or had a problem: only those are stored. `entries`: how many its document had;
    `status`: of HTTP, if there was an answer; `page_url`: this was not a poll but the page of an article, which could
    not be read."""

    at: datetime
    outcome: str
    status: int | None
    entries: int
    new: int
    problem: str | None
    page_url: str | None = None


@dataclass(frozen=True, slots=True)
class SourceDetails:
    """`articles`, `matches`: of each day, by when they were first seen and matched. `polls`: the last ones that are
    stored, the newest first. `first_at`: its first good poll; `polled_at`: its last poll of any kind; `etag`,
    `last_modified`: what its server gave us to ask for changes with. `rate`: new entries an hour, lately; `quiet`: the
    longest time for which it usually has nothing new; `hint`: how long its server and its feed ask us to wait."""

    articles: DailyCounts
    matches: DailyCounts
    polls: tuple[LoggedPoll, ...]
    first_at: datetime | None = None
    polled_at: datetime | None = None
    etag: str | None = None
    last_modified: str | None = None
    rate: float | None = None
    quiet: timedelta | None = None
    hint: timedelta | None = None


def load_source_details(database: Database, id_: str, now: datetime, timezone: str) -> SourceDetails:
    """The activity of a source; one that was never polled has none. A day is one of the desk's time zone."""
    articles, matches = DailyCounts.until(now, timezone), DailyCounts.until(now, timezone)
    with database.reading() as connection:
        seen = select(article.c.seen_at).where(article.c.source_id == id_, article.c.seen_at >= articles.since)
        articles.add_all(connection.execute(seen).scalars())
        matched = select(match.c.at).join(article, article.c.id == match.c.article_id)
        matched = matched.where(article.c.source_id == id_, match.c.at >= matches.since)
        matches.add_all(connection.execute(matched).scalars())
        counts = (fetch.c.status, fetch.c.entries, fetch.c.new)
        newest = select(fetch.c.at, fetch.c.outcome, *counts, fetch.c.problem, fetch.c.page_url)
        newest = newest.where(fetch.c.source_id == id_).order_by(fetch.c.at.desc()).limit(_POLLS)
        polls = tuple(LoggedPoll(*row) for row in connection.execute(newest))
        row = connection.execute(select(source).where(source.c.id == id_)).one_or_none()
    if row is None:
        return SourceDetails(articles, matches, polls)
    stats = SourceStats.of_row(row.habits)
    return SourceDetails(
        articles,
        matches,
        polls,
        first_at=row.first_at,
        polled_at=row.polled_at,
        etag=row.etag,
        last_modified=row.last_modified,
        rate=stats.rate if stats.arrivals else None,
        quiet=stats.quiet or None,
        hint=stats.hint,
    )
