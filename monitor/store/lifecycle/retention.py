"""Lets go what has been kept for its time, slice by slice; what is still being delivered stays.

How long that is, `intake.keeping` says. Each slice is one short transaction, in the serial section, so that no poll
adds to an article that is just leaving. What leaves goes over into `known`, so that an entry which its source lists
again is not news.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Row, Select, and_, delete, exists, func, or_, select, tuple_, update

from monitor.alerting.ledger import RECORD_RETENTION
from monitor.ingest.entry_identity import uid_hash
from monitor.ingest.retention_policy import compute_retention_cutoff, find_article_retention, find_shortest_retention
from monitor.model import FOR_GOOD, DeliveryState, Retention
from monitor.model.timestamps import datetime_to_micros
from monitor.store.engine.database import Database, build_insert
from monitor.store.engine.tables import (
    account,
    alert,
    article,
    article_features,
    article_version,
    attempt,
    cluster_key,
    daemon,
    delivery,
    event,
    fetch,
    known,
    match,
    story,
    story_article,
    trouble,
    waiting,
)
from monitor.store.lifecycle.cascade_delete import drop_digest_lines, drop_subject_records, find_digests_listing
from monitor.store.queues import full_text_queue
from monitor.stories.events import KEPT as EVENTS_KEPT

SLICE = 250  # rows looked at in one go: others wait for a tenth of a second
_MANY = 5_000  # of those that nothing else hangs on
_Found = Row[*tuple[Any, ...]]
_OPEN = (DeliveryState.PENDING, DeliveryState.RETRY, DeliveryState.SENDING)
_SENT = exists().where(delivery.c.alert_id == alert.c.id, delivery.c.state.in_(_OPEN))
_UPDATED = exists().where(account.c.alert_id == alert.c.id, waiting.c.key == account.c.key)
_WAITS = or_(_SENT, _UPDATED).label("waits")  # the first alert stays until the update that answers it is there
_LINE_WAITS = exists().where(delivery.c.alert_id == match.c.alert_id, delivery.c.state.in_(_OPEN)).label("waits")


@dataclass(frozen=True, slots=True)
class _SliceResult:
    """A slice of rows: those that may go, what a person counts of them, and the last row, from which to look on."""

    old: Sequence[_Found]
    counts: Counter[str]
    last: _Found | None


@dataclass(frozen=True, slots=True)
class _TableWalk:
    """One walk through a table, the oldest rows first. `look` after a row; `drop` those that may go."""

    look: Callable[[Connection, _Found | None], _SliceResult]
    drop: Callable[[Connection, Sequence[_Found]], None]


class ArchivePruner:
    """What of a database may go by the word of a retention."""

    def __init__(self, database: Database, retention: Retention) -> None:
        self._database = database
        self._retention = retention

    def prune_slices(self, now: datetime, *, dry_run: bool = False) -> Iterator[Counter[str]]:
        """Let go what has been kept for its time; after each slice, what went: articles, alerts, fetches, known.

        With `dry_run` nothing goes. Between two slices others may use the database.
        """
        old = _ExpiredRows(self._retention, now)
        articles = _TableWalk(old.articles, lambda connection, rows: _drop_articles(connection, rows, now))
        alerts = _TableWalk(old.alerts, lambda connection, rows: _drop_alerts(connection, rows, now))
        passes = [articles, alerts, _TableWalk(old.fetches, _drop_fetches)]
        silent = [_TableWalk(old.keys, _drop_keys), _TableWalk(old.features, _drop_features)]
        silent += [_TableWalk(old.stories, _drop_stories), _TableWalk(old.events, _drop_events)]
        silent += [_TableWalk(old.accounts, _drop_subject_records)]
        for each in passes if dry_run else [*passes, *silent]:
            yield from self._walked(each, dry_run=dry_run)
        yield from self._known(now, dry_run=dry_run)
        if not dry_run:
            self._daemons(now)
            self._troubles(now)
            yield from (Counter[str]() for _ in self._database.reclaim_space())

    def _walked(self, each: _TableWalk, *, dry_run: bool) -> Iterator[Counter[str]]:
        last: _Found | None = None
        while True:
            with self._database.reading() as connection:  # most slices hold nothing that may go
                looked = each.look(connection, last)
            if looked.old and not dry_run:
                with self._database.writing() as connection:
                    self._database.enter_section(connection)
                    looked = each.look(connection, last)
                    each.drop(connection, looked.old)
            yield looked.counts
            if looked.last is None:
                return
            last = looked.last

    def _known(self, now: datetime, *, dry_run: bool) -> Iterator[Counter[str]]:
        """What left long ago, if the retention limits that; what the operator had forgotten never."""
        if self._retention.known == FOR_GOOD:
            return
        over = and_(
            known.c.left_at < compute_retention_cutoff(self._retention.known, now), known.c.forgotten.is_(False)
        )
        if dry_run:
            with self._database.reading() as connection:
                counted = connection.execute(select(func.count()).select_from(known).where(over)).scalar_one()
            yield Counter(known=counted)
            return
        key = tuple_(known.c.source_id, known.c.uid_hash)
        some = select(known.c.source_id, known.c.uid_hash).where(over).limit(SLICE)
        while True:
            with self._database.writing() as connection:
                keys = [tuple(row) for row in connection.execute(some)]
                connection.execute(delete(known).where(key.in_(keys)))
            yield Counter(known=len(keys))
            if len(keys) < SLICE:
                return

    def _daemons(self, now: datetime) -> None:
        """The rows of daemons that ended, or died, long ago; not that of the last: it may have slept for so long."""
        seen = func.coalesce(daemon.c.stopped_at, daemon.c.seen_at)
        last = select(func.max(daemon.c.started_at)).scalar_subquery()
        over = (seen < compute_retention_cutoff(self._retention.fetches, now)) & (daemon.c.started_at < last)
        with self._database.writing() as connection:
            connection.execute(delete(daemon).where(over))

    def _troubles(self, now: datetime) -> None:
        """Those that were over long ago."""
        with self._database.writing() as connection:
            connection.execute(
                delete(trouble).where(trouble.c.over_at < compute_retention_cutoff(self._retention.fetches, now))
            )


class _ExpiredRows:
    """Finds what has been kept for its time."""

    def __init__(self, retention: Retention, now: datetime) -> None:
        self._retention = retention
        self._now = now
        self._newest = compute_retention_cutoff(find_shortest_retention(retention), now)
        self._lately = now - max(EVENTS_KEPT, RECORD_RETENTION)  # what is younger deciding may ask for
        self._remembered = min(self._newest, self._lately)

    def articles(self, connection: Connection, after: _Found | None) -> _SliceResult:
        """Articles whose latest version is old enough for all that came of them."""
        latest = and_(article_version.c.article_id == article.c.id, article_version.c.version == article.c.version)
        first_seen = article.c.seen_at < self._newest  # has an index; the latest version may be younger
        asked = select(article, article_version.c.at).join(article_version, latest).where(first_seen)
        rows = _read_slice(connection, asked, (article.c.seen_at, article.c.id), after)
        candidates = [row for row in rows if row.at < self._newest]
        came = _load_article_usage(connection, [row.id for row in candidates])
        old = [
            row
            for row in candidates
            if not came[row.id].waits
            and row.at
            < compute_retention_cutoff(find_article_retention(self._retention, came[row.id].matched), self._now)
        ]
        return _SliceResult(
            old, Counter(articles=len(old), alerts=sum(came[row.id].alerts for row in old)), _find_resume_row(rows)
        )

    def alerts(self, connection: Connection, after: _Found | None) -> _SliceResult:
        """Alerts that are of no article: notices, and those whose article was forgotten."""
        asked = select(alert.c.id, alert.c.at, alert.c.rule_id, _WAITS)
        alone = asked.where(alert.c.article_id.is_(None), alert.c.at < self._newest)
        rows = _read_slice(connection, alone, (alert.c.at, alert.c.id), after)
        old = [row for row in rows if not row.waits and self._over(row.at, row.rule_id, alerted=True)]
        return _SliceResult(old, Counter(alerts=len(old)), _find_resume_row(rows))

    def _over(self, at: datetime, rule: str | None, *, alerted: bool) -> bool:
        """Whether what stands alone, of a rule, is so old that it leaves."""
        return at < compute_retention_cutoff(find_article_retention(self._retention, [(rule, alerted)]), self._now)

    def stories(self, connection: Connection, after: _Found | None) -> _SliceResult:
        """Stories of which neither an article nor an alert is left."""
        of_it = or_(story_article.c.story_id == story.c.id, story_article.c.story_id == story.c.merged_into)
        held = exists().where(of_it) | exists().where(alert.c.story_id == story.c.id)
        asked = select(story.c.id, story.c.last_at, held.label("held")).where(story.c.last_at < self._newest)
        rows = _read_slice(connection, asked, (story.c.last_at, story.c.id), after)
        return _SliceResult([row for row in rows if not row.held], Counter(), _find_resume_row(rows))

    def events(self, connection: Connection, after: _Found | None) -> _SliceResult:
        """Events that are over, and that neither a match nor an alert is of any more."""
        of_it = or_(match.c.event_id == event.c.id, match.c.event_id == event.c.merged_into)
        held = exists().where(of_it) | exists().where(alert.c.event_id == event.c.id)
        asked = select(event.c.id, event.c.last_at, held.label("held")).where(event.c.last_at < self._remembered)
        rows = _read_slice(connection, asked, (event.c.last_at, event.c.id), after)
        return _SliceResult([row for row in rows if not row.held], Counter(), _find_resume_row(rows))

    def accounts(self, connection: Connection, after: _Found | None) -> _SliceResult:
        """What was heard of subjects that no alert is of, and of which nothing waits; what is of an alert goes with
        that."""
        waits = exists().where(waiting.c.key == account.c.key).label("waits")
        asked = select(account.c.key, account.c.heard_at, account.c.rule_id, waits)
        alone = asked.where(account.c.alert_id.is_(None), account.c.heard_at < self._remembered)
        rows = _read_slice(connection, alone, (account.c.heard_at, account.c.key), after)
        old = [row for row in rows if not row.waits and self._over(row.heard_at, row.rule_id, alerted=False)]
        return _SliceResult(old, Counter(), _find_resume_row(rows))

    def keys(self, connection: Connection, after: _Found | None) -> _SliceResult:
        """By what stories and events were found that no article has joined for long."""
        asked = select(cluster_key.c.scope, cluster_key.c.key, cluster_key.c.touched)
        rows = _read_slice(connection, asked, tuple(cluster_key.primary_key), after, most=_MANY)
        over = datetime_to_micros(self._lately)
        return _SliceResult([row for row in rows if row.touched < over], Counter(), _find_resume_row(rows, _MANY))

    def features(self, connection: Connection, after: _Found | None) -> _SliceResult:
        """What articles were compared by; they are in the order of time, so that a slice without an old one ends the
        walk."""
        asked = select(article_features.c.article_id, article_features.c.version, article.c.seen_at)
        asked = asked.join(article, article.c.id == article_features.c.article_id)
        rows = _read_slice(connection, asked, tuple(article_features.primary_key), after)
        old = [row for row in rows if row.seen_at < self._lately]
        return _SliceResult(old, Counter(), _find_resume_row(rows) if old else None)

    def fetches(self, connection: Connection, after: _Found | None) -> _SliceResult:
        """Evidence of fetches: it is in the order of time, so that a slice without an old one ends the walk."""
        rows = _read_slice(connection, select(fetch.c.id, fetch.c.at), (fetch.c.id,), after)
        old = [row for row in rows if row.at < compute_retention_cutoff(self._retention.fetches, self._now)]
        return _SliceResult(old, Counter(fetches=len(old)), _find_resume_row(rows) if old else None)


def _read_slice(
    connection: Connection,
    asked: Select[*tuple[Any, ...]],
    key: tuple[Column[Any], ...],
    after: _Found | None,
    most: int | None = None,
) -> Sequence[_Found]:
    """So many rows as one slice holds, in the order of their key, after this one."""
    if after is not None:
        asked = asked.where(tuple_(*key) > tuple(getattr(after, column.name) for column in key))
    return connection.execute(asked.order_by(*key).limit(most or SLICE)).all()


def _find_resume_row(rows: Sequence[_Found], most: int | None = None) -> _Found | None:
    return rows[-1] if len(rows) == (most or SLICE) else None


@dataclass(slots=True)
class _ArticleUsage:
    """What came of an article: the rules that it met, each with or without an alert; how many alerts; whether it waits
    to be told, or an alert that tells it to be delivered, or an update of that to be told."""

    matched: list[tuple[str | None, bool]] = field(default_factory=list)
    alerts: int = 0
    waits: bool = False


def _load_article_usage(connection: Connection, ids: Sequence[int]) -> Mapping[int, _ArticleUsage]:
    came = {id_: _ArticleUsage() for id_ in ids}
    columns = (match.c.article_id, match.c.rule_id, match.c.alert_id, _LINE_WAITS)
    for row in connection.execute(select(*columns).where(match.c.article_id.in_(ids))):
        came[row.article_id].matched.append((row.rule_id, row.alert_id is not None))
        came[row.article_id].waits |= row.waits
    listing = find_digests_listing(connection, ids)
    to_send = delivery.c.alert_id.in_(set().union(*listing.values())) & delivery.c.state.in_(_OPEN)
    unsent = set(connection.execute(select(delivery.c.alert_id).where(to_send)).scalars())
    for id_, digests in listing.items():
        came[id_].waits |= not digests.isdisjoint(unsent)
    for id_ in connection.execute(select(waiting.c.article_id).where(waiting.c.article_id.in_(ids))).scalars():
        came[id_].waits = True
    told = select(alert.c.article_id, alert.c.rule_id, _WAITS).where(alert.c.article_id.in_(ids))
    for row in connection.execute(told):
        came[row.article_id].matched.append((row.rule_id, True))
        came[row.article_id].alerts += 1
        came[row.article_id].waits |= row.waits
    return came


def _drop_articles(connection: Connection, old: Sequence[_Found], now: datetime) -> None:
    ids = [row.id for row in old]
    drop_digest_lines(connection, old)  # first: a digest that has other lines is theirs from then on
    drop_subject_records(connection, old)
    _drop_alerts(connection, connection.execute(select(alert.c.id).where(alert.c.article_id.in_(ids))).all(), now)
    connection.execute(delete(match).where(match.c.article_id.in_(ids)))
    connection.execute(delete(story_article).where(story_article.c.article_id.in_(ids)))
    connection.execute(delete(article_version).where(article_version.c.article_id.in_(ids)))
    connection.execute(delete(article_features).where(article_features.c.article_id.in_(ids)))
    full_text_queue.drop_pages(connection, ids)
    write_known_entries(connection, old, now)
    connection.execute(delete(article).where(article.c.id.in_(ids)))


def _drop_alerts(connection: Connection, old: Sequence[_Found], now: datetime) -> None:
    """Alerts with their deliveries, and what was heard of their subjects; of one that is still heard of it stays known
    that it was told. If one is being sent again just now, on the operator's word, its delivery stays and
    the foreign key refuses the whole slice: it is looked at again the next time."""
    ids = [row.id for row in old]
    ended = select(delivery.c.id).where(delivery.c.alert_id.in_(ids), delivery.c.state.not_in(_OPEN))
    connection.execute(delete(attempt).where(attempt.c.delivery_id.in_(ended)))
    connection.execute(delete(delivery).where(delivery.c.id.in_(ended)))
    connection.execute(update(match).where(match.c.alert_id.in_(ids)).values(alert_id=None))
    connection.execute(delete(account).where(account.c.alert_id.in_(ids), account.c.heard_at < now - RECORD_RETENTION))
    connection.execute(update(account).where(account.c.alert_id.in_(ids)).values(alert_id=None))
    connection.execute(delete(alert).where(alert.c.id.in_(ids)))


def _drop_keys(connection: Connection, old: Sequence[_Found]) -> None:
    key = tuple_(cluster_key.c.scope, cluster_key.c.key)
    connection.execute(delete(cluster_key).where(key.in_([(row.scope, row.key) for row in old])))


def _drop_features(connection: Connection, old: Sequence[_Found]) -> None:
    key = tuple_(article_features.c.article_id, article_features.c.version)
    connection.execute(delete(article_features).where(key.in_([(row.article_id, row.version) for row in old])))


def _drop_stories(connection: Connection, old: Sequence[_Found]) -> None:
    connection.execute(delete(story).where(story.c.id.in_([row.id for row in old])))


def _drop_events(connection: Connection, old: Sequence[_Found]) -> None:
    connection.execute(delete(event).where(event.c.id.in_([row.id for row in old])))


def _drop_subject_records(connection: Connection, old: Sequence[_Found]) -> None:
    connection.execute(delete(account).where(account.c.key.in_([row.key for row in old])))


def _drop_fetches(connection: Connection, old: Sequence[_Found]) -> None:
    connection.execute(delete(fetch).where(fetch.c.id.in_([row.id for row in old])))


def write_known_entries(connection: Connection, left: Sequence[_Found], now: datetime) -> None:
    """Rows of articles that leave, kept as what they are recognised by."""
    if not left:
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
        for row in left
    ]
    writing = build_insert(connection, known)
    anew = {name: writing.excluded[name] for name in ("link_hash", "version", "digest", "left_at")}
    connection.execute(writing.on_conflict_do_update(index_elements=["source_id", "uid_hash"], set_=anew), rows)
