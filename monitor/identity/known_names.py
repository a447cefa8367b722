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
        self._kinds = {entity.id: entity.kind for entity in entities if entity.kind not in PLACE_KINDS}
        by_text: dict[str, str] = {}  # names in scripts without spaces, or with particles attached to words
        self._by_key: dict[str, str] = {}
        self._maybe_by_key: defaultdict[str, list[_MaybeName]] = defaultdict(list)
        for entity in entities:
            if entity.id not in self._kinds:
                continue
            for term in entity.sure:
                if _CJK.match(term.text) and "*" not in term.text:
                    by_text[replace_surrogates(term.text)] = entity.id
                elif "*" not in term.text:
                    self._by_key[_to_key(term)] = entity.id
            if entity.kind == "organisation":
                self._add_maybe_names(entity)
        self._entities = tuple(by_text.values())
        # One pass over a text finds all names, however many there are.
        self._search = AhoCorasick(
            by_text, matchkind=MatchKind.LeftmostLongest, implementation=Implementation.ContiguousNFA
        )

    def find(self, text: str) -> Iterator[tuple[str, int, int]]:
        """Find the names that a text has in scripts without capitals: the id of each entity, and the span."""
        if self._entities:
            for number, start, end in self._search.find_matches_as_indexes(replace_surrogates(text)):
                yield self._entities[number], start, end

    def _add_maybe_names(self, entity: Entity) -> None:
        near = entity.maybe.counts_if.near if entity.maybe else None
        words = [each for each in near.conditions if isinstance(each, Words)] if near else []
        if entity.maybe is None or not words:
            return
        beside = _compile_terms(term for each in words for term in each.terms)
        other = re.compile(rf"{_compile_terms(entity.titles).pattern}\W*$") if entity.titles else None
        for term in entity.maybe.terms:
            if not _CJK.match(term.text):
                self._maybe_by_key[_to_key(term)].append(_MaybeName(entity.id, beside, other))

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
        return self._kinds[entity] == "person"


def _to_key(term: Term) -> str:
    return "".join(name_parts(term.text, term.language.split("-")[0]))


def _compile_terms(terms: Iterable[Term]) -> re.Pattern[str]:
    words = (re.escape(term.text).replace(r"\*", r"\w*") for term in terms)
    return re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)")


NOBODY = KnownNames(())
