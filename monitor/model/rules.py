"""Rules and entities, as `config` reads them and `matching` compiles them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from monitor.model.places import Place


class Level(StrEnum):
    """How much an alert matters."""

    INFO = "info"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class RuleStatus(StrEnum):
    """Whether a rule runs."""

    LIVE = "live"
    OFF = "off"


class OncePer(StrEnum):
    """What a rule alerts at most once for."""

    ARTICLE = "article"
    STORY = "story"


class Field(StrEnum):
    """The parts of an article that words are looked for in."""

    TITLE = "title"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Term:
    """A word or phrase as the rule's author wrote it (`*` at an end of a word opens it); `language` may be "any"."""

    text: str
    language: str = "any"


@dataclass(frozen=True, slots=True)
class Words:
    """Holds where one of its terms stands."""

    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class EntityNamed:
    """Holds where a sure name of the entity stands."""

    entity: str


@dataclass(frozen=True, slots=True)
class AllOf:
    """Holds where all of its conditions hold."""

    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Holds where one of its conditions holds."""

    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Near:
    """Holds where one span of each condition stands together: in one sentence (`words` is None), or with at most
    `words` words between the first and the last of them (two Han or kana characters count as a word)."""

    conditions: tuple[Condition, ...]
    words: int | None = None


@dataclass(frozen=True, slots=True)
class In:
    """Holds where its condition holds within one field."""

    field: Field
    condition: Condition


Condition = Words | EntityNamed | AllOf | AnyOf | Near | In


@dataclass(frozen=True, slots=True)
class AlertPolicy:
    """Whom a rule tells (names of routes; none: the default route), and how often."""

    to: tuple[str, ...] = ()
    once_per: OncePer = OncePer.STORY


@dataclass(frozen=True, slots=True)
class RuleTest:
    """An example of the rule's author: an article that must (`fires`) or must not hit as news."""

    fires: bool
    title: str
    text: str = ""
    language: str | None = None
    date: datetime | None = None
    source: str | None = None
    url: str | None = None
    place: Place = Place("")


@dataclass(frozen=True, slots=True)
class Rule:
    """What matters to somebody. `version` is a digest of what it says, entities included; `max_age` None: no limit."""

    id: str
    title: str
    level: Level
    condition: Condition
    version: str
    status: RuleStatus = RuleStatus.LIVE
    unless: Condition | None = None
    max_age: timedelta | None = None
    alert: AlertPolicy = AlertPolicy()
    tests: tuple[RuleTest, ...] = ()
    place: Place = Place("")


@dataclass(frozen=True, slots=True)
class Entity:
    """A person, place, organisation or weapon with the names that are enough to know it by."""

    id: str
    kind: str
    name: str
    sure: tuple[Term, ...]
    tests: tuple[RuleTest, ...] = ()
    place: Place = Place("")
