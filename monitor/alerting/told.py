"""What rules have heard and told of each subject, and what waits to be told. What is told once stays told.

A subject is what a rule tells at most once: an article, a story or an event, named by a key. Beside them, under keys of
their own, stands what rules in shadow would have told.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from monitor.model import Alert, Hearing, Level, Waiting

KEPT = timedelta(days=14)  # an account of which nothing was heard or told for so long is forgotten, but for its key
AN_HOUR = timedelta(hours=1)
_CLEARING = timedelta(hours=1)
_Value = TypeVar("_Value")
_VOICES = 60  # names that an account keeps


@dataclass(frozen=True, slots=True)
class Account:
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
    heard_at: datetime
    alert: str | None = None
    first_at: datetime | None = None
    told_at: datetime | None = None
    updates: int = 0
    waited: int = 0
    level: Level = Level.INFO
    voices: tuple[str, ...] = ()
    told_voices: int = 0
    facts: Mapping[str, int] = field(default_factory=dict)
    official: bool = False
    marks: tuple[str, ...] = ()

    @property
    def last(self) -> datetime:
        """When something of it was heard or told last: what waited may be told long after it was heard."""
        return self.heard_at if self.told_at is None else max(self.heard_at, self.told_at)

    def heard(self, hearing: Hearing, now: datetime) -> Account:
        """The account after one more article."""
        voices = self.voices if hearing.voice in self.voices else (*self.voices, hearing.voice)[:_VOICES]
        return replace(self, heard_at=now, voices=voices)

    def told(self, hearing: Hearing, now: datetime, alert: str | None, *, at_once: bool = False) -> Account:
        """The account after a telling. `at_once`: it did not wait, and makes the next update wait no longer."""
        known = dict(self.facts)
        for kind, number in hearing.facts:
            known[kind] = max(number, known.get(kind, 0))
        return replace(
            self,
            alert=self.alert or alert,
            first_at=self.first_at or now,
            told_at=now,
            updates=self.updates + (self.told_at is not None),
            waited=self.waited + (self.told_at is not None and not at_once),
            level=max(self.level, hearing.level, key=lambda level: level.rank) if self.told_at else hearing.level,
            told_voices=len(self.voices),
            facts=known,
            official=self.official or hearing.official,
            marks=tuple(dict.fromkeys((*self.marks, *([hearing.mark] if hearing.mark else [])))),
        )

    def to_row(self) -> dict[str, Any]:
        """What it has heard and told as plain JSON; its key, rule, alert and times are columns of their own."""
        return {
            "updates": self.updates,
            "waited": self.waited,
            "level": self.level.value,
            "voices": list(self.voices),
            "told_voices": self.told_voices,
            "facts": dict(self.facts),
            "official": self.official,
            "marks": list(self.marks),
        }

    @classmethod
    def of_row(cls, row: Mapping[str, Any], **columns: Any) -> Account:  # noqa: ANN401 - the columns of the table
        """What `to_row` gave."""
        known = {each.name for each in fields(cls)}
        values = {name: value for name, value in row.items() if name in known}
        values["level"] = Level(values.get("level", Level.INFO))
        for name in ("voices", "marks"):
            values[name] = tuple(values.get(name, ()))
        return cls(**columns, **values)


class Told:
    """Accounts by key, what waits by id, when rules told something in the last hour, and the keys of all that was ever
    told. A draft begins as the state that it was made from and leaves it unchanged until it is settled."""

    def __init__(self, keys: Iterable[str] = (), layers: _Layers | None = None) -> None:
        self._layers = layers or _Layers()
        self._layers.keys.update(dict.fromkeys(keys))

    def __contains__(self, key: str) -> bool:
        return key in self._layers.keys

    def __len__(self) -> int:
        return len(self._layers.keys)

    def add(self, key: str) -> None:
        """Remember that this was told, or would have been."""
        self._layers.keys[key] = None

    def account(self, key: str) -> Account | None:
        """What was heard and told of a subject in the last days."""
        return self._layers.accounts.get(key)

    def keep(self, account: Account) -> None:
        """Take over what an account is now."""
        self._layers.accounts[account.key] = account

    @property
    def changed(self) -> list[Account]:
        """The accounts that this draft has changed."""
        return list(self._layers.accounts.maps[0].values())

    def wait(self, waiting: Waiting) -> None:
        """Remember what is told later."""
        self._layers.waiting[waiting.id] = waiting

    def waits(self, id_: str) -> Waiting | None:
        """What waits under this id."""
        return self._layers.waiting.get(id_)

    def drop(self, id_: str) -> None:
        """It waits no more."""
        self._layers.waiting[id_] = None

    @property
    def waiting(self) -> list[Waiting]:
        """All that waits."""
        return [each for each in self._layers.waiting.values() if each is not None]

    @property
    def awaited(self) -> set[str]:
        """The subjects of which something waits: their accounts say what it is, however old they are."""
        return self._layers.awaited

    def told(self, rule: str, at: datetime) -> None:
        """Remember that a rule sent a message."""
        self._layers.lately[rule] = (*self.lately(rule, at), at)

    def recent(self, tellings: Mapping[str, tuple[datetime, ...]]) -> None:
        """When rules sent messages within the last hour, as the database has it."""
        self._layers.lately.clear()
        self._layers.lately.update(tellings)

    def lately(self, rule: str, now: datetime) -> tuple[datetime, ...]:
        """When a rule sent messages within the last hour."""
        return tuple(each for each in self._layers.lately.get(rule, ()) if abs(now - each) < AN_HOUR)

    def tells(self, hearing: Hearing, alert: Alert | None, now: datetime, *, at_once: bool = False) -> None:
        """Remember a telling of what was heard, by an alert, or by none as the rule is in shadow."""
        account = self.account(hearing.key) or Account(hearing.key, hearing.rule, now).heard(hearing, now)
        self.keep(account.told(hearing, now, alert.thread or alert.id if alert else None, at_once=at_once))
        self.add(hearing.key)

    def draft(self) -> Told:
        """A state that begins as this one and leaves it unchanged."""
        return Told(layers=self._layers.above())

    def settled(self, now: datetime) -> Told:
        """The draft taken over into the state that it began from; once an hour what is too old is forgotten."""
        return Told(layers=self._layers.taken_over(now))


@dataclass(slots=True)
class _Layers:
    """What is known, in layers: a draft writes into the topmost. What is None waits no more."""

    keys: ChainMap[str, None] = field(default_factory=ChainMap)
    accounts: ChainMap[str, Account] = field(default_factory=ChainMap)
    waiting: ChainMap[str, Waiting | None] = field(default_factory=ChainMap)
    lately: ChainMap[str, tuple[datetime, ...]] = field(default_factory=ChainMap)
    cleared: datetime | None = None

    def above(self) -> _Layers:
        return _Layers(
            self.keys.new_child(),
            self.accounts.new_child(),
            self.waiting.new_child(),
            self.lately.new_child(),
            self.cleared,
        )

    def taken_over(self, now: datetime) -> _Layers:
        if len(self.keys.maps) == 1:
            return self
        below = _Layers(
            _merged(self.keys), _merged(self.accounts), _merged(self.waiting), _merged(self.lately), self.cleared
        )
        if len(below.keys.maps) == 1 and (self.cleared is None or abs(now - self.cleared) >= _CLEARING):
            below.clear(now)
        return below

    @property
    def awaited(self) -> set[str]:
        return {each.hearing.key for each in self.waiting.values() if each is not None}

    def clear(self, now: datetime) -> None:
        self.cleared = now
        awaited = self.awaited
        for key in [key for key, each in self.accounts.items() if now - each.last > KEPT and key not in awaited]:
            del self.accounts[key]
        for id_ in [id_ for id_, waiting in self.waiting.items() if waiting is None]:
            del self.waiting[id_]
        for rule in [rule for rule, times in self.lately.items() if all(now - each >= AN_HOUR for each in times)]:
            del self.lately[rule]


def _merged(layers: ChainMap[str, _Value]) -> ChainMap[str, _Value]:
    below = layers.parents
    below.update(layers.maps[0])
    return below
