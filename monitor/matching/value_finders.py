"""What the conditions that a rule's `by` names found in an article, as values by which two articles are compared.

All places in title and lead count, not only those that met the rule; of what stands in a `near`, those that are near
what it asks for. An entity is one value, whatever it is called and in whatever language; a term is one, in all of its
forms. A word keeps its language, for one of another language may be the same word (`stories.by` compares them).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from monitor.matching.document_hits import DocumentHits, Hit
from monitor.matching.finders import Finder
from monitor.matching.nodes import LeafNode, NearNode
from monitor.model import Term
from monitor.text.folding import folded_tokens
from monitor.text.scripts import is_unspaced


def entity_value(entity: str) -> str:
    """`entity:taiwan`."""
    return f"entity:{entity}"


def word_value(language: str, text: str) -> str:
    """`word:en:sea of japan`: folded text, with the primary subtag of its language, which may be "any"."""
    return f"word:{language.partition('-')[0].lower()}:{text}"


@dataclass(frozen=True, slots=True)
class ValueFinder(ABC):
    """Finds something, and says which values each of its places has."""

    finder: Finder

    @abstractmethod
    def values(self, hit: Hit, found: DocumentHits) -> Iterable[str]:
        """Those of a place that the finder gave."""


@dataclass(frozen=True, slots=True)
class EntityValues(ValueFinder):
    """An entity, by any of its names."""

    entity: str

    def values(self, hit: Hit, found: DocumentHits) -> Iterable[str]:
        del hit, found
        return (entity_value(self.entity),)


@dataclass(frozen=True, slots=True)
class TermValues(ValueFinder):
    """Terms: the values of each, by the number of its text."""

    by_text: Mapping[int, Collection[str]]

    def values(self, hit: Hit, found: DocumentHits) -> Iterable[str]:
        del found
        return self.by_text[hit[2]]


@dataclass(frozen=True, slots=True)
class PatternValues(ValueFinder):
    """A pattern of the user's: what it matched, without blanks (KN-23 and KN23 are the same)."""

    def values(self, hit: Hit, found: DocumentHits) -> Iterable[str]:
        return (word_value("any", found.document.joined[hit[0] : hit[1]].replace(" ", "")),)


@dataclass(frozen=True, slots=True)
class NestedValues(ValueFinder):
    """Something that stands inside a place, as a member of a near that is one of another near."""

    inner: ValueFinder

    def values(self, hit: Hit, found: DocumentHits) -> Iterable[str]:
        for each in self.inner.finder.hits(found):
            if hit[0] <= each[0] and each[1] <= hit[1]:
                yield from self.inner.values(each, found)


def values_of_terms(numbered: Iterable[tuple[int, Term]]) -> dict[int, frozenset[str]]:
    """Of each term, given with the number of its text, its values: where several languages write the same word, those
    of all of them, because an article's word is found as any of them."""
    texts = {number: (_normalize_term(term), term.language) for number, term in numbered}
    languages: dict[str, set[str]] = {}
    for text, language in texts.values():
        languages.setdefault(text, set()).add(language)
    return {
        number: frozenset(word_value(language, text) for language in languages[text])
        for number, (text, _) in texts.items()
    }


def _normalize_term(term: Term) -> str:
    """A term as it is compared: `釜山`, `sea of japan`."""
    return " ".join("".join(each if is_unspaced(each) else f" {each} " for each in folded_tokens(term.text)).split())


@dataclass(frozen=True, slots=True)
class NamedLeaf:
    """A leaf of conditions that `by` names. It says which places count; `finders`: what finds the values, each under
    the name that it is for. `near`: of which near it is a member, and its number there."""

    leaf: LeafNode
    finders: tuple[tuple[str, ValueFinder], ...]
    near: tuple[NearNode, int] | None = None

    def add_values(self, values: Mapping[str, set[str]], found: DocumentHits) -> None:
        """To those of each name the values of the places in title and lead."""
        counts = self._counts(found)
        for name, finder in self.finders:
            known = values[name]
            for hit in finder.finder.hits(found):
                new = [value for value in finder.values(hit, found) if value not in known]
                if new and counts(hit):
                    known.update(new)

    def _counts(self, found: DocumentHits) -> Callable[[Hit], bool]:
        limit = found.document.lead_end
        if self.near is not None:
            near, number = self.near
            return near.member_proximity_test(found, limit, number)
        return set(self.leaf.hits(found, limit)).__contains__


def values_by_name(names: Iterable[str], leaves: Sequence[NamedLeaf], found: DocumentHits) -> dict[str, frozenset[str]]:
    """The values of each name; none where nothing of it stands in title and lead."""
    values: dict[str, set[str]] = {name: set() for name in names}
    for leaf in leaves:
        leaf.add_values(values, found)
    return {name: frozenset(each) for name, each in values.items()}
