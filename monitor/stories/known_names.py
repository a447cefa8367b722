"""The names of known persons, organisations and things, in every spelling that an entity has: 이재명, 李在明 and Lee
Jae Myung are one. Pure.

Only names that are enough alone count; what an entity is called beside other words is for rules.
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
    """A name that is known: the entity's id, whether that is a person, and where the text says it."""

    entity: str
    is_person: bool
    start: int
    end: int


class KnownNames:
    """The names of entities. `places`: those of places that the gazetteer lacks."""

    def __init__(self, entities: Iterable[Entity]) -> None:
        entities = tuple(entities)
        self.places = added_place_names(entities)
        self._actors = {entity.id: entity for entity in entities if entity.kind not in PLACE_KINDS}
        self._by_text: dict[str, str] = {}  # of scripts that put no spaces between words, or write particles to them
        self._by_key: dict[str, str] = {}
        for entity in self._actors.values():
            for term in entity.sure:
                if "*" in term.text:
                    continue
                if _CJK.match(term.text):
                    self._by_text[term.text] = entity.id
                else:
                    self._by_key["".join(name_parts(term.text, term.language.split("-")[0]))] = entity.id
        # One pass over a text finds them, however many there are.
        self._texts = tuple(map(replace_surrogates, self._by_text))
        self._entities = tuple(self._by_text.values())
        self._search = AhoCorasick(
            self._texts, matchkind=MatchKind.LeftmostLongest, implementation=Implementation.ContiguousNFA
        )

    def find(self, text: str) -> Iterator[EntityMention]:
        """Those that a text says in scripts without capitals."""
        for number, start, end in self._search.find_matches_as_indexes(replace_surrogates(text)) if self._texts else ():
            entity = self._entities[number]
            yield EntityMention(entity, self.is_person(entity), start, end)

    def entity_of(self, mention: NameMention) -> str | None:
        """Whose name it is, by its spelling."""
        return self._by_key.get(mention.key)

    def is_person(self, entity: str) -> bool:
        """Whether an entity is a person."""
        return self._actors[entity].kind == "person"


NOBODY = KnownNames(())
