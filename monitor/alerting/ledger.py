"""The ledger: for each rule and subject, what was reported, what was sent and when, and what is pending. What is sent
once stays sent.

A subject is what a rule sends as new at most once: an article, a story or an event, named by a key. Under keys of their
own, the ledger also has what rules in shadow would have sent.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from typing import Any, NoReturn

from monitor.alerting.pending import pending_id
from monitor.errors import NotLoaded
from monitor.model import Alert, AlertCandidate, Level, PendingAlert, PendingKind
from monitor.state import Overlay, StatePart

RECORD_RETENTION = timedelta(days=14)  # after so long without activity a record is forgotten, but for its key
AN_HOUR = timedelta(hours=1)
DOUBTS_APART = timedelta(minutes=10)  # one message in doubt in a thread is enough within this time
_MAX_PUBLISHERS = 60  # that a record keeps
PendingKey = tuple[PendingKind, str]  # a subject has at most one pending alert of a kind; `str`: the subject's key
_STORED_NAMES = {
    "updates": "update_count",
    "waited": "deferred_updates",
    "voices": "independent_publishers",
    "told_voices": "publishers_at_last_send",
    "marks": "wire_statuses",
}  # the names in the rows, from earlier versions


@dataclass(frozen=True, slots=True)
class SubjectRecord:
    """What was reported to a rule of one subject, and what the rule sent of it.

    last_match_at             when an article last reported it
    first_alert               the id of its first alert (None: none is sent yet, or the rule is in shadow)
    first_sent_at             when it was first sent (None: not yet); `last_sent_at`: when last
    update_count              how many updates were sent; `deferred_updates`: how many of them were not immediate (as
                              corrections are)
    level                     the highest level that was sent
    independent_publishers    who reports it (`AlertCandidate.independent_publisher`), in the order in which they came
    publishers_at_last_send   how many of them there were when it was last sent
    facts                     the greatest number of each kind that was sent
    official                  whether an alert from an official source was sent
    wire_statuses             which wire statuses were sent, as "corrected"
    in_doubt                  whether all that was sent was possibly the same as something older
    """

    key: str
    rule: str
    last_match_at: datetime
    first_alert: str | None = None
    first_sent_at: datetime | None = None
    last_sent_at: datetime | None = None
    update_count: int = 0
    deferred_updates: int = 0
    level: Level = Level.INFO
    independent_publishers: tuple[str, ...] = ()
    publishers_at_last_send: int = 0
    facts: Mapping[str, int] = field(default_factory=dict)
    official: bool = False
    wire_statuses: tuple[str, ...] = ()
    in_doubt: bool = False

    @property
    def last_activity_at(self) -> datetime:
        """When it was last reported or sent: a deferred alert may be sent long after the article came."""
        return self.last_match_at if self.last_sent_at is None else max(self.last_match_at, self.last_sent_at)

    def after_match(self, candidate: AlertCandidate, now: datetime) -> SubjectRecord:
        """The record after one more article."""
        publishers = (
            self.independent_publishers
            if candidate.independent_publisher in self.independent_publishers
            else (*self.independent_publishers, candidate.independent_publisher)[:_MAX_PUBLISHERS]
        )
        return replace(self, last_match_at=now, independent_publishers=publishers)

    def with_source_name(self, source: str, name: str) -> SubjectRecord:
        """The record with the name of a source as a publisher in place of its id, by which it was counted while it had
        no name."""
        publishers = self.independent_publishers
        if name in {"", source} or source not in publishers:
            return self
        named = [name if each == source else each for each in publishers]
        counted = dict.fromkeys(named[: self.publishers_at_last_send])
        return replace(self, independent_publishers=tuple(dict.fromkeys(named)), publishers_at_last_send=len(counted))

    def is_doubt_removed(self, candidate: AlertCandidate) -> bool:
        """Whether all that was sent was in doubt, and what the candidate reports is not."""
        return self.in_doubt and candidate.event is not None and candidate.event.possibly_of is None

    def after_send(
        self,
        candidate: AlertCandidate,
        now: datetime,
        alert: str | None,
        *,
        is_immediate: bool = False,
        in_doubt: bool = False,
    ) -> SubjectRecord:
        """The record after a message was sent. `is_immediate`: the message did not wait for the cooldown, and does not
        lengthen that of the next update. `in_doubt`: what it says is possibly the same as something older."""
        known = dict(self.facts)
        for kind, number in candidate.facts:
            known[kind] = max(number, known.get(kind, 0))
        return replace(
            self,
            first_alert=alert if self.is_doubt_removed(candidate) else self.first_alert or alert,
            first_sent_at=self.first_sent_at or now,
            last_sent_at=now,
            update_count=self.update_count + (self.last_sent_at is not None),
            deferred_updates=self.deferred_updates + (self.last_sent_at is not None and not is_immediate),
            level=max(self.level, candidate.level, key=lambda level: level.rank)
            if self.last_sent_at
            else candidate.level,
            publishers_at_last_send=len(self.independent_publishers),
            facts=known,
            official=self.official or candidate.official,
            wire_statuses=tuple(
                dict.fromkeys((*self.wire_statuses, *([candidate.wire_status] if candidate.wire_status else [])))
            ),
            in_doubt=in_doubt if self.last_sent_at is None else self.in_doubt and not self.is_doubt_removed(candidate),
        )

    def with_news_of(self, other: SubjectRecord) -> SubjectRecord:
        """The record as if what the other subject was sent with had been sent of this one: its numbers, its level, and
        that a source was official. Corrections are of a report, and publishers are counted for each subject."""
        return replace(
            self,
            level=max(self.level, other.level, key=lambda level: level.rank),
            facts={
                kind: max(self.facts.get(kind, 0), other.facts.get(kind, 0)) for kind in (*self.facts, *other.facts)
            },
            official=self.official or other.official,
        )

    def merge(self, other: SubjectRecord) -> SubjectRecord:
        """The record as if everything of the other subject had happened to it too, so that nothing of that is sent
        twice. The publishers that were counted at the last message of either come first."""
        sent = [record for record in (self, other) if record.last_sent_at is not None]
        counted = dict.fromkeys(
            publisher
            for record in sent
            for publisher in record.independent_publishers[: record.publishers_at_last_send]
        )
        publishers = dict.fromkeys((*counted, *self.independent_publishers, *other.independent_publishers))
        return replace(
            self.with_news_of(other),
            last_match_at=max(self.last_match_at, other.last_match_at),
            first_alert=self.first_alert or other.first_alert,
            first_sent_at=min((at for record in sent if (at := record.first_sent_at) is not None), default=None),
            last_sent_at=max((at for record in sent if (at := record.last_sent_at) is not None), default=None),
            update_count=max(self.update_count, other.update_count),  # the numbering goes on
            deferred_updates=max(self.deferred_updates, other.deferred_updates),
            level=max((record.level for record in sent), key=lambda level: level.rank, default=self.level),
            independent_publishers=tuple(publishers)[:_MAX_PUBLISHERS],
            publishers_at_last_send=min(len(counted), _MAX_PUBLISHERS),
            wire_statuses=tuple(dict.fromkeys((*self.wire_statuses, *other.wire_statuses))),
            in_doubt=bool(sent) and all(record.in_doubt for record in sent),
        )

    def without_publishers(self, publishers: Collection[str]) -> SubjectRecord:
        """The record as if these publishers had reported nothing. The publishers are in the order in which they came,
        so the first `publishers_at_last_send` are those that were counted at the last message."""
        sent = [
            publisher
            for publisher in self.independent_publishers[: self.publishers_at_last_send]
            if publisher not in publishers
        ]
        remaining = tuple(publisher for publisher in self.independent_publishers if publisher not in publishers)
        return replace(self, independent_publishers=remaining, publishers_at_last_send=len(sent))

    def to_row(self) -> dict[str, Any]:
        """The record as plain JSON, without its key, rule, alert and times: these are columns of their own."""
        return {
            "updates": self.update_count,
            "waited": self.deferred_updates,
            "level": self.level.value,
            "voices": list(self.independent_publishers),
            "told_voices": self.publishers_at_last_send,
            "facts": dict(self.facts),
            "official": self.official,
            "marks": list(self.wire_statuses),
            "in_doubt": self.in_doubt,
        }

    @classmethod
    def from_row(cls, row: Mapping[str, Any], **columns: Any) -> SubjectRecord:  # noqa: ANN401 - the columns of the table
        """The record that `to_row` wrote, with the columns of its row."""
        known = {attribute.name for attribute in fields(cls)}
        named = ((_STORED_NAMES.get(name, name), value) for name, value in row.items())
        values = {name: value for name, value in named if name in known}
        values["level"] = Level(values.get("level", Level.INFO))
        for name in ("independent_publishers", "wire_statuses"):
            values[name] = tuple(values.get(name, ()))
        return cls(**columns, **values)


class NotificationLedger(StatePart):
    """Subject records by key, pending alerts, when rules sent something within the last hour, which threads had a
    message in doubt lately, and the keys of all subjects that were ever sent. `keys`: of subjects that were sent.

    Complete by itself: what it does not hold has not happened. With `complete=False` it holds what was loaded, and
    raises NotLoaded if asked for a key or a rule that was not loaded.
    """

    def __init__(self, keys: Iterable[str] = (), *, complete: bool = True) -> None:
        self._sent: Overlay[str, bool] = Overlay(None if complete else _raise_not_loaded)
        self._records: Overlay[str, SubjectRecord] = Overlay(None if complete else _raise_not_loaded)
        self._pending: Overlay[PendingKey, PendingAlert] = Overlay(None if complete else self._find_missing_pending)
        self._recent_sends: Overlay[str, tuple[datetime, ...]] = Overlay(None if complete else _raise_rule_not_loaded)
        self._recent_doubts: Overlay[str, Mapping[str, datetime]] = Overlay(
            None if complete else _raise_rule_not_loaded
        )
        self._sent.load(dict.fromkeys(keys, True))

    def load(
        self,
        keys: Iterable[str],
        *,
        records: Iterable[SubjectRecord],
        sent: Iterable[str],
        pending: Iterable[PendingAlert],
    ) -> None:
        """Add all that is stored of the subjects with these keys."""
        keys = tuple(keys)
        self._records.load({**dict.fromkeys(keys), **{record.key: record for record in records}})
        self._sent.load({**dict.fromkeys(keys, False), **dict.fromkeys(sent, True)})
        self._pending.load({_pending_key(alert): alert for alert in pending})

    def load_recent_sends(self, rules: Iterable[str], recent: Mapping[str, tuple[datetime, ...]]) -> None:
        """Add when these rules sent messages within the last hour. A rule that `recent` does not name sent none."""
        self._recent_sends.load({rule: recent.get(rule, ()) for rule in rules})

    def load_recent_doubts(self, rules: Iterable[str], recent: Mapping[str, Mapping[str, datetime]]) -> None:
        """Add the threads of these rules that had a message in doubt within DOUBTS_APART, and when the last one was."""
        self._recent_doubts.load({rule: recent.get(rule, {}) for rule in rules})

    def missing_keys(self, keys: Iterable[str]) -> set[str]:
        """Those of the keys that are still to be loaded."""
        return self._sent.missing(keys)

    def missing_rules(self, rules: Iterable[str]) -> set[str]:
        """Those of the rules of which it is still to be loaded when they sent messages."""
        return self._recent_sends.missing(rules)

    def missing_doubts(self, rules: Iterable[str]) -> set[str]:
        """Those of the rules of which the threads in doubt are still to be loaded."""
        return self._recent_doubts.missing(rules)

    def __contains__(self, key: str) -> bool:
        return bool(self._sent.get(key))

    def add_sent_key(self, key: str) -> None:
        """Remember that the subject with this key was sent, or would have been in shadow."""
        self._sent.put(key, value=True)

    def find_record(self, key: str, now: datetime) -> SubjectRecord | None:
        """The record of a subject. None if nothing happened to it for RECORD_RETENTION, unless it has a pending
        alert."""
        record = self._records.get(key)
        if (
            record is None
            or now - record.last_activity_at <= RECORD_RETENTION
            or any(self.find_pending(kind, key) is not None for kind in PendingKind)
        ):
            return record
        return None

    def put_record(self, record: SubjectRecord) -> None:
        """Add a record, or replace it."""
        self._records.put(record.key, record)

    @property
    def changed_records(self) -> list[SubjectRecord]:
        """The records that were changed here since they were loaded."""
        return [record for record in self._records.changes.values() if record is not None]

    def add_pending(self, alert: PendingAlert) -> None:
        """Remember an alert that is deferred."""
        self._pending.put(_pending_key(alert), alert)

    def find_pending(self, kind: PendingKind, key: str) -> PendingAlert | None:
        """The pending alert of this kind for a subject."""
        return self._pending.get((kind, key))

    def remove_pending(self, alert: PendingAlert) -> None:
        """Remember that this alert is no longer pending."""
        self._pending.remove(_pending_key(alert))

    @property
    def pending(self) -> list[PendingAlert]:
        """All pending alerts; of a ledger that is not complete, those that were loaded."""
        return self._pending.values()

    @property
    def pending_changes(self) -> Mapping[str, PendingAlert | None]:
        """What has become of pending alerts since they were loaded, by id. None: it is no longer pending."""
        return {pending_id(*key): alert for key, alert in self._pending.changes.items()}

    def record_send(self, rule: str, at: datetime) -> None:
        """Remember that a rule sent a message. Nobody asks when a rule sent something if that was not loaded."""
        if not self.missing_rules([rule]):
            self._recent_sends.put(rule, (*(self._recent_sends.get(rule) or ()), at))

    def find_recent_doubt(self, rule: str, thread: str, now: datetime) -> datetime | None:
        """When the last message in doubt went into a thread of a rule; None: not within DOUBTS_APART."""
        at = (self._recent_doubts.get(rule) or {}).get(thread)
        return None if at is None or abs(now - at) >= DOUBTS_APART else at

    def recent_sends(self, rule: str, now: datetime) -> tuple[datetime, ...]:
        """When a rule sent messages within the last hour."""
        return tuple([at for at in self._recent_sends.get(rule) or () if abs(now - at) < AN_HOUR])

    def record_alert(
        self, candidate: AlertCandidate, alert: Alert | None, now: datetime, *, is_immediate: bool = False
    ) -> None:
        """Remember that a candidate was sent by an alert, or by none (None) because its rule is in shadow."""
        record = self.find_record(candidate.key, now) or SubjectRecord(candidate.key, candidate.rule, now).after_match(
            candidate, now
        )
        in_doubt = alert is not None and alert.is_in_doubt
        thread = alert.thread or alert.id if alert else None
        self.put_record(record.after_send(candidate, now, thread, is_immediate=is_immediate, in_doubt=in_doubt))
        self.add_sent_key(candidate.key)
        if alert is not None and alert.is_in_doubt and alert.thread is not None:
            doubts = self._recent_doubts.get(candidate.rule) or {}
            self._recent_doubts.put(candidate.rule, {**doubts, alert.thread: now})

    def _find_missing_pending(self, key: PendingKey) -> None:
        """There is none if all that is stored of the subject was loaded; otherwise raises NotLoaded."""
        self._sent.get(key[1])


def _pending_key(alert: PendingAlert) -> PendingKey:
    return alert.kind, alert.candidate.key


def _raise_not_loaded(key: str) -> NoReturn:
    raise NotLoaded(f"the record of {key!r} was not loaded")


def _raise_rule_not_loaded(rule: str) -> NoReturn:
    raise NotLoaded(f"the recent messages of {rule} were not loaded")
