"""Finds the names of known persons, organisations and things, in every spelling of the entity: 이재명, 李在明 and Lee
Jae Myung are one. Pure.

Only names that are sufficient alone count. Names that need other words next to them are for rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from monitor.model import PLACE_KINDS, Entity
from monitor.stories.known_places import added_place_names
from monitor.stories.names import NameMention, name_parts
from monitor.text.record import replace_surrogates
from monitor.text.scripts import APART, UNSPACED

_CJK = re.compile(f"[{APART}{UNSPACED}]")


@dataclass(frozen=True, slots=True)
class EntityMention:
    """A known name in a text: the id of the entity, whether it is a person, and the span."""

    entity: str
    is_person: bool
    start: int
    end: int


class KnownNames:
    """The names of entities. `places`: the names of places that the gazetteer lacks."""

    def __init__(self, entities: Iterable[Entity]) -> None:
        entities = tuple(entities)
        self.places = added_place_names(entities)
        self._named_entities = {entity.id: entity for entity in entities if entity.kind not in PLACE_KINDS}
        self._by_text: dict[str, str] = {}  # names in scripts without spaces, or with particles attached to words
        self._by_key: dict[str, str] = {}
        for entity in self._named_entities.values():
            for term in entity.sure:
                if "*" in term.text:
                    continue
                if _CJK.match(term.text):
                    self._by_text[term.text] = entity.id
                else:
                    self._by_key["".join(name_parts(term.text, term.language.split("-")[0]))] = entity.id
        # One pass over a text finds all names, however many there are.
        self._search_texts = tuple(map(replace_surrogates, self._by_text))
        self._search_entities = tuple(self._by_text.values())
        self._search = AhoCorasick(
            self._search_texts, matchkind=MatchKind.LeftmostLongest, implementation=Implementation.ContiguousNFA
        )

    def find(self, text: str) -> Iterator[EntityMention]:
        """Find the names that a text has in scripts without capitals."""
        for number, start, end in (
            self._search.find_matches_as_indexes(replace_surrogates(text)) if self._search_texts else ()
        ):
            entity = self._search_entities[number]
            yield EntityMention(entity, self.is_person(entity), start, end)

    def entity_of(self, mention: NameMention) -> str | None:
        """The entity with this name, by its spelling; None if there is none."""
        return self._by_key.get(mention.key)

    def is_person(self, entity: str) -> bool:
        """Whether an entity is a person."""
        return self._named_entities[entity].kind == "person"


NOBODY = KnownNames(())
