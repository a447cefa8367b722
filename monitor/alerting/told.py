"""What rules have heard and told of each subject, and what waits to be told. What is told once stays told.

A subject is what a rule tells at most once: an article, a story or an event, named by a key. Beside them, under keys of
their own, stands what rules in shadow would have told.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from struct import Struct
from typing import Any

from monitor.alerting.shelves import Kept, Keys
from monitor.model import Alert, Hearing, Level, Waiting
from monitor.model.moments import of_number, to_number

KEPT = timedelta(days=14)  # an account of which nothing was heard or told for so long is forgotten, but for its key
AN_HOUR = timedelta(hours=1)
_CLEARING = timedelta(hours=1)
_VOICES = 60  # names that an account keeps
_TIMES = Struct("<qqq")
_NEVER = -1 << 63  # no moment
_to_text = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


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

    def without(self, voices: Collection[str]) -> Account:
        """The account as if these had said nothing. Voices stand in the order in which they came, so the first are
        those that were told."""
        told = [voice for voice in self.voices[: self.told_voices] if voice not in voices]
        left = tuple(voice for voice in self.voices if voice not in voices)
        return replace(self, voices=left, told_voices=len(told))

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

    def __init__(self, keys: Iterable[str] = (), layers: tuple[_Draft | _Settled, ...] | None = None) -> None:
        self._layers = layers or (_Settled(),)  # a draft's own first, what is settled last
        for key in keys:
            self.add(key)

    def __contains__(self, key: str) -> bool:
        return any(key in layer.keys for layer in self._layers)

    def __len__(self) -> int:
        *drafts, settled = self._layers
        drafted = {key for draft in drafts if isinstance(draft, _Draft) for key in draft.keys}
        return len(settled.keys) + sum(key not in settled.keys for key in drafted)

    def add(self, key: str) -> None:
        """Remember that this was told, or would have been."""
        self._layers[0].keys.add(key)

    def account(self, key: str) -> Account | None:
        """What was heard and told of a subject in the last days."""
        return next((found for layer in self._layers if (found := layer.account(key)) is not None), None)

    def keep(self, account: Account) -> None:
        """Take over what an account is now."""
        self._layers[0].keep(account)

    @property
    def changed(self) -> list[Account]:
        """The accounts that this draft has changed."""
        own = self._layers[0]
        return list(own.accounts.values()) if isinstance(own, _Draft) else []

    def wait(self, waiting: Waiting) -> None:
        """Remember what is told later."""
        self._layers[0].waiting[waiting.id] = waiting

    def waits(self, id_: str) -> Waiting | None:
        """What waits under this id."""
        return next((layer.waiting[id_] for layer in self._layers if id_ in layer.waiting), None)

    def drop(self, id_: str) -> None:
        """It waits no more."""
        self._layers[0].waiting[id_] = None

    @property
    def waiting(self) -> list[Waiting]:
        """All that waits."""
        every: dict[str, Waiting | None] = {}
        for layer in reversed(self._layers):
            every.update(layer.waiting)
        return [each for each in every.values() if each is not None]

    @property
    def awaited(self) -> set[str]:
        """The subjects of which something waits: their accounts say what it is, however old they are."""
        return {each.hearing.key for each in self.waiting}

    def told(self, rule: str, at: datetime) -> None:
        """Remember that a rule sent a message."""
        self._layers[0].lately[rule] = (*self.lately(rule, at), at)

    def recent(self, tellings: Mapping[str, tuple[datetime, ...]]) -> None:
        """When rules sent messages within the last hour, as the database has it."""
        self._layers[0].lately = dict(tellings)

    def lately(self, rule: str, now: datetime) -> tuple[datetime, ...]:
        """When a rule sent messages within the last hour."""
        times = next((layer.lately[rule] for layer in self._layers if rule in layer.lately), ())
        return tuple([each for each in times if abs(now - each) < AN_HOUR])

    def tells(self, hearing: Hearing, alert: Alert | None, now: datetime, *, at_once: bool = False) -> None:
        """Remember a telling of what was heard, by an alert, or by none as the rule is in shadow."""
        account = self.account(hearing.key) or Account(hearing.key, hearing.rule, now).heard(hearing, now)
        self.keep(account.told(hearing, now, alert.thread or alert.id if alert else None, at_once=at_once))
        self.add(hearing.key)

    def draft(self) -> Told:
        """A state that begins as this one and leaves it unchanged."""
        return Told(layers=(_Draft(), *self._layers))

    def settled(self, now: datetime) -> Told:
        """The draft taken over into the state that it began from; once an hour what is too old is forgotten."""
        own, *others = self._layers
        if not isinstance(own, _Draft):
            return self
        below = Told(layers=tuple(others))
        for account in own.accounts.values():
            below.keep(account)
        for key in own.keys:
            below.add(key)
        others[0].waiting.update(own.waiting)
        others[0].lately.update(own.lately)
        if isinstance(others[0], _Settled) and others[0].clears(now):
            others[0].clear(now, below.awaited)
        return below


class _Draft:
    """What a draft has changed. What is None waits no more."""

    def __init__(self) -> None:
        self.keys: set[str] = set()
        self.accounts: dict[str, Account] = {}
        self.waiting: dict[str, Waiting | None] = {}
        self.lately: dict[str, tuple[datetime, ...]] = {}

    def account(self, key: str) -> Account | None:
        return self.accounts.get(key)

    def keep(self, account: Account) -> None:
        self.accounts[account.key] = account


class _Settled:
    """What is settled, of hundreds of thousands of subjects: their accounts are packed."""

    def __init__(self) -> None:
        self.keys = Keys()
        self.waiting: dict[str, Waiting | None] = {}
        self.lately: dict[str, tuple[datetime, ...]] = {}
        self._rows = Kept()
        self._cleared: datetime | None = None

    def account(self, key: str) -> Account | None:
        row = self._rows.get(key)
        return None if row is None else _account(key, row)

    def keep(self, account: Account) -> None:
        self._rows.put(account.key, _packed(account), to_number(account.last))

    def clears(self, now: datetime) -> bool:
        """Whether it is time to forget what is too old."""
        return self._cleared is None or abs(now - self._cleared) >= _CLEARING

    def clear(self, now: datetime, awaited: Collection[str]) -> None:
        """Forget it, but for the accounts of what waits."""
        self._cleared = now
        self._rows.forget(to_number(now - KEPT), awaited, _last)
        self.waiting = {id_: each for id_, each in self.waiting.items() if each is not None}
        lately = self.lately.items()
        self.lately = {rule: times for rule, times in lately if any(now - each < AN_HOUR for each in times)}


def _packed(account: Account) -> bytes:
    """All but the key, in a fifth of the memory that the account takes."""
    moments = (account.heard_at, account.first_at, account.told_at)
    said = (
        account.rule, account.alert, account.updates, account.waited, account.level, account.voices,
        account.told_voices, account.facts, account.official, account.marks,
    )  # fmt: skip
    times = _TIMES.pack(*(_NEVER if each is None else to_number(each) for each in moments))
    return times + _to_text(said).encode("utf-8", "surrogatepass")


def _account(key: str, row: bytes) -> Account:
    """What `_packed` was given."""
    heard, *others = _TIMES.unpack_from(row)
    first, told = (None if each == _NEVER else of_number(each) for each in others)
    said = json.loads(row[_TIMES.size :].decode("utf-8", "surrogatepass"))
    rule, alert, updates, waited, level, voices, told_voices, facts, official, marks = said
    return Account(
        key, rule, of_number(heard), alert, first, told, updates, waited, Level(level), tuple(voices), told_voices,
        facts, official, tuple(marks),
    )  # fmt: skip


def _last(row: bytes) -> int:
    """`Account.last` of what is packed."""
    heard, _, told = _TIMES.unpack_from(row)
    last: int = max(heard, told)
    return last
