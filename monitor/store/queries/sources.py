"""The sources: what their polls have left behind, what they have brought lately, and their troubles. It only reads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, func, or_, select

from monitor.model import Settings, Source, SourceStats, SourceTrouble, TroubleKind
from monitor.sources.http.guard import is_allowed_now
from monitor.store.engine.database import Database, in_batches
from monitor.store.engine.tables import article, fetch, match, source, trouble
from monitor.store.queries.daily_counts import DailyCounts

_POLLS = 10


@dataclass(frozen=True, slots=True)
class SourceReport:
    """The state of a source. `articles`: how many are stored; times are None where it never happened, also where the
    source is not stored yet. `overlap`: the share of its recent documents that the poll before knew already; None:
    nothing is known of that. `troubles`: those that last, and those that are over and still stored; `title`: what its
    feed calls itself, if its file gives it no name; `refused`: the private address that its last poll was refused."""

    id: str
    next_at: datetime | None = None
    last_ok_at: datetime | None = None
    failing_since: datetime | None = None
    failures: int = 0
    problem: str | None = None
    articles: int = 0
    overlap: float | None = None
    troubles: tuple[SourceTrouble, ...] = ()
    title: str | None = None
    refused: str | None = None


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


def load_source_reports(database: Database, settings: Settings | None = None) -> dict[str, SourceReport]:
    """Every source that was ever polled or is known, by its id. With `settings`, the problem of a source whose last
    poll was refused an address says so if they allow it now."""
    counted = select(article.c.source_id, func.count().label("articles")).group_by(article.c.source_id).subquery()
    rows = select(source, func.coalesce(counted.c.articles, 0).label("articles")).outerjoin(
        counted, counted.c.source_id == source.c.id
    )
    with database.reading() as connection:
        troubles: dict[str, list[SourceTrouble]] = defaultdict(list)
        for each in load_source_troubles(connection):
            troubles[each.source].append(each)
        reports = [_report_from_row(row, troubles[row.id]) for row in connection.execute(rows)]
    return {each.id: _mark_allowed(each, settings) if settings else each for each in reports}


def _report_from_row(row: Any, troubles: Iterable[SourceTrouble]) -> SourceReport:  # noqa: ANN401
    stats = SourceStats.of_row(row.habits)
    plain = ("id", "next_at", "last_ok_at", "failing_since", "failures", "problem", "articles")
    return SourceReport(
        **{name: row._mapping[name] for name in plain},  # noqa: SLF001 - public in SQLAlchemy
        overlap=stats.overlap if stats.entries else None,
        troubles=tuple(troubles),
        title=stats.title,
        refused=stats.refused,
    )


def _mark_allowed(report: SourceReport, settings: Settings) -> SourceReport:
    if not report.failures or not is_allowed_now(report.refused, report.id, settings):
        return report
    return replace(report, problem=f"{report.refused} was refused at its last poll; network.allow allows it now")


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
    kept = {name: row._mapping[name] for name in ("first_at", "polled_at", "etag", "last_modified")}  # noqa: SLF001 - public in SQLAlchemy
    rate = stats.rate if stats.arrivals else None
    return SourceDetails(articles, matches, polls, **kept, rate=rate, quiet=stats.quiet or None, hint=stats.hint)


def load_feed_titles(database: Database, sources: Mapping[str, Source]) -> dict[str, str]:
    """What the feeds of those of these sources that have no name call themselves, by source id."""
    unnamed = {id_ for id_, each in sources.items() if not each.is_named}
    if not unnamed:
        return {}
    with database.reading() as connection:
        rows = connection.execute(select(source.c.id, source.c.habits))
        titles = {row.id: SourceStats.of_row(row.habits).title for row in rows if row.id in unnamed}
    return {id_: title for id_, title in titles.items() if title}


def load_source_troubles(connection: Connection, *, since: datetime | None = None) -> Iterator[SourceTrouble]:
    """Troubles, the oldest of a source first. Those that last are always included; those that are over too, if there is
    no `since`, or they were last seen since then. Kinds of a later version of the program are left out."""
    query = select(trouble).order_by(trouble.c.source_id, trouble.c.since, trouble.c.kind)
    if since is not None:
        query = query.where(or_(trouble.c.over_at.is_(None), trouble.c.last_at >= since))
    return _read_troubles(connection, query)


def load_ended_troubles(connection: Connection, sources: Iterable[str]) -> Iterator[SourceTrouble]:
    """The troubles of these sources that are over."""
    for batch in in_batches(sources):
        yield from _read_troubles(
            connection, select(trouble).where(trouble.c.source_id.in_(batch), trouble.c.over_at.is_not(None))
        )


def _read_troubles(connection: Connection, query: Select[*tuple[Any, ...]]) -> Iterator[SourceTrouble]:
    kinds = {kind.value for kind in TroubleKind}
    for row in connection.execute(query):
        if row.kind in kinds:
            kind = TroubleKind(row.kind)
            yield SourceTrouble(row.source_id, kind, row.since, row.last_at, row.detail, row.over_at)
