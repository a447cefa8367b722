"""What the conditions that a rule's `by` names found in an article, as values by which two articles are compared.

All places in title and lead count, not only those that met the rule. Of the members of a `near`, only the places near
the other members count. An entity is one value, whatever its name and language; a term is one value in all of its
forms. A word keeps its language, because a word of another language may be the same word (`stories.by` compares them).
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
    """Return `entity:taiwan`."""
    return f"entity:{entity}"


def word_value(language: str, text: str) -> str:
    """Return `word:en:sea of japan`: folded text, with the primary subtag of its language, which may be "any"."""
    return f"word:{language.partition('-')[0].lower()}:{text}"


@dataclass(frozen=True, slots=True)
class ValueFinder(ABC):
    """Finds something, and says which values each place has."""

    finder: Finder

    @abstractmethod
    def values(self, hit: Hit, doc_hits: DocumentHits) -> Iterable[str]:
        """Return the values of a place that the finder found."""


@dataclass(frozen=True, slots=True)
class EntityValues(ValueFinder):
    """An entity, under any of its names."""

    entity: str

    def values(self, hit: Hit, doc_hits: DocumentHits) -> Iterable[str]:
        del hit, doc_hits
        return (entity_value(self.entity),)


@dataclass(frozen=True, slots=True)
class TermValues(ValueFinder):
    """Terms: the values of a term, by its text."""

    by_text: Mapping[str, Collection[str]]

    def values(self, hit: Hit, doc_hits: DocumentHits) -> Iterable[str]:
        del doc_hits
        return self.by_text[hit[2]]


@dataclass(frozen=True, slots=True)
class PatternValues(ValueFinder):
    """A user's pattern: the text that it matched, without blanks (KN-23 and KN23 are the same)."""

    def values(self, hit: Hit, doc_hits: DocumentHits) -> Iterable[str]:
        return (word_value("any", doc_hits.document.joined[hit[0] : hit[1]].replace(" ", "")),)


@dataclass(frozen=True, slots=True)
class NestedValues(ValueFinder):
    """Something inside a place, as a member of a near that is itself a member of another near."""

    inner: ValueFinder

    def values(self, hit: Hit, doc_hits: DocumentHits) -> Iterable[str]:
        for inner_hit in self.inner.finder.hits(doc_hits):
            if hit[0] <= inner_hit[0] and inner_hit[1] <= hit[1]:
                yield from self.inner.values(inner_hit, doc_hits)


def values_of_terms(terms: Iterable[Term]) -> dict[str, frozenset[str]]:
    """Return the values of each term, by its text. Where several languages write the same word, the term has the values
    of all of them, because an article's word is found as any of them."""
    terms = tuple(terms)
    words = {text: _normalize_term(text) for text in {term.text for term in terms}}
    languages: dict[str, set[str]] = {}
    for term in terms:
        languages.setdefault(words[term.text], set()).add(term.language)
    return {text: frozenset(word_value(language, word) for language in languages[word]) for text, word in words.items()}


def _normalize_term(text: str) -> str:
    """A term in the form in which it is compared: `釜山`, `sea of japan`."""
    return " ".join("".join(token if is_unspaced(token) else f" {token} " for token in folded_tokens(text)).split())


@dataclass(frozen=True, slots=True)
class NamedLeaf:
    """A leaf of the conditions that `by` names; it says which places count.

    finders  what finds the values, each under the name that it is for
    near     the near of which the leaf is a member, and its index there
    """

    leaf: LeafNode
    finders: tuple[tuple[str, ValueFinder], ...]
    near: tuple[NearNode, int] | None = None

    def add_values(self, values: Mapping[str, set[str]], doc_hits: DocumentHits) -> None:
        """Add the values of the places in title and lead to those of each name."""
        is_counted = self._build_place_test(doc_hits)
        for name, finder in self.finders:
            known = values[name]
            for hit in finder.finder.hits(doc_hits):
                new = [value for value in finder.values(hit, doc_hits) if value not in known]
                if new and is_counted(hit):
                    known.update(new)

    def _build_place_test(self, doc_hits: DocumentHits) -> Callable[[Hit], bool]:
        limit = doc_hits.document.lead_end
        if self.near is not None:
            near, member = self.near
            return near.member_proximity_test(doc_hits, limit, member)
        return set(self.leaf.hits(doc_hits, limit)).__contains__


def values_by_name(
    names: Iterable[str], leaves: Sequence[NamedLeaf], doc_hits: DocumentHits
) -> dict[str, frozenset[str]]:
    """Return the values of each name; none where nothing of it occurs in title and lead."""
    values: dict[str, set[str]] = {name: set() for name in names}
    for leaf in leaves:
        leaf.add_values(values, doc_hits)
    return {name: frozenset(found) for name, found in values.items()}
