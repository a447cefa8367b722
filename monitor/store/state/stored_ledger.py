"""The ledger as it is stored: loaded by key, and written after it has changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Connection, Insert, Row, bindparam, delete, exists, func, or_, select, union_all

from monitor.alerting.case import Case
from monitor.alerting.earlier_updates import find_earlier_time
from monitor.alerting.ledger import AN_HOUR, DOUBTS_APART, NotificationLedger, SubjectRecord
from monitor.alerting.pending import CLOCKS_DIFFER
from monitor.alerting.release import list_ledger_keys
from monitor.alerting.subject_keys import article_key, older_subject, shadow_key, unsure_key
from monitor.cases import ClusteredArticle
from monitor.ingest.retention_policy import compute_retention_cutoff, find_article_cutoff, find_shortest_retention
from monitor.model import AlertCandidate, AlertKind, PendingAlert, PendingKind, Retention, Rule
from monitor.store.engine.damaged_rows import skip_if_unreadable
from monitor.store.engine.database import build_insert_for, in_batches, write_rows
from monitor.store.engine.table_walk import TableRow, TableWalk
from monitor.store.engine.tables import account, alert, match, waiting
from monitor.store.state.features_cache import FeaturesCache
from monitor.store.state.pending_rows import read_pending_alerts, write_pending_alerts
from monitor.store.state.stored_part import LOOK_BACK, ArticleIds, StoredPart

_KEYS: BindParameter[Any] = bindparam("keys", expanding=True)
_SELECT_RECORDS = select(account).where(account.c.key.in_(_KEYS))
_SELECT_SENT_KEYS = union_all(
    select(alert.c.dedup_key).where(alert.c.dedup_key.in_(_KEYS)),
    select(match.c.shadow_key).where(match.c.shadow_key.in_(_KEYS)),
)
_SELECT_PENDING = select(waiting).where(waiting.c.key.in_(_KEYS))
_SELECT_RECENT_SENDS = (
    select(alert.c.rule_id, alert.c.at)
    .where(alert.c.rule_id.in_(_KEYS), alert.c.kind != AlertKind.DIGEST, alert.c.at > bindparam("since"))
    .order_by(alert.c.at)
)
_SELECT_RECENT_DOUBTS = (
    select(alert.c.rule_id, alert.c.thread, func.max(alert.c.at).label("at"))
    .where(
        alert.c.rule_id.in_(_KEYS),
        alert.c.at > bindparam("since"),
        alert.c.thread.is_not(None),
        alert.c.kind.in_((AlertKind.POSSIBLY, AlertKind.DIGEST)),
    )
    .group_by(alert.c.rule_id, alert.c.thread)
)
_SELECT_DUE = select(waiting).where(or_(waiting.c.due <= bindparam("now"), waiting.c.since > bindparam("set_back")))
_SELECT_UPDATES = (
    select(account, waiting.c.id.label("pending_id"), waiting.c.due.label("due"))
    .join(waiting, waiting.c.key == account.c.key)
    .where(waiting.c.kind == PendingKind.UPDATE, waiting.c.due > bindparam("now"))
)
_SELECT_PENDING_BY_ID = select(waiting).where(waiting.c.id.in_(_KEYS))
_SELECT_MISSED = select(waiting).where(waiting.c.kind == PendingKind.CATCH_UP)


class StoredLedger(StoredPart):
    """The ledger that one pass through the section has loaded, in `ledger`, and what it leaves."""

    def __init__(self, connection: Connection, cache: FeaturesCache | None = None) -> None:
        super().__init__(connection, cache)
        self.part = self.ledger = NotificationLedger(complete=False)

    @classmethod
    def list_expired(cls, retention: Retention, now: datetime) -> Iterator[TableWalk]:
        """Records of subjects that have no alert, and nothing pending. The record of a subject with an alert leaves
        with the alert."""
        before = min(compute_retention_cutoff(find_shortest_retention(retention), now), now - LOOK_BACK)
        is_pending = exists().where(waiting.c.key == account.c.key).label("is_pending")
        query = select(account.c.key, account.c.heard_at, account.c.rule_id, is_pending)
        yield TableWalk(
            query.where(account.c.alert_id.is_(None), account.c.heard_at < before),
            (account.c.heard_at, account.c.key),
            lambda row: (
                not row.is_pending and row.heard_at < find_article_cutoff(retention, [(row.rule_id, False)], now)
            ),
        )

    @classmethod
    def forget_articles(cls, connection: Connection, articles: Sequence[TableRow]) -> None:
        """Delete the records of which these articles alone are the subject, also those of rules in shadow, and those of
        their lines in digests as suppressed. Their keys contain the article's uid."""
        by_id = {row.id: row for row in articles}
        matches = select(match.c.article_id, match.c.rule_id).where(match.c.article_id.in_(by_id)).distinct()
        names = [
            (row.rule_id, by_id[row.article_id].source_id, by_id[row.article_id].uid)
            for row in connection.execute(matches)
        ]
        keys = [article_key(*name) for name in names]
        keys += [*map(shadow_key, keys), *(unsure_key(*name) for name in names)]
        for batch in in_batches(keys):
            connection.execute(delete(account).where(account.c.key.in_(batch)))

    def load_for_events(self, articles: Sequence[ClusteredArticle]) -> None:
        """Load whether the events were sent that earlier versions of these articles may have opened."""
        edited = [article for article in articles if article.is_edited]
        self.load_subjects(key for article in edited for key in article.own_event_keys)

    def load_for_cases(self, cases: Sequence[Case], now: datetime) -> None:
        """Load what was sent and what is pending of their subjects, and how much their rules sent within the hour."""
        self.load_subjects(key for case in cases for key in case.ledger_keys)
        self._load_recent_sends((case.rule for case in cases), now)
        self._load_recent_doubts((case.candidate for case in cases), now)

    def load_for_due(self, due: Sequence[PendingAlert], rules: Iterable[Rule], now: datetime) -> None:
        """Load the same for pending alerts."""
        self.ledger.load((), records=(), sent=(), pending=due)
        self.load_subjects(key for pending in due for key in list_ledger_keys(pending.candidate))
        self._load_recent_sends(rules, now)
        self._load_recent_doubts((pending.candidate for pending in due), now)

    def load_subjects(self, wanted: Iterable[str]) -> None:
        """Load the records of the subjects with these keys, whether they were sent, and their pending alerts."""
        keys = self.ledger.missing_keys(wanted)
        if not keys:
            return
        records = load_subject_records(self._connection, keys)
        pending = [
            alert
            for batch in in_batches(keys)
            for alert in read_pending_alerts(self._connection, _SELECT_PENDING, {"keys": batch})
        ]
        sent = sent_keys(self._connection, keys, records)
        self.ledger.load(keys, records=records.values(), sent=sent, pending=pending)

    def _load_recent_sends(self, wanted: Iterable[Rule], now: datetime) -> None:
        """For those of these rules that have a limit of messages an hour: load when they sent some within the last
        hour."""
        rules = self.ledger.missing_rules(rule.id for rule in wanted if rule.alert.most_an_hour is not None)
        sent_at: dict[str, tuple[datetime, ...]] = {}
        for batch in in_batches(rules):
            for rule, at in self._connection.execute(_SELECT_RECENT_SENDS, {"keys": batch, "since": now - AN_HOUR}):
                sent_at[rule] = (*sent_at.get(rule, ()), at)
        self.ledger.load_recent_sends(rules, sent_at)

    def _load_recent_doubts(self, candidates: Iterable[AlertCandidate], now: datetime) -> None:
        """For the rules of those that are possibly the same as something older: load which threads had a message in
        doubt lately."""
        rules = self.ledger.missing_doubts(each.rule for each in candidates if older_subject(each) is not None)
        recent: defaultdict[str, dict[str, datetime]] = defaultdict(dict)
        for batch in in_batches(rules):
            values = {"keys": batch, "since": now - DOUBTS_APART}
            for rule, thread, at in self._connection.execute(_SELECT_RECENT_DOUBTS, values):
                recent[rule][thread] = at
        self.ledger.load_recent_doubts(rules, recent)

    def write(self, ids: ArticleIds) -> None:
        """Write the records of subjects, and what is pending now."""
        write_subject_records(self._connection, self.ledger.changed_records)
        changes = self.ledger.pending_changes
        added = [pending for pending in changes.values() if pending is not None]
        removed = [id_ for id_, pending in changes.items() if pending is None]
        write_pending_alerts(self._connection, added, removed, ids)


