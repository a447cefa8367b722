"""Extracts the facts that distinguish happenings from an article: places, names, numbers, days. Pure.

Only title and lead are read: text further down is usually background. Each fact has its words from the article, so that
a message can show them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime
from typing import Any

from monitor.identity.known_names import NOBODY, KnownNames
from monitor.identity.names import NameMention, find_names
from monitor.places.find import PlaceMention, find_places
from monitor.places.gazetteer import get_place_level
from monitor.places.records import COUNTRY
from monitor.text.attribution import find_attributions
from monitor.text.days import days_named
from monitor.text.numbers import NumberFact, find_numbers

ENTITY = "entity:"  # before the id of an entity, in the key of a name


@dataclass(frozen=True, slots=True)
class PlaceFact:
    """A place. `place`: its id in the gazetteer, or the id of its entity if the gazetteer lacks it (`added_place_id`).
    `text`: the words in the article. `role`: "people" for a people or an adjective, "seat" for the seat of a
    government, "dateline" for where the reporter is, "speaker" in the words that name who says so, else ""."""

    place: str
    text: str
    in_title: bool
    role: str = ""


@dataclass(frozen=True, slots=True)
class NameFact:
    """A proper name.

    key         "entity:ID" for a known entity, else the folded spelling
    parts       the folded spelling of its words
    text        the words in the article
    is_certain  the language marks it as a name
    is_person   the entity is a person
    """

    key: str
    parts: frozenset[str]
    text: str
    in_title: bool
    is_certain: bool
    is_person: bool = False


@dataclass(frozen=True, slots=True)
class ArticleFacts:
    """The facts of title and lead, in the order of the text, without repetition. `days`: the days that they name, as
    bits (`monitor.text.days`)."""

    places: tuple[PlaceFact, ...] = ()
    names: tuple[NameFact, ...] = ()
    numbers: tuple[NumberFact, ...] = ()
    days: int = 0

    def to_row(self) -> dict[str, Any]:
        """As plain JSON."""
        return {
            "places": [astuple(place) for place in self.places],
            "names": [
                [name.key, sorted(name.parts), name.text, name.in_title, name.is_certain, name.is_person]
                for name in self.names
            ],
            "numbers": [astuple(number) for number in self.numbers],
            "days": self.days,
        }

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> ArticleFacts:
        """Restore what `to_row` returned."""
        return cls(
            places=tuple(PlaceFact(*fields) for fields in row["places"]),
            names=tuple(NameFact(key, frozenset(parts), *rest) for key, parts, *rest in row["names"]),
            numbers=tuple(NumberFact(*fields) for fields in row["numbers"]),
            days=row["days"],
        )


def facts_of(title: str, lead: str, language: str, written: datetime, known_names: KnownNames = NOBODY) -> ArticleFacts:
    """Extract the facts of title and lead. "Yesterday" is the day before `written`. `known_names`: of entities."""
    text, title_length = f"{title}\n{lead}", len(title)
    places, entity_mentions = find_places(text, language, known_names.places), list(known_names.find(text))
    taken_spans = [(mention.start, mention.end) for mention in places]
    taken_spans += [(mention.start, mention.end) for mention in entity_mentions]
    names = [
        (
            mention.start,
            NameFact(
                f"{ENTITY}{mention.entity}",
                frozenset(),
                text[mention.start : mention.end],
                mention.start < title_length,
                True,
                mention.is_person,
            ),
        )
        for mention in entity_mentions
    ]
    names += [
        (mention.start, _fact_from_mention(mention, text, title_length, known_names))
        for mention in find_names(title, lead, language, taken_spans)
    ]
    speaking = {position for start, end in find_attributions(title) for position in range(start, end)}
    return ArticleFacts(
        places=_dedupe_places(
            PlaceFact(
                mention.place,
                mention.text,
                mention.start < title_length,
                "speaker" if mention.start in speaking else "people" if _is_owner(mention, text) else mention.role,
            )
            for mention in places
        )[:_MAX_FACTS],
        names=_dedupe_names(_without_speakers(names, places, speaking, title_length)),
        numbers=find_numbers(title, lead, language)[:_MAX_FACTS],
        days=days_named(f"{title} {lead}", written),
    )


def _is_owner(mention: PlaceMention, text: str) -> bool:
    """Whether a country has something: "Japan's cabinet" says no more than "the Japanese cabinet"."""
    return get_place_level(mention.place) == COUNTRY and text[mention.end : mention.end + 2] in ("'s", "’s")


def _without_speakers(
    names: Sequence[tuple[int, NameFact]], places: Sequence[PlaceMention], speaking: set[int], title_length: int
) -> list[NameFact]:
    """The names without that of an office that only says so. It stays if the rest of the title names nobody and no
    place: then it is news that somebody says it. So do persons. `names`: each with its start."""
    facts = [fact for _, fact in names]
    named = {fact.key for start, fact in names if start < title_length and start not in speaking and fact.is_certain}
    says_where = any(place.start < title_length and place.start not in speaking for place in places)
    if not (named or says_where):
        return facts
    speakers = {fact.key for start, fact in names if start in speaking and _may_be_office(fact)} - named
    return [fact for fact in facts if fact.key not in speakers]


def _may_be_office(fact: NameFact) -> bool:
    """Whether it is an entity and no person, or an acronym. Any other name may be a town: "Oakham police"."""
    return fact.text.isupper() or (fact.key.startswith(ENTITY) and not fact.is_person)


def _fact_from_mention(mention: NameMention, text: str, title_length: int, known_names: KnownNames) -> NameFact:
    entity, in_title = known_names.entity_of(mention, text), mention.start < title_length
    if entity is None:
        return NameFact(mention.key, frozenset(mention.parts), mention.text, in_title, mention.is_certain)
    # The name is sufficient alone, also where a capital marks nothing.
    return NameFact(
        f"{ENTITY}{entity}", frozenset(mention.parts), mention.text, in_title, True, known_names.is_person(entity)
    )


def _dedupe_places(facts: Iterable[PlaceFact]) -> tuple[PlaceFact, ...]:
    """The first mention of each place; mentions in the title come first."""
    by_place: dict[str, PlaceFact] = {}
    for fact in facts:
        by_place.setdefault(fact.place, fact)
    return tuple(by_place.values())


_MAX_FACTS = 30
"""The limit for the names, places or numbers of an article. Of 3,000 reports, half have two names at most, one in a
hundred has 12, and none has more than 19. The hundredth name in a list of players or ships identifies nothing, and
every name is compared with the names of many articles."""


def _dedupe_names(facts: Iterable[NameFact]) -> tuple[NameFact, ...]:
    """The first certain mention of each name, else the first mention. Above the limit, names of entities come first."""
    by_key: dict[str, NameFact] = {}
    for fact in facts:
        if fact.key not in by_key or (fact.is_certain and not by_key[fact.key].is_certain):
            by_key[fact.key] = fact
    names = list(by_key.values())
    if len(names) > _MAX_FACTS:
        names.sort(key=lambda fact: not fact.key.startswith(ENTITY))
    return tuple(names[:_MAX_FACTS])
