"""Deletes what has been stored for its time, slice by slice; what is still being delivered stays.

`ingest.retention_policy` says how long that is. Each slice is one short transaction, in the serial section, so that no
poll adds to an article that is just leaving. Articles that leave are noted in `known`, so that an entry which its
source lists again is not news.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, and_, delete, exists, func, or_, select, tuple_, update

from monitor import clock
from monitor.alerting.ledger import RECORD_RETENTION
from monitor.ingest.retention_policy import compute_retention_cutoff, find_article_cutoff, find_shortest_retention
from monitor.model import FOR_GOOD, UNSETTLED_STATES, Retention
from monitor.model.hashing import uid_hash
from monitor.store.engine.database import Database, build_insert
from monitor.store.engine.table_walk import SLICE, SlicePace, TableRow, TableWalk, read_slice
from monitor.store.engine.tables import (
    account,
    alert,
    article,
    article_version,
    attempt,
    daemon,
    delivery,
    fetch,
    known,
    match,
    story_article,
    trouble,
    waiting,
)
from monitor.store.lifecycle.digest_lines import drop_digest_lines, find_digests_listing
from monitor.store.queues import full_text_queue
from monitor.store.search.index import remove_from_index
from monitor.store.state.state_loader import STORED_PARTS, forget_articles

_IS_BEING_SENT = exists().where(delivery.c.alert_id == alert.c.id, delivery.c.state.in_(UNSETTLED_STATES))
_HAS_PENDING_UPDATE = exists().where(account.c.alert_id == alert.c.id, waiting.c.key == account.c.key)
# the first alert stays until the update that refers to it was made
_IS_PENDING = or_(_IS_BEING_SENT, _HAS_PENDING_UPDATE).label("is_pending")
_IS_LINE_PENDING = (
    exists().where(delivery.c.alert_id == match.c.alert_id, delivery.c.state.in_(UNSETTLED_STATES)).label("is_pending")
)


_READING_PACE = SlicePace(1)  # nobody waits for those who read


@dataclass(frozen=True, slots=True)
class _SliceResult:
    """A slice of rows: those that may go, counts of them for people, and the row after which the next slice begins."""

    old: Sequence[TableRow]
    counts: Counter[str]
    last: TableRow | None


@dataclass(frozen=True, slots=True)
class _CountedWalk:
    """A walk through a table, the oldest rows first. `look`: read the slice after a row; `drop`: delete rows."""

    look: Callable[[Connection, TableRow | None, SlicePace], _SliceResult]
    drop: Callable[[Connection, Sequence[TableRow]], None]


def _count_rows(walk: TableWalk, name: str | None = None) -> _CountedWalk:
    """A walk that counts its rows for people, if they have a name for them."""

    def look(connection: Connection, after: TableRow | None, pace: SlicePace) -> _SliceResult:
        rows, last = walk.read_slice(connection, after, pace)
        return _SliceResult(rows, Counter({name: len(rows)} if name else {}), last)

    return _CountedWalk(look, walk.delete_rows)


class ArchivePruner:
    """Deletes what a retention no longer keeps."""

    def __init__(self, database: Database, retention: Retention) -> None:
        self._database = database
        self._retention = retention
        self._pace = SlicePace()

    def prune_slices(self, now: datetime, *, dry_run: bool = False) -> Iterator[Counter[str]]:
        """Delete what has been stored for its time. Yields after each slice what was deleted: articles, alerts,
        fetches, known.

        With `dry_run` nothing is deleted. Between two slices others may use the database.
        """
        expired = _ExpiredRows(self._retention, now)
        walks = [
            _CountedWalk(expired.articles, lambda connection, rows: _drop_articles(connection, rows, now)),
            _CountedWalk(expired.alerts, lambda connection, rows: _drop_alerts(connection, rows, now)),
            _count_rows(expired.fetches(), "fetches"),
        ]
        if not dry_run:
            walks += [_count_rows(walk) for part in STORED_PARTS for walk in part.list_expired(self._retention, now)]
        for walk in walks:
            yield from self._run_walk(walk, dry_run=dry_run)
        yield from self._prune_known(now, dry_run=dry_run)
        if not dry_run:
            self._prune_daemons(now)
            self._prune_troubles(now)
            yield from (Counter[str]() for _ in self._database.reclaim_space())

    def _run_walk(self, walk: _CountedWalk, *, dry_run: bool) -> Iterator[Counter[str]]:
        last: TableRow | None = None
        pace = _READING_PACE
        while True:
            with self._database.reading() as connection:  # most slices have nothing to delete
                result = walk.look(connection, last, pace)
            if result.old and not dry_run:
                result = self._drop_slice(walk, last)
            pace = self._pace if result.old and not dry_run else _READING_PACE  # what is old is close together
            yield result.counts
            if result.last is None:
                return
            last = result.last

    def _drop_slice(self, walk: _CountedWalk, last: TableRow | None) -> _SliceResult:
        with self._database.writing() as connection:
            self._database.enter_section(connection)
            began = clock.monotonic()  # until now it has waited for others
            result = walk.look(connection, last, self._pace)
            walk.drop(connection, result.old)
        self._pace.record(clock.monotonic() - began)
        return result

    def _prune_known(self, now: datetime, *, dry_run: bool) -> Iterator[Counter[str]]:
        """Entries that left long ago, if the retention limits that; never those that the operator had erased."""
        if self._retention.known == FOR_GOOD:
            return
        expired = and_(
            known.c.left_at < compute_retention_cutoff(self._retention.known, now), known.c.forgotten.is_(False)
        )
        if dry_run:
            with self._database.reading() as connection:
                counted = connection.execute(select(func.count()).select_from(known).where(expired)).scalar_one()
            yield Counter(known=counted)
            return
        key = tuple_(known.c.source_id, known.c.uid_hash)
        query = select(known.c.source_id, known.c.uid_hash).where(expired).limit(SLICE)
        while True:
            with self._database.writing() as connection:
                keys = [tuple(row) for row in connection.execute(query)]
                connection.execute(delete(known).where(key.in_(keys)))
            yield Counter(known=len(keys))
            if len(keys) < SLICE:
                return

    def _prune_daemons(self, now: datetime) -> None:
        """The rows of daemons that ended, or died, long ago; but not the row of the last daemon, which may have been
        asleep for so long."""
        seen = func.coalesce(daemon.c.stopped_at, daemon.c.seen_at)
        last = select(func.max(daemon.c.started_at)).scalar_subquery()
        expired = (seen < compute_retention_cutoff(self._retention.fetches, now)) & (daemon.c.started_at < last)
        with self._database.writing() as connection:
            connection.execute(delete(daemon).where(expired))

    def _prune_troubles(self, now: datetime) -> None:
        """Troubles that were over long ago."""
        with self._database.writing() as connection:
            connection.execute(
                delete(trouble).where(trouble.c.over_at < compute_retention_cutoff(self._retention.fetches, now))
            )


class _ExpiredRows:
    """Finds rows that have been stored for their time."""

    def __init__(self, retention: Retention, now: datetime) -> None:
        self._retention = retention
        self._now = now
        self._newest = compute_retention_cutoff(find_shortest_retention(retention), now)

    def articles(self, connection: Connection, after: TableRow | None, pace: SlicePace) -> _SliceResult:
        """Articles whose latest version is older than anything of them must be kept."""
        latest = and_(article_version.c.article_id == article.c.id, article_version.c.version == article.c.version)
        first_seen = article.c.seen_at < self._newest  # it has an index; the latest version may be younger
        query = select(article, article_version.c.at).join(article_version, latest).where(first_seen)
        rows = read_slice(connection, query, (article.c.seen_at, article.c.id), after, limit := pace.limit_rows(SLICE))
        candidates = [row for row in rows if row.at < self._newest]
        usage = _load_article_usage(connection, [row.id for row in candidates])
        expired = [
            row
            for row in candidates
            if not usage[row.id].is_pending
            and row.at < find_article_cutoff(self._retention, usage[row.id].matched, self._now)
        ]
        return _SliceResult(
            expired,
            Counter(articles=len(expired), alerts=sum(usage[row.id].alerts for row in expired)),
            _find_resume_row(rows, limit),
        )

    def alerts(self, connection: Connection, after: TableRow | None, pace: SlicePace) -> _SliceResult:
        """Alerts without an article: notices, and alerts whose article was erased."""
        query = select(alert.c.id, alert.c.at, alert.c.rule_id, _IS_PENDING)
        alone = query.where(alert.c.article_id.is_(None), alert.c.at < self._newest)
        rows = read_slice(connection, alone, (alert.c.at, alert.c.id), after, limit := pace.limit_rows(SLICE))
        expired = [
            row
            for row in rows
            if not row.is_pending and row.at < find_article_cutoff(self._retention, [(row.rule_id, True)], self._now)
        ]
        return _SliceResult(expired, Counter(alerts=len(expired)), _find_resume_row(rows, limit))

    def fetches(self) -> TableWalk:
        """Fetches. They are in the order of time."""
        cutoff = compute_retention_cutoff(self._retention.fetches, self._now)
        query = select(fetch.c.id, fetch.c.at)
        return TableWalk(query, (fetch.c.id,), lambda row: row.at < cutoff, by_time=True)


def _find_resume_row(rows: Sequence[TableRow], limit: int) -> TableRow | None:
    return rows[-1] if len(rows) == limit else None


@dataclass(slots=True)
class _ArticleUsage:
    """What depends on an article: the rules that it matched, each with whether there was an alert; how many alerts.
    `is_pending`: it, an alert with it, or an update of that alert is still to be sent."""

    matched: list[tuple[str | None, bool]] = field(default_factory=list)
    alerts: int = 0
    is_pending: bool = False


def _load_article_usage(connection: Connection, ids: Sequence[int]) -> Mapping[int, _ArticleUsage]:
    usage = {id_: _ArticleUsage() for id_ in ids}
    columns = (match.c.article_id, match.c.rule_id, match.c.alert_id, _IS_LINE_PENDING)
    for row in connection.execute(select(*columns).where(match.c.article_id.in_(ids))):
        usage[row.article_id].matched.append((row.rule_id, row.alert_id is not None))
        usage[row.article_id].is_pending |= row.is_pending
    digests_by_article = find_digests_listing(connection, ids)
    unsent_deliveries = delivery.c.alert_id.in_(set().union(*digests_by_article.values())) & delivery.c.state.in_(
        UNSETTLED_STATES
    )
    unsent = set(connection.execute(select(delivery.c.alert_id).where(unsent_deliveries)).scalars())
    for id_, digests in digests_by_article.items():
        usage[id_].is_pending |= not digests.isdisjoint(unsent)
    for id_ in connection.execute(select(waiting.c.article_id).where(waiting.c.article_id.in_(ids))).scalars():
        usage[id_].is_pending = True
    query = select(alert.c.article_id, alert.c.rule_id, _IS_PENDING).where(alert.c.article_id.in_(ids))
    for row in connection.execute(query):
        usage[row.article_id].matched.append((row.rule_id, True))
        usage[row.article_id].alerts += 1
        usage[row.article_id].is_pending |= row.is_pending
    return usage


def _drop_articles(connection: Connection, old: Sequence[TableRow], now: datetime) -> None:
    ids = [row.id for row in old]
    drop_digest_lines(connection, old)  # first: a digest with other lines then belongs to these
    forget_articles(connection, old)
    _drop_alerts(connection, connection.execute(select(alert.c.id).where(alert.c.article_id.in_(ids))).all(), now)
    connection.execute(delete(match).where(match.c.article_id.in_(ids)))
    connection.execute(delete(story_article).where(story_article.c.article_id.in_(ids)))
    connection.execute(delete(article_version).where(article_version.c.article_id.in_(ids)))
    full_text_queue.drop_pages(connection, ids)
    remove_from_index(connection, ids)
    write_known_entries(connection, old, now)
    connection.execute(delete(article).where(article.c.id.in_(ids)))


def _drop_alerts(connection: Connection, old: Sequence[TableRow], now: datetime) -> None:
    """Delete alerts with their deliveries, and the records of their subjects; a record with recent matches stays, so
    that the subject is still known as sent. If an operator has just had an alert sent again, its delivery stays, and
    the foreign key refuses the whole slice: the next run tries it again."""
    ids = [row.id for row in old]
    ended = select(delivery.c.id).where(delivery.c.alert_id.in_(ids), delivery.c.state.not_in(UNSETTLED_STATES))
    connection.execute(delete(attempt).where(attempt.c.delivery_id.in_(ended)))
    connection.execute(delete(delivery).where(delivery.c.id.in_(ended)))
    connection.execute(update(match).where(match.c.alert_id.in_(ids)).values(alert_id=None))
    connection.execute(delete(account).where(account.c.alert_id.in_(ids), account.c.heard_at < now - RECORD_RETENTION))
    connection.execute(update(account).where(account.c.alert_id.in_(ids)).values(alert_id=None))
    connection.execute(delete(alert).where(alert.c.id.in_(ids)))


def write_known_entries(connection: Connection, departed: Sequence[TableRow], now: datetime) -> None:
    """Note in `known` the articles that leave, with what identifies them."""
    if not departed:
        return
    rows = [
        {
            "source_id": row.source_id,
            "uid_hash": uid_hash(row.uid),
            "link_hash": uid_hash(row.canonical) if row.canonical else None,
            "version": row.version,
            "digest": row.digest,
            "seen_at": row.seen_at,
            "baseline": row.baseline,
            "forgotten": False,
            "left_at": now,
        }
        for row in departed
    ]
    statement = build_insert(connection, known)
    changes = {name: statement.excluded[name] for name in ("link_hash", "version", "digest", "left_at")}
    connection.execute(statement.on_conflict_do_update(index_elements=["source_id", "uid_hash"], set_=changes), rows)
