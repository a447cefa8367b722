"""A rule's conditions, compiled, and what evidence of them stands in a document.

Every node answers with the hits that make it hold, or None. There is no automaton and no index here: it sees the hits
that were found and decides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from monitor.matching.document import Document
from monitor.model import Field


@dataclass(frozen=True, slots=True, order=True)
class Hit:
    """A term stands at the document's tokens from `first` up to `end`. `term` is its number in the compiled set."""

    first: int
    end: int
    term: int


Hits = tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """The hits in a document, by term, and how far into it one may look (`limit`: a token number)."""

    document: Document
    by_term: Mapping[int, Sequence[Hit]]
    limit: int

    def of(self, term: int, field: Field | None) -> list[Hit]:
        """The term's hits within the limit and the field."""
        hits = [hit for hit in self.by_term.get(term, ()) if hit.end <= self.limit]
        return hits if field is None else [hit for hit in hits if self.document.field_of(hit.first) is field]


@dataclass(frozen=True, slots=True)
class TermsNode:
    """One of these terms (of `words`, or the sure names of an entity) stands in the field."""

    terms: tuple[int, ...]
    field: Field | None = None

    def hits(self, found: Found) -> list[Hit]:
        """All of their hits, in the text's order."""
        return sorted(hit for term in self.terms for hit in found.of(term, self.field))

    def evidence(self, found: Found) -> Hits | None:
        firsts = [hits[0] for term in self.terms if (hits := found.of(term, self.field))]
        return tuple(sorted(firsts)) or None

    def required(self) -> frozenset[int]:
        """Terms of which at least one must stand in a document for this to hold."""
        return frozenset(self.terms)


@dataclass(frozen=True, slots=True)
class AllNode:
    """All of these hold."""

    nodes: tuple[Node, ...]

    def evidence(self, found: Found) -> Hits | None:
        gathered: Hits = ()
        for node in self.nodes:
            evidence = node.evidence(found)
            if evidence is None:
                return None
            gathered += evidence
        return gathered

    def required(self) -> frozenset[int]:
        return min((node.required() for node in self.nodes), key=len)


@dataclass(frozen=True, slots=True)
class AnyNode:
    """One of these holds; the evidence is that of all that do."""

    nodes: tuple[Node, ...]

    def hits(self, found: Found) -> list[Hit]:
        """All hits of the members; only where every member is of terms (as inside `near`)."""
        return sorted(hit for node in self.nodes if isinstance(node, TermsNode | AnyNode) for hit in node.hits(found))

    def evidence(self, found: Found) -> Hits | None:
        gathered = [evidence for node in self.nodes if (evidence := node.evidence(found)) is not None]
        return tuple(hit for evidence in gathered for hit in evidence) if gathered else None

    def required(self) -> frozenset[int]:
        return frozenset[int]().union(*(node.required() for node in self.nodes))


@dataclass(frozen=True, slots=True)
class NearNode:
    """One hit of each member stands together: in one sentence, or with at most `words` words from the end of the
    first to the beginning of the last. No hit serves two members."""

    nodes: tuple[TermsNode | AnyNode, ...]
    words: int | None

    def evidence(self, found: Found) -> Hits | None:
        members = [node.hits(found) for node in self.nodes]
        if not all(members):
            return None
        for start in sorted({hit for hits in members for hit in hits}):
            reach = [
                [hit for hit in hits if hit >= start and self._together(found.document, start, hit)] for hits in members
            ]
            chosen = _one_each(reach)
            if chosen is not None and start in chosen:
                return tuple(sorted(chosen))
        return None

    def _together(self, document: Document, start: Hit, hit: Hit) -> bool:
        if self.words is None:
            return document.sentence_of[start.first] == document.sentence_of[hit.first]
        return document.places[hit.first] - document.places[start.end] <= 2 * self.words

    def required(self) -> frozenset[int]:
        return min((node.required() for node in self.nodes), key=len)


Node = TermsNode | AllNode | AnyNode | NearNode


def _one_each(reach: list[list[Hit]], taken: Hits = ()) -> Hits | None:
    """One hit for each member, the earliest possible, no two at the very same tokens."""
    if not reach:
        return taken
    places = {(hit.first, hit.end) for hit in taken}
    for hit in reach[0]:
        if (hit.first, hit.end) not in places:
            chosen = _one_each(reach[1:], (*taken, hit))
            if chosen is not None:
                return chosen
    return None
