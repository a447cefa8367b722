"""What an article says that tells one happening from another: places, names, numbers, days. Pure.

Only title and lead are read: what stands deeper in a text is background as a rule. Each fact keeps the words that say
it, so that a message can show them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from monitor.places import find_places
from monitor.stories.happenings import find_happening_kinds
from monitor.stories.known_names import NOBODY, KnownNames
from monitor.stories.names import NameMention, find_names
from monitor.text.days import days_named
from monitor.text.numbers import NumberFact, find_numbers

ENTITY = "entity:"  # before the id of an entity, in the key of a name


@dataclass(frozen=True, slots=True)
class PlaceFact:
    """A place by its id (`places`; one that the gazetteer lacks has that of its entity, `places.added_id`); `role`:
    "people" for a people or an adjective, "seat" for where a government sits."""

    place: str
    text: str
    in_title: bool
    role: str = ""


@dataclass(frozen=True, slots=True)
class NameFact:
    """A proper name. `key`: "entity:ID" of a known entity, else its spelling, folded; `parts`: the same of its words;
    `sure`: it is marked as a name; `person`: the entity is a person."""

    key: str
    parts: tuple[str, ...]
    text: str
    in_title: bool
    is_certain: bool
    is_person: bool = False


@dataclass(frozen=True, slots=True)
class ArticleFacts:
    """The facts of title and lead, in the order of the text, each once. `days`: as bits (`days`),
    `title_days`: those that the title names."""

    places: tuple[PlaceFact, ...] = ()
    names: tuple[NameFact, ...] = ()
    numbers: tuple[NumberFact, ...] = ()
    days: int = 0
    title_days: int = 0
    happenings: tuple[str, ...] = ()

    def to_row(self) -> dict[str, Any]:
        """As plain JSON."""
        return {
            "places": [[each.place, each.text, each.in_title, each.role] for each in self.places],
            "names": [
                [each.key, list(each.parts), each.text, each.in_title, each.is_certain, each.is_person]
                for each in self.names
            ],
            "numbers": [
                [each.value, each.kind, each.unit, each.text, each.start, each.end, each.may_grow]
                for each in self.numbers
            ],
            "days": self.days,
            "title_days": self.title_days,
            "happenings": list(self.happenings),
        }

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> ArticleFacts:
        """What `to_row` gave."""
        return cls(
            places=tuple(PlaceFact(*each) for each in row["places"]),
            names=tuple(NameFact(key, tuple(parts), *rest) for key, parts, *rest in row["names"]),
            numbers=tuple(NumberFact(*each) for each in row["numbers"]),
            days=row["days"],
            title_days=row["title_days"],
            happenings=tuple(row["happenings"]),
        )


def facts_of(title: str, lead: str, language: str, written: datetime, known_names: KnownNames = NOBODY) -> ArticleFacts:
    """What title and lead say; `known_names`: of entities."""
    text, border = f"{title}\n{lead}", len(title)
    places, known = find_places(text, language, known_names.places), list(known_names.find(text))
    taken = [(each.start, each.end) for each in places] + [(each.start, each.end) for each in known]
    names = [
        NameFact(f"{ENTITY}{each.entity}", (), text[each.start : each.end], each.start < border, True, each.is_person)
        for each in known
    ]
    names += [_fact_from_mention(each, border, known_names) for each in find_names(title, lead, language, taken)]
    return ArticleFacts(
        places=_dedupe_places(PlaceFact(each.place, each.text, each.start < border, each.role) for each in places)[
            :_MOST
        ],
        names=_dedupe_names(names),
        numbers=find_numbers(title, lead, language)[:_MOST],
        days=days_named(f"{title} {lead}", written),
        title_days=days_named(title, written),
        happenings=tuple(sorted(find_happening_kinds(title, language) or find_happening_kinds(lead, language))),
    )


def _fact_from_mention(mention: NameMention, border: int, known: KnownNames) -> NameFact:
    entity = known.entity_of(mention)
    key = mention.key if entity is None else f"{ENTITY}{entity}"
    person = entity is not None and known.is_person(entity)
    return NameFact(key, mention.parts, mention.text, mention.start < border, mention.is_certain, person)


def _dedupe_places(facts: Iterable[PlaceFact]) -> tuple[PlaceFact, ...]:
    """The first of each: those of the title come first."""
    found: dict[str, PlaceFact] = {}
    for each in facts:
        found.setdefault(each.place, each)
    return tuple(found.values())


_MOST = 30
"""Names, places or numbers of an article. Of 3,000 reports half have two names at most, one in a hundred has 12, none
more than 19. A list of players or ships tells nothing by its hundredth name, and each is compared with those of many
articles."""


def _dedupe_names(facts: Iterable[NameFact]) -> tuple[NameFact, ...]:
    """The first of each that is sure, or else the first; not too many, those of entities before others."""
    found: dict[str, NameFact] = {}
    for each in facts:
        if each.key not in found or (each.is_certain and not found[each.key].is_certain):
            found[each.key] = each
    names = list(found.values())
    if len(names) > _MOST:
        names.sort(key=lambda each: not each.key.startswith(ENTITY))
    return tuple(names[:_MOST])
