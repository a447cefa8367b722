"""What rules have heard and told of each subject, and what waits to be told. What is told once stays told.

A subject is what a rule tells at most once: an article, a story or an event, named by a key. Beside them, under keys of
their own, stands what rules in shadow would have told.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from typing import Any

from monitor.alerting.pending import pending_id
from monitor.errors import NotLoaded
from monitor.model import Alert, AlertCandidate, Level, PendingAlert, PendingKind

KEPT = timedelta(days=14)  # an account of which nothing was heard or told for so long is forgotten, but for its key
AN_HOUR = timedelta(hours=1)
_VOICES = 60  # names that an account keeps
_STORED_AS = {
    "updates": "update_count",
    "waited": "deferred_updates",
    "voices": "independent_publishers",
    "told_voices": "publishers_at_last_send",
    "marks": "wire_statuses",
}  # what earlier versions called it, who wrote the rows


@dataclass(frozen=True, slots=True)
class SubjectRecord:
    """What a rule has heard and told of one subject.

    heard_at        when something of it was heard last
    alert           the id of its first alert (None: it waits, or is in shadow)
    told_at         when it was told last (None: not yet); `first_at`: when first
    updates         how many were told; `waited`: those of them that were not told at once, as corrections are
    level           the highest that was told
    voices          who says it, `Hearing.voice`; `told_voices`: how many they were at the last telling
    facts           the greatest number of each kind that was told
    official, marks whether an official source was told of; which corrections were
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
        """When something of it was heard or told last: what waited may be told long after it was heard."""
        return self.last_match_at if self.last_sent_at is None else max(self.last_match_at, self.last_sent_at)

    def after_match(self, hearing: AlertCandidate, now: datetime) -> SubjectRecord:
        """The account after one more article."""
        voices = (
            self.independent_publishers
            if hearing.independent_publisher in self.independent_publishers
            else (*self.independent_publishers, hearing.independent_publisher)[:_VOICES]
        )
        return replace(self, last_match_at=now, independent_publishers=voices)

    def after_send(
        self, hearing: AlertCandidate, now: datetime, alert: str | None, *, at_once: bool = False
    ) -> SubjectRecord:
        """The account after a telling. `at_once`: it did not wait, and makes the next update wait no longer."""
        known = dict(self.facts)
        for kind, number in hearing.facts:
            known[kind] = max(number, known.get(kind, 0))
        return replace(
            self,
            first_alert=self.first_alert or alert,
            first_sent_at=self.first_sent_at or now,
            last_sent_at=now,
            update_count=self.update_count + (self.last_sent_at is not None),
            deferred_updates=self.deferred_updates + (self.last_sent_at is not None and not at_once),
            level=max(self.level, hearing.level, key=lambda level: level.rank) if self.last_sent_at else hearing.level,
            publishers_at_last_send=len(self.independent_publishers),
            facts=known,
            official=self.official or hearing.official,
            wire_statuses=tuple(
                dict.fromkeys((*self.wire_statuses, *([hearing.wire_status] if hearing.wire_status else [])))
            ),
        )

    def without_publishers(self, voices: Collection[str]) -> SubjectRecord:
        """The account as if these had said nothing. Voices stand in the order in which they came, so the first are
        those that were told."""
        told = [voice for voice in self.independent_publishers[: self.publishers_at_last_send] if voice not in voices]
        left = tuple(voice for voice in self.independent_publishers if voice not in voices)
        return replace(self, independent_publishers=left, publishers_at_last_send=len(told))

    def to_row(self) -> dict[str, Any]:
        """What it has heard and told as plain JSON; its key, rule, alert and times are columns of their own."""
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
        """What `to_row` gave."""
        known = {each.name for each in fields(cls)}
        named = ((_STORED_AS.get(name, name), value) for name, value in row.items())
        values = {name: value for name, value in named if name in known}
        values["level"] = Level(values.get("level", Level.INFO))
        for name in ("independent_publishers", "wire_statuses"):
            values[name] = tuple(values.get(name, ()))
        return cls(**columns, **values)


