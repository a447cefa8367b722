"""Extracts the facts that distinguish happenings from an article: places, names, numbers, days. Pure.

Only title and lead are read: text further down is usually background. Each fact has its words from the article, so that
a message can show them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from monitor.identity.known_names import NOBODY, KnownNames
from monitor.identity.names import find_names
from monitor.places.find import PlaceMention, find_places
from monitor.places.gazetteer import get_place_level
from monitor.places.records import COUNTRY
from monitor.text.attribution import find_attributions
from monitor.text.days import days_named
from monitor.text.numbers import NumberFact, find_numbers

ENTITY = "entity:"  # before the id of an entity, in the key of a name
_MAX_FACTS = 30
"""The limit for the names, places or numbers of an article. Of 3,000 reports, half have two names at most, one in a
hundred has 12, and none has more than 19. The hundredth name in a list of players or ships identifies nothing, and
every name is compared with the names of many articles."""


class PlaceFact(NamedTuple):
    """A place. `place`: its id in the gazetteer, or the id of its entity if the gazetteer lacks it (`added_place_id`).
    `text`: the words in the article. `role`: "people" for a people or an adjective, "seat" for the seat of a
    government, "dateline" for where the reporter is, "speaker" in the words that name who says so, else ""."""

    place: str
    text: str
    in_title: bool
    role: str = ""


class NameFact(NamedTuple):
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


def facts_of(title: str, lead: str, language: str, written: datetime, known_names: KnownNames = NOBODY) -> ArticleFacts:
    """Extract the facts of title and lead. "Yesterday" is the day before `written`. `known_names`: of entities."""
    text, title_length = f"{title}\n{lead}", len(title)
    mentions, entities = find_places(text, language, known_names.places), list(known_names.find(text))
    speaking = {position for start, end in find_attributions(title) for position in range(start, end)}
    places: dict[str, PlaceFact] = {}
    for each in mentions:
        role = "speaker" if each.start in speaking else "people" if _is_owner(each, text) else each.role
        places.setdefault(each.place, PlaceFact(each.place, each.text, each.start < title_length, role))
    names = []
    for entity, start, end in entities:
        is_person = known_names.is_person(entity)
        fact = NameFact(f"{ENTITY}{entity}", frozenset(), text[start:end], start < title_length, True, is_person)
        names.append((start, fact))
    taken = [(each.start, each.end) for each in mentions] + [(start, end) for _, start, end in entities]
    for mention in find_names(title, lead, language, taken):
        known = known_names.entity_of(mention, text)  # its name is sufficient, also where a capital marks nothing
        key, is_person = (f"{ENTITY}{known}", known_names.is_person(known)) if known else (mention.key, False)
        is_certain, in_title = known is not None or mention.is_certain, mention.start < title_length
        fact = NameFact(key, frozenset(mention.parts), mention.text, in_title, is_certain, is_person)
        names.append((mention.start, fact))
    return ArticleFacts(
        places=tuple(places.values())[:_MAX_FACTS],
        names=_dedupe_names(_without_speakers(names, mentions, speaking, title_length)),
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


def do_names_agree(a: NameFact, b: NameFact) -> bool:
    """Whether two mentions may mean one name: of one entity, or a surname and the full name."""
    if not (a.is_certain or b.is_certain):
        return False
    if a.key == b.key or not (a.parts and b.parts) or (a.key.startswith(ENTITY) and b.key.startswith(ENTITY)):
        return a.key == b.key
    return a.parts <= b.parts or b.parts <= a.parts


def _dedupe_names(facts: Sequence[NameFact]) -> tuple[NameFact, ...]:
    """The first mention of each name. It is certain if a mention in the report is ("Lee arrives" above "President Lee
    Jae Myung"). Above the limit, names of entities come first."""
    certain = [fact for fact in facts if fact.is_certain]
    by_key: dict[str, NameFact] = {}
    for fact in facts:
        if fact.key not in by_key:
            is_person = any(each.is_person for each in certain if each.key == fact.key)
            is_certain = any(do_names_agree(each, fact) for each in certain)
            by_key[fact.key] = fact._replace(is_certain=is_certain, is_person=is_person)
    names = list(by_key.values())
    if len(names) > _MAX_FACTS:
        names.sort(key=lambda fact: not fact.key.startswith(ENTITY))
    return tuple(names[:_MAX_FACTS])