def load_due_alerts(connection: Connection, now: datetime) -> list[PendingAlert]:
    """The pending alerts that are due; as soon as the first catch-up alert is due, all of them. A clock that was set
    back makes none wait longer (`alerting.pending`)."""
    due = read_pending_alerts(connection, _SELECT_DUE, {"now": now, "set_back": now + CLOCKS_DIFFER})
    if not any(pending.kind is PendingKind.CATCH_UP for pending in due):
        return due
    missed = read_pending_alerts(connection, _SELECT_MISSED, {})
    return [*(pending for pending in due if pending.kind is not PendingKind.CATCH_UP), *missed]


def load_earlier_updates(connection: Connection, rules: Mapping[str, Rule], now: datetime) -> list[PendingAlert]:
    """The deferred updates that are due sooner by the cooldown that their rule has now. Only these are read whole."""
    ids: list[str] = []
    for row in connection.execute(_SELECT_UPDATES, {"now": now}):
        with skip_if_unreadable(f"account {row.key}"):
            rule, record = rules.get(row.rule_id), _subject_record_from_row(row)
            if rule is not None and find_earlier_time(rule.alert, row.due, record, now) is not None:
                ids.append(row.pending_id)
    return [
        pending
        for batch in in_batches(ids)
        for pending in read_pending_alerts(connection, _SELECT_PENDING_BY_ID, {"keys": batch})
    ]


