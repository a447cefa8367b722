"""Finds the names of known persons, organisations and things, in every spelling of the entity: 이재명, 李在明 and Lee
Jae Myung are one. Pure.

Names that are sufficient alone count, and those of organisations that need other words near them: JCS, beside Korea.
A surname that needs other words is for rules only: too many people bear it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from monitor.identity.known_places import added_place_names
from monitor.identity.names import NameMention, name_parts
from monitor.model import PLACE_KINDS, Entity, Term
from monitor.model.leaf_conditions import Words
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


@dataclass(frozen=True, slots=True)
class _MaybeName:
    """A name that counts where `near` matches in the text, and `other` not before it."""

    entity: str
    near: re.Pattern[str]
    other: re.Pattern[str] | None


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
        self._maybe_by_key: defaultdict[str, list[_MaybeName]] = defaultdict(list)
        for entity in self._named_entities.values():
            self._add_maybe_names(entity)
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

    def _add_maybe_names(self, entity: Entity) -> None:
        if entity.kind != "organisation" or entity.maybe is None or entity.maybe.counts_if.near is None:
            return
        words = [each for each in entity.maybe.counts_if.near.conditions if isinstance(each, Words)]
        if not words:
            return
        near = _compile_terms(term for each in words for term in each.terms)
        other = re.compile(rf"{_compile_terms(entity.titles).pattern}\W*$") if entity.titles else None
        for term in entity.maybe.terms:
            if not _CJK.match(term.text):
                key = "".join(name_parts(term.text, term.language.split("-")[0]))
                self._maybe_by_key[key].append(_MaybeName(entity.id, near, other))

    def entity_of(self, mention: NameMention, text: str) -> str | None:
        """The entity with this name, by its spelling and by what `text` has near it; None if there is none, or more
        than one."""
        if mention.key in self._by_key:
            return self._by_key[mention.key]
        before = text[: mention.start]
        found = {
            name.entity
            for name in self._maybe_by_key.get(mention.key, ())
            if name.near.search(text) and not (name.other and name.other.search(before))
        }
        return found.pop() if len(found) == 1 else None

    def is_person(self, entity: str) -> bool:
        """Whether an entity is a person."""
        return self._named_entities[entity].kind == "person"


def _compile_terms(terms: Iterable[Term]) -> re.Pattern[str]:
    words = (re.escape(term.text).replace(r"\*", r"\w*") for term in terms)
    return re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)")


NOBODY = KnownNames(())