class NotificationLedger:
    """Accounts by key, what waits, when rules sent something in the last hour, and the keys of all that was ever told.

    Complete by itself: what it does not know has not happened. `complete=False`: it holds what was loaded, and whoever
    asks it for a key or a rule that was not loaded gets NotLoaded. A draft begins as the ledger that it was made from
    and leaves that unchanged until it is settled.
    """

    def __init__(
        self, keys: Iterable[str] = (), *, complete: bool = True, below: NotificationLedger | None = None
    ) -> None:
        self._below = below
        self._complete = complete
        self._loaded: set[str] = set()  # keys
        self._loaded_rules: set[str] = set()
        self._sent: set[str] = set(keys)
        self._accounts: dict[str, SubjectRecord] = {}
        self._changed: dict[str, SubjectRecord] = {}
        self._waiting: dict[str, PendingAlert | None] = {}  # None: it waits no more
        self._lately: dict[str, tuple[datetime, ...]] = {}

    def load(
        self,
        keys: Iterable[str],
        *,
        accounts: Iterable[SubjectRecord],
        sent: Iterable[str],
        waiting: Iterable[PendingAlert],
    ) -> None:
        """All that is stored of the subjects under these keys."""
        self._loaded.update(keys)
        self._accounts.update((each.key, each) for each in accounts)
        self._sent.update(sent)
        self._waiting.update((each.id, each) for each in waiting)

    def load_recent_sends(self, rules: Iterable[str], lately: Mapping[str, tuple[datetime, ...]]) -> None:
        """When these rules sent messages within the last hour; those that are missing in `lately` sent none."""
        self._loaded_rules.update(rules)
        self._lately.update(lately)

    def missing_keys(self, keys: Iterable[str]) -> set[str]:
        """Those of the keys that are still to be loaded."""
        return set() if self._complete else set(keys) - self._loaded

    def missing_rules(self, rules: Iterable[str]) -> set[str]:
        """Those of the rules that are still to be loaded."""
        return set() if self._complete else set(rules) - self._loaded_rules

    def __contains__(self, key: str) -> bool:
        return key in self._sent or (self._require(key) if self._below is None else key in self._below)

    def add_sent_key(self, key: str) -> None:
        """Remember that this was told, or would have been."""
        self._sent.add(key)

    def find_record(self, key: str, now: datetime) -> SubjectRecord | None:
        """What was heard and told of a subject in the last days (KEPT), or of one of which something waits."""
        found = self._account(key)
        if (
            found is None
            or now - found.last_activity_at <= KEPT
            or any(each.candidate.key == key for each in self.pending)
        ):
            return found
        return None

    def put_record(self, account: SubjectRecord) -> None:
        """Take over what an account is now."""
        self._accounts[account.key] = self._changed[account.key] = account

    @property
    def changed_records(self) -> list[SubjectRecord]:
        """The accounts that were changed here since they were loaded."""
        return list(self._changed.values())

    def add_pending(self, waiting: PendingAlert) -> None:
        """Remember what is told later."""
        self._waiting[waiting.id] = waiting

    def find_pending(self, kind: PendingKind, key: str) -> PendingAlert | None:
        """What waits of a subject as this kind."""
        id_ = pending_id(kind, key)
        if id_ in self._waiting:
            return self._waiting[id_]
        if self._below is None:
            self._require(key)
            return None
        return self._below.find_pending(kind, key)

    def remove_pending(self, id_: str) -> None:
        """It waits no more."""
        self._waiting[id_] = None

    @property
    def pending(self) -> list[PendingAlert]:
        """All that waits; of a ledger that is not complete, what was loaded."""
        return [each for each in self._all_waiting().values() if each is not None]

    def record_send(self, rule: str, at: datetime) -> None:
        """Remember that a rule sent a message."""
        self._lately[rule] = (*self._times(rule), at)

    def recent_sends(self, rule: str, now: datetime) -> tuple[datetime, ...]:
        """When a rule sent messages within the last hour."""
        if not self._knows_rule(rule):
            raise NotLoaded(f"when {rule} sent messages was not loaded")
        return tuple([each for each in self._times(rule) if abs(now - each) < AN_HOUR])

    def record_alert(
        self, hearing: AlertCandidate, alert: Alert | None, now: datetime, *, at_once: bool = False
    ) -> None:
        """Remember a telling of what was heard, by an alert, or by none as the rule is in shadow."""
        account = self.find_record(hearing.key, now) or SubjectRecord(hearing.key, hearing.rule, now).after_match(
            hearing, now
        )
        self.put_record(account.after_send(hearing, now, alert.thread or alert.id if alert else None, at_once=at_once))
        self.add_sent_key(hearing.key)

    def draft(self) -> NotificationLedger:
        """A ledger that begins as this one and leaves it unchanged."""
        return NotificationLedger(complete=self._complete, below=self)

    def commit_draft(self) -> NotificationLedger:
        """The draft taken over into the ledger that it began from."""
        below = self._below
        if below is None:
            return self
        for mine, its in (
            (self._accounts, below._accounts),  # noqa: SLF001 - another of the same class
            (self._changed, below._changed),  # noqa: SLF001
            (self._lately, below._lately),  # noqa: SLF001
        ):
            its.update(mine)  # type: ignore[arg-type]
        below._sent |= self._sent  # noqa: SLF001
        below._take_waiting(self._waiting)  # noqa: SLF001
        return below

    def _take_waiting(self, changed: Mapping[str, PendingAlert | None]) -> None:
        self._waiting.update(changed)
        if self._below is None:
            for id_ in [id_ for id_, each in changed.items() if each is None]:
                del self._waiting[id_]

    def _account(self, key: str) -> SubjectRecord | None:
        if key in self._accounts:
            return self._accounts[key]
        if self._below is not None:
            return self._below._account(key)  # noqa: SLF001 - another of the same class
        self._require(key)
        return None

    def _all_waiting(self) -> dict[str, PendingAlert | None]:
        below = {} if self._below is None else self._below._all_waiting()  # noqa: SLF001
        return {**below, **self._waiting}

    def _times(self, rule: str) -> tuple[datetime, ...]:
        if rule in self._lately:
            return self._lately[rule]
        return () if self._below is None else self._below._times(rule)  # noqa: SLF001

    def _knows_rule(self, rule: str) -> bool:
        known = self._complete or rule in self._loaded_rules
        return known if self._below is None else self._below._knows_rule(rule)  # noqa: SLF001

    def _require(self, key: str) -> bool:
        """Nothing is known of this key: False, if that says that nothing has happened."""
        if not self._complete and key not in self._loaded:
            raise NotLoaded(f"what was told of {key!r} was not loaded")
        return False
