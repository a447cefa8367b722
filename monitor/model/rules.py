"""Rules, entities and word lists, as `config` reads them and `matching` compiles them."""

from __future__ import annotations

from collections.abc import Iterable
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
        """Its position among the levels, from 0."""
        return list(Level).index(self)


class RuleStatus(StrEnum):
    """Whether a rule runs. Shadow: it matches, and its matches are kept like those of a live rule, but it never sends
    anything."""

    LIVE = "live"
    SHADOW = "shadow"
    OFF = "off"


class OncePer(StrEnum):
    """What a rule sends as new at most once."""

    ARTICLE = "article"
    STORY = "story"
    EVENT = "event"


class UpdateTrigger(StrEnum):
    """What makes a rule send an update."""

    NEW_FACT = "new fact"
    LEVEL_RISES = "level rises"
    OFFICIAL_SOURCE = "official source"
    CORRECTED = "retracted or corrected"
    MORE_PUBLISHERS = "more publishers"


class Field(StrEnum):
    """The parts of an article in which words are looked for. `LEAD` is the beginning of `TEXT`."""

    TITLE = "title"
    TEXT = "text"
    LEAD = "lead"
    AUTHOR = "author"
    TAGS = "tags"
    URL = "url"


class NewsIn(StrEnum):
    """How far the evidence that makes an article news may reach: the title alone; title and lead; title and text.

    `ABOUT`: the title, or the title and the text's first sentence if the title alone meets no other live rule.
    """

    TITLE = "title"
    ABOUT = "about"
    LEAD = "lead"
    TEXT = "text"


class Unit(StrEnum):
    """The part of a text in which things that are near each other must be together."""

    SENTENCE = "sentence"
    PARAGRAPH = "paragraph"


# --- conditions -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class GroupNamed:
    """Holds if the article names an entity of this kind, of this group, and that belongs to this entity (`of`: its id).
    None: any."""

    kind: str | None = None
    group: str | None = None
    of: str | None = None

    def includes(self, entity: Entity) -> bool:
        """Whether the entity is one of these."""
        in_group = self.group is None or self.group in entity.groups
        return in_group and self.kind in (None, entity.kind) and self.of in (None, entity.of)


@dataclass(frozen=True, slots=True)
class Reach:
    """Words that make an occurrence not count if it is at most `words` words from them, in the same sentence."""

    words: int
    condition: Words | ListNamed


@dataclass(frozen=True, slots=True)
class Ignore:
    """Which occurrences do not count: those inside one of the terms or lists, those with one `before` them or `after`
    them. A list brings its own `before` and `after`."""

    terms: tuple[Term, ...] = ()
    lists: tuple[str, ...] = ()
    before: Reach | None = None
    after: Reach | None = None


@dataclass(frozen=True, slots=True)
class Ignoring:
    """Holds if its condition (words, a list, an entity, a pattern) occurs where it is not to be ignored."""

    condition: Condition
    ignore: Ignore


@dataclass(frozen=True, slots=True)
class AllOf:
    """Holds if all of its conditions hold."""

    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Holds if one of its conditions holds."""

    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Holds if its condition holds nowhere in the article, wherever the evidence of other conditions must be."""

    condition: Condition


@dataclass(frozen=True, slots=True)
class Near:
    """Holds if one span of each condition is near the others: in one `unit` (`words` is None), or with at most `words`
    words between the first and the last of them (two Han or kana characters count as a word).

    `in_order`: each must also come after the one before it. `may_share_words`: a word may serve several of the
    conditions.
    """

    conditions: tuple[Condition, ...]
    words: int | None = None
    unit: Unit = Unit.SENTENCE
    in_order: bool = False
    may_share_words: bool = False


@dataclass(frozen=True, slots=True)
class In:
    """Holds if its condition holds within one field."""

    field: Field
    condition: Condition


