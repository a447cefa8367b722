"""Rules and entities, as `config` reads them and `matching` compiles them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from monitor.model.file_positions import Place
from monitor.model.leaf_conditions import DayNamed, EntityNamed, ListNamed, NumberNamed, Pattern, Term, Words


class Level(StrEnum):
    """How much an alert matters."""

    INFO = "info"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """Its place among the levels, from 0."""
        return list(Level).index(self)


class RuleStatus(StrEnum):
    """Whether a rule runs. Shadow: it matches and is kept like a live one, and never tells anybody."""

    LIVE = "live"
    SHADOW = "shadow"
    OFF = "off"


class OncePer(StrEnum):
    """What a rule alerts at most once for."""

    ARTICLE = "article"
    STORY = "story"
    EVENT = "event"


class UpdateTrigger(StrEnum):
    """What makes a rule tell a story again, as an update."""

    NEW_FACT = "new fact"
    LEVEL_RISES = "level rises"
    OFFICIAL_SOURCE = "official source"
    CORRECTED = "retracted or corrected"
    MORE_PUBLISHERS = "more publishers"


class Field(StrEnum):
    """The parts of an article that words are looked for in; `LEAD` is the beginning of `TEXT`."""

    TITLE = "title"
    TEXT = "text"
    LEAD = "lead"
    AUTHOR = "author"
    TAGS = "tags"
    URL = "url"


class NewsIn(StrEnum):
    """How far what makes an article news may reach: the title alone; title and lead; title and text.

    `ABOUT`: the title; or the title and the text's first sentence, where the title alone meets no other live rule.
    """

    TITLE = "title"
    ABOUT = "about"
    LEAD = "lead"
    TEXT = "text"


class Unit(StrEnum):
    """What things that stand near each other stand together in."""

    SENTENCE = "sentence"
    PARAGRAPH = "paragraph"


# --- conditions -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class GroupNamed:
    """Holds where an entity of this kind and of this group is named that belongs to this one (`of`: its id). None: of
    any."""

    kind: str | None = None
    group: str | None = None
    of: str | None = None

    def includes(self, entity: Entity) -> bool:
        """Whether the entity is one of these."""
        in_group = self.group is None or self.group in entity.groups
        return in_group and self.kind in (None, entity.kind) and self.of in (None, entity.of)


@dataclass(frozen=True, slots=True)
class Reach:
    """Words that spoil what stands at most `words` words from them, in the same sentence."""

    words: int
    condition: Words | ListNamed


@dataclass(frozen=True, slots=True)
class Ignore:
    """Which occurrences do not count: those inside one of the words or lists, those with one `before` them or `after`
    them. A list brings its own `before` and `after`."""

    terms: tuple[Term, ...] = ()
    lists: tuple[str, ...] = ()
    before: Reach | None = None
    after: Reach | None = None


@dataclass(frozen=True, slots=True)
class Ignoring:
    """Holds where its condition (words, a list, an entity, a pattern) stands, and is not to be ignored there."""

    condition: Condition
    ignore: Ignore


@dataclass(frozen=True, slots=True)
class AllOf:
    """Holds where all of its conditions hold."""

    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Holds where one of its conditions holds."""

    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Holds where its condition holds nowhere in the article, wherever the evidence of others must stand."""

    condition: Condition


@dataclass(frozen=True, slots=True)
class Near:
    """Holds where one span of each condition stands together: in one `unit` (`words` is None), or with at most
    `words` words between the first and the last of them (two Han or kana characters count as a word).

    `in_order`: and each behind the one before it. `may_share_words`: a word may serve several of the conditions.
    """

    conditions: tuple[Condition, ...]
    words: int | None = None
    unit: Unit = Unit.SENTENCE
    in_order: bool = False
    may_share_words: bool = False


@dataclass(frozen=True, slots=True)
class In:
    """Holds where its condition holds within one field."""

    field: Field
    condition: Condition


@dataclass(frozen=True, slots=True)
class Times:
    """Holds where its condition stands at least so many times; overlapping places count once."""

    times: int
    condition: Condition


@dataclass(frozen=True, slots=True)
class Named:
    """Its condition, with the name by which reports call it."""

    name: str
    condition: Condition


Condition = (
    Words
    | ListNamed
    | EntityNamed
    | GroupNamed
    | Pattern
    | NumberNamed
    | DayNamed
    | Ignoring
    | AllOf
    | AnyOf
    | Not
    | Near
    | In
    | Times
    | Named
)


@dataclass(frozen=True, slots=True)
class Where:
    """Which articles a rule looks at: each key that is given must hold, and nothing of `excluded`.

    Languages are primary subtags. `unknown`: whether an article of which such a value is not known counts.
    """

    languages: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    publishers: tuple[str, ...] = ()
    unknown: bool = True
    excluded: Where | None = None


@dataclass(frozen=True, slots=True)
class LevelChange:
    """The level of a match for which the condition holds."""

    to: Level
    condition: Condition


@dataclass(frozen=True, slots=True)
class WordList:
    """Words that rules share. `before`, `after`: what spoils an occurrence that ignores this list; `more_before`,
    `more_after`: what was added to that. `lists`, `entities`: the ids of others that belong to it, with all of theirs.
    """

    id: str
    terms: tuple[Term, ...] = ()
    before: Reach | None = None
    after: Reach | None = None
    place: Place = Place("")
    lists: tuple[str, ...] = ()
    entities: tuple[str, ...] = ()
    more_before: tuple[Reach, ...] = ()
    more_after: tuple[Reach, ...] = ()


# --- rules ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AlertPolicy:
    """Whom a rule tells (names of routes; none: the default route), how often, and what is worth an update.

    again_if         what makes it tell the same story again
    more_publishers  so many more independent publishers (for `Again.MORE_PUBLISHERS`)
    cooldown         how long after a telling the first update comes at the earliest; each later one four times as long
                     after the one before (a correction or a higher level does not wait)
    wait_at_least    how long a new story waits, so that its first message says more
    most_an_hour     so many messages an hour, the rest in one digest; None: no cap
    event_lasts      how long one event goes on, where the rule knows; None: a day, less where its days tell
    by               names of conditions of the rule's `match`: where these find something else, it is another event
    lists_unsure     whether what it holds as the same although something is not known is listed in a daily digest
    """

    to: tuple[str, ...] = ()
    once_per: OncePer = OncePer.STORY
    again_if: frozenset[UpdateTrigger] = frozenset()
    more_publishers: int = 0
    cooldown: timedelta = timedelta(hours=1)
    wait_at_least: timedelta = timedelta(0)
    most_an_hour: int | None = None
    event_lasts: timedelta | None = None
    by: tuple[str, ...] = ()
    lists_unsure: bool = True


@dataclass(frozen=True, slots=True)
class RuleTest:
    """An example of the rule's author: an article that must (`fires`) or must not hit as news. `mentions`: of the
    latter, that it must hit as a mention."""

    fires: bool
    title: str
    text: str = ""
    language: str | None = None
    date: datetime | None = None
    source: str | None = None
    url: str | None = None
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    place: Place = Place("")
    mentions: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """What matters to somebody. `version` is a digest of what it says, entities and lists included; `max_age` None: no
    limit. `news_in`: how far evidence may reach to be news. `mention`: makes a mention of an article that does not meet
    `condition`. `full_text`: the pages of short articles in which one of its words stands are read too."""

    id: str
    title: str
    level: Level
    condition: Condition
    version: str
    status: RuleStatus = RuleStatus.LIVE
    unless: Condition | None = None
    max_age: timedelta | None = None
    alert: AlertPolicy = AlertPolicy()
    where: Where | None = None
    raises: tuple[LevelChange, ...] = ()
    lowers: tuple[LevelChange, ...] = ()
    news_in: NewsIn = NewsIn.LEAD
    title_has_some: bool = False
    mention_if: Condition | None = None
    mention: Condition | None = None
    full_text: bool = False
    owner: str | None = None
    why: str | None = None
    known_false_alarms: tuple[str, ...] = ()
    tests: tuple[RuleTest, ...] = ()
    place: Place = Place("")


@dataclass(frozen=True, slots=True)
class CountsIf:
    """When a name that is not enough alone counts; one of these is enough.

    `sure_seen`: a sure name stands in the article (`earlier`: before this one). `near`: such words stand that near;
    its one condition is of words, a list or an entity. `where`: the article is of these sources or languages.
    """

    sure_seen: bool = False
    earlier: bool = False
    near: Near | None = None
    where: Where | None = None


@dataclass(frozen=True, slots=True)
class Maybe:
    """Names that are not enough alone."""

    terms: tuple[Term, ...]
    counts_if: CountsIf


PLACE_KINDS = frozenset(("place", "country"))
"""Kinds of entities that are where something happens, and do nothing themselves."""


@dataclass(frozen=True, slots=True)
class Entity:
    """A person, place, organisation or weapon with the names that are enough to know it by (`sure`).

    `maybe`: names that count only with more. `never`: names of others that contain one of these. `titles`: of others;
    a maybe name beside one does not count. `groups`: what it belongs to. `lies_in`: of a place, the id of the entity
    that contains it, or the ISO code of its country or division (KP, KR-26). `of`: of what is no place, the id of the
    entity that it belongs to: its country, as a rule.
    """

    id: str
    kind: str
    name: str
    sure: tuple[Term, ...]
    maybe: Maybe | None = None
    never: tuple[Term, ...] = ()
    titles: tuple[Term, ...] = ()
    groups: tuple[str, ...] = ()
    tests: tuple[RuleTest, ...] = ()
    place: Place = Place("")
    lies_in: str | None = None
    of: str | None = None