def sent_keys(connection: Connection, keys: Iterable[str], records: Mapping[str, SubjectRecord]) -> set[str]:
    """Those of the keys that were ever sent, or would have been by rules in shadow."""
    sent = {key for key, record in records.items() if record.last_sent_at is not None}
    for batch in in_batches(set(keys) - sent):
        sent.update(connection.execute(_SELECT_SENT_KEYS, {"keys": batch}).scalars())
    return sent


def load_subject_records(connection: Connection, keys: Iterable[str]) -> dict[str, SubjectRecord]:
    """The records of these subjects, by key."""
    found: dict[str, SubjectRecord] = {}
    for batch in in_batches(keys):
        for row in connection.execute(_SELECT_RECORDS, {"keys": batch}):
            with skip_if_unreadable(f"account {row.key}"):
                found[row.key] = _subject_record_from_row(row)
    return found


def _subject_record_from_row(row: Row[*tuple[Any, ...]]) -> SubjectRecord:
    return SubjectRecord.from_row(
        row.row,
        key=row.key,
        rule=row.rule_id,
        last_match_at=row.heard_at,
        first_alert=row.alert_id,
        first_sent_at=row.first_at,
        last_sent_at=row.told_at,
    )


def write_subject_records(connection: Connection, records: Iterable[SubjectRecord]) -> None:
    """Write the records of subjects."""
    rows = [
        {
            "key": record.key,
            "rule_id": record.rule,
            "its_alert": record.first_alert,
            "heard_at": record.last_match_at,
            "first_at": record.first_sent_at,
            "told_at": record.last_sent_at,
            "row": record.to_row(),
        }
        for record in records
    ]
    write_rows(connection, _build_subject_upsert(connection.dialect.name), rows)


@cache
def _build_subject_upsert(dialect: str) -> Insert:
    new = build_insert_for(dialect, account)
    changes = {name: new.excluded[name] for name in ("alert_id", "heard_at", "first_at", "told_at", "row")}
    # An alert that was sent long ago may have left the archive, while its subject still gets matches.
    alert_id = select(alert.c.id).where(alert.c.id == bindparam("its_alert")).scalar_subquery()
    return new.values(alert_id=alert_id).on_conflict_do_update(index_elements=["key"], set_=changes)