@dataclass(frozen=True, slots=True)
class Times:
    """Holds if its condition occurs at least so many times. Occurrences that overlap count once."""

    times: int
    condition: Condition


@dataclass(frozen=True, slots=True)
class Named:
    """Its condition, with the name that reports use for it."""

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
    """Which articles a rule looks at: each key that is set must hold, and nothing of `excluded`.

    Languages are primary subtags. `unknown`: whether an article counts if such a value of it is not known.
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
    """Words that rules share. `before`, `after`: what makes an occurrence not count for a condition that ignores this
    list; `more_before`, `more_after`: additions to these. `lists`, `entities`: the ids of other lists and of entities
    whose words belong to this list too."""

    id: str
    terms: tuple[Term, ...] = ()
    before: Reach | None = None
    after: Reach | None = None
    place: Place = Place("")
    lists: tuple[str, ...] = ()
    entities: tuple[str, ...] = ()
    more_before: tuple[Reach, ...] = ()
    more_after: tuple[Reach, ...] = ()
    title: str = ""


# --- rules ------------------------------------------------------------------------------------------------------


BASELINE_AGE = timedelta(hours=12)  # for rules without a max_age: what is in a source's past is not news
MAX_COOLDOWN = timedelta(days=7)
EVENT_OPEN_FOR = timedelta(days=14)
"""An event that nobody reports for longer than this is closed."""


@dataclass(frozen=True, slots=True)
class AlertPolicy:
    """To whom a rule sends (names of routes; none: the default route), how often, and what is worth an update.

    again_if         what makes it send an update
    more_publishers  how many more independent publishers there must be (for `UpdateTrigger.MORE_PUBLISHERS`)
    cooldown         how long after a message the first update may be sent at the earliest; each later one waits four
                     times as long as the one before (a correction or a higher level does not wait)
    wait_at_least    how long the first message about a new story is deferred, so that it says more
    most_an_hour     how many messages it sends within an hour; the rest is sent in one digest (None: no limit)
    event_lasts      how long one event goes on, if the rule says so; None: a day, or less if its dates show that
    by               names of conditions of the rule's `match`: if these find something else, it is another event
    lists_unsure     whether the daily digest lists what is suppressed as the same although something is not known
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
    """An example by the rule's author: an article that must (`fires`) or must not be news. `mentions`: of one that must
    not be news, that it must be a mention."""

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
    """What matters to somebody.

    `version`: a digest of what the rule says, with its entities and lists. `max_age` None: no limit. `news_in`: how far
    evidence may reach to be news. `mention`: makes a mention of an article that does not meet `condition`. `full_text`:
    the page of a short article is read too, if one of the rule's words is in the article.
    """

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

    @property
    def depends_on_other_rules(self) -> bool:
        """Whether other rules may decide how an article meets it: its title may be about one of them."""
        return self.news_in is NewsIn.ABOUT


def select_running_rules(rules: Iterable[Rule]) -> list[Rule]:
    """Return the rules that run: all that are not off."""
    return [rule for rule in rules if rule.status is not RuleStatus.OFF]


@dataclass(frozen=True, slots=True)
class CountsIf:
    """When a name that is not enough alone counts. One of these is enough.

    `sure_seen`: the article has a sure name (`earlier`: before this one). `near`: such words are that near; its one
    condition is of words, a list or an entity. `where`: the article is from these sources or in these languages.
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
"""Kinds of entities in which something happens, and that do nothing themselves."""


@dataclass(frozen=True, slots=True)
class Entity:
    """A person, place, organisation or weapon, with the names by which it is surely recognised (`sure`).

    `maybe`: names that count only with more. `never`: names of others that contain one of its names. `titles`: titles
    of others; a maybe name next to one does not count. `groups`: what it belongs to. `lies_in`: of a place, the id of
    the entity that contains it, or the ISO code of its country or division (KP, KR-26). `of`: of all but places, the id
    of the entity that it belongs to, usually its country.
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
