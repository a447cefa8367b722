"""The ledger: for each rule and subject, what was reported, what was sent and when, and what is pending. What is sent
once stays sent.

A subject is what a rule sends as new at most once: an article, a story or an event, named by a key. Under keys of their
own, the ledger also has what rules in shadow would have sent.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from typing import Any

from monitor.alerting.pending import pending_id
from monitor.errors import NotLoaded
from monitor.model import Alert, AlertCandidate, Level, PendingAlert, PendingKind

RECORD_RETENTION = timedelta(days=14)  # after so long without activity a record is forgotten, but for its key
AN_HOUR = timedelta(hours=1)
_MAX_PUBLISHERS = 60  # that a record keeps
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

    def after_send(
        self, candidate: AlertCandidate, now: datetime, alert: str | None, *, is_immediate: bool = False
    ) -> SubjectRecord:
        """The record after a message was sent. `is_immediate`: the message did not wait for the cooldown, and does not
        lengthen that of the next update."""
        known = dict(self.facts)
        for kind, number in candidate.facts:
            known[kind] = max(number, known.get(kind, 0))
        return replace(
            self,
            first_alert=self.first_alert or alert,
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


class NotificationLedger:
    """Subject records by key, pending alerts, when rules sent something within the last hour, and the keys of all
    subjects that were ever sent.

    Complete by itself: what it does not hold has not happened. With `complete=False` it holds what was loaded, and
    raises NotLoaded if asked for a key or a rule that was not loaded. A draft (`base`: the ledger that it is made from)
    begins as that ledger and leaves it unchanged until `commit_draft`.
    """

    def __init__(
        self, keys: Iterable[str] = (), *, complete: bool = True, base: NotificationLedger | None = None
    ) -> None:
        self._base = base
        self._complete = complete
        self._loaded_keys: set[str] = set()
        self._loaded_rules: set[str] = set()
        self._sent: set[str] = set(keys)
        self._records: dict[str, SubjectRecord] = {}
        self._changed: dict[str, SubjectRecord] = {}
        self._pending: dict[str, PendingAlert | None] = {}  # None: no longer pending
        self._recent_sends: dict[str, tuple[datetime, ...]] = {}

    def load(
        self,
        keys: Iterable[str],
        *,
        records: Iterable[SubjectRecord],
        sent: Iterable[str],
        pending: Iterable[PendingAlert],
    ) -> None:
        """Add all that is stored of the subjects with these keys."""
        self._loaded_keys.update(keys)
        self._records.update((record.key, record) for record in records)
        self._sent.update(sent)
        self._pending.update((alert.id, alert) for alert in pending)

    def load_recent_sends(self, rules: Iterable[str], recent: Mapping[str, tuple[datetime, ...]]) -> None:
        """Add when these rules sent messages within the last hour. A rule that `recent` does not name sent none."""
        self._loaded_rules.update(rules)
        self._recent_sends.update(recent)

    def missing_keys(self, keys: Iterable[str]) -> set[str]:
        """Those of the keys that are still to be loaded."""
        return set() if self._complete else set(keys) - self._loaded_keys

    def missing_rules(self, rules: Iterable[str]) -> set[str]:
        """Those of the rules that are still to be loaded."""
        return set() if self._complete else set(rules) - self._loaded_rules

    def __contains__(self, key: str) -> bool:
        return key in self._sent or (self._check_loaded(key) if self._base is None else key in self._base)

    def add_sent_key(self, key: str) -> None:
        """Remember that the subject with this key was sent, or would have been in shadow."""
        self._sent.add(key)

    def find_record(self, key: str, now: datetime) -> SubjectRecord | None:
        """The record of a subject. None if nothing happened to it for RECORD_RETENTION, unless it has a pending
        alert."""
        record = self._look_up_record(key)
        if (
            record is None
            or now - record.last_activity_at <= RECORD_RETENTION
            or any(alert.candidate.key == key for alert in self.pending)
        ):
            return record
        return None

    def put_record(self, record: SubjectRecord) -> None:
        """Add a record, or replace it."""
        self._records[record.key] = self._changed[record.key] = record

    @property
    def changed_records(self) -> list[SubjectRecord]:
        """The records that were changed here since they were loaded."""
        return list(self._changed.values())

    def add_pending(self, alert: PendingAlert) -> None:
        """Remember an alert that is deferred."""
        self._pending[alert.id] = alert

    def find_pending(self, kind: PendingKind, key: str) -> PendingAlert | None:
        """The pending alert of this kind for a subject."""
        id_ = pending_id(kind, key)
        if id_ in self._pending:
            return self._pending[id_]
        if self._base is None:
            self._check_loaded(key)
            return None
        return self._base.find_pending(kind, key)

    def remove_pending(self, id_: str) -> None:
        """Remember that this alert is no longer pending."""
        self._pending[id_] = None

    @property
    def pending(self) -> list[PendingAlert]:
        """All pending alerts; of a ledger that is not complete, those that were loaded."""
        return [alert for alert in self._collect_pending().values() if alert is not None]

    def record_send(self, rule: str, at: datetime) -> None:
        """Remember that a rule sent a message."""
        self._recent_sends[rule] = (*self._list_sends(rule), at)

    def recent_sends(self, rule: str, now: datetime) -> tuple[datetime, ...]:
        """When a rule sent messages within the last hour."""
        if not self._has_loaded_rule(rule):
            raise NotLoaded(f"the recent messages of {rule} were not loaded")
        return tuple([sent_at for sent_at in self._list_sends(rule) if abs(now - sent_at) < AN_HOUR])

    def record_alert(
        self, candidate: AlertCandidate, alert: Alert | None, now: datetime, *, is_immediate: bool = False
    ) -> None:
        """Remember that a candidate was sent by an alert, or by none (None) because its rule is in shadow."""
        record = self.find_record(candidate.key, now) or SubjectRecord(candidate.key, candidate.rule, now).after_match(
            candidate, now
        )
        self.put_record(
            record.after_send(candidate, now, alert.thread or alert.id if alert else None, is_immediate=is_immediate)
        )
        self.add_sent_key(candidate.key)

    def draft(self) -> NotificationLedger:
        """A ledger that begins as this one and leaves it unchanged."""
        return NotificationLedger(complete=self._complete, base=self)

    def commit_draft(self) -> NotificationLedger:
        """Write the draft into the ledger that it was made from, and return that ledger."""
        base = self._base
        if base is None:
            return self
        for drafted, own in (
            (self._records, base._records),  # noqa: SLF001 - another of the same class
            (self._changed, base._changed),  # noqa: SLF001
            (self._recent_sends, base._recent_sends),  # noqa: SLF001
        ):
            own.update(drafted)  # type: ignore[arg-type]
        base._sent |= self._sent  # noqa: SLF001
        base._merge_pending(self._pending)  # noqa: SLF001
        return base

    def _merge_pending(self, changed: Mapping[str, PendingAlert | None]) -> None:
        self._pending.update(changed)
        if self._base is None:
            for id_ in [id_ for id_, alert in changed.items() if alert is None]:
                del self._pending[id_]

    def _look_up_record(self, key: str) -> SubjectRecord | None:
        if key in self._records:
            return self._records[key]
        if self._base is not None:
            return self._base._look_up_record(key)  # noqa: SLF001 - another of the same class
        self._check_loaded(key)
        return None

    def _collect_pending(self) -> dict[str, PendingAlert | None]:
        base = {} if self._base is None else self._base._collect_pending()  # noqa: SLF001
        return {**base, **self._pending}

    def _list_sends(self, rule: str) -> tuple[datetime, ...]:
        if rule in self._recent_sends:
            return self._recent_sends[rule]
        return () if self._base is None else self._base._list_sends(rule)  # noqa: SLF001

    def _has_loaded_rule(self, rule: str) -> bool:
        known = self._complete or rule in self._loaded_rules
        return known if self._base is None else self._base._has_loaded_rule(rule)  # noqa: SLF001

    def _check_loaded(self, key: str) -> bool:
        """Called when nothing is held of this key. False if that means that nothing happened; otherwise raises
        NotLoaded."""
        if not self._complete and key not in self._loaded_keys:
            raise NotLoaded(f"the record of {key!r} was not loaded")
        return False
