"""A rule's conditions, compiled, and what evidence of them stands in a document.

Every node answers with the hits that make it hold, or None. There is no automaton and no index here: it sees the hits
that were found and decides.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

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
            chosen = self._from(start, members, found.document)
            if chosen is not None:
                return chosen
        return None

    def _from(self, start: Hit, members: list[list[Hit]], document: Document) -> Hits | None:
        """A choice of which `start` is the first; of an article that repeats its words this is asked very often."""
        limit = document.reach(start.first, start.end, self.words)
        reach = [_within(hits, start, limit, len(members)) for hits in members]
        if not all(reach):
            return None
        for number, hits in enumerate(reach):
            if hits[0] == start:
                others = _one_each([*reach[:number], *reach[number + 1 :]], start)
                if others is not None:
                    return tuple(sorted((start, *others)))
        return None

    def required(self) -> frozenset[int]:
        return min((node.required() for node in self.nodes), key=len)


Node = TermsNode | AllNode | AnyNode | NearNode


def _within(hits: list[Hit], start: Hit, limit: int, most: int) -> list[Hit]:
    """The first hits from `start` on that begin before the token `limit`, at `most` different places: of as many
    places as there are members, one is always left for a member that chooses last."""
    found: dict[tuple[int, int], Hit] = {}
    for hit in islice(hits, bisect_left(hits, start), None):
        if hit.first >= limit or len(found) == most:
            break
        found.setdefault((hit.first, hit.end), hit)
    return list(found.values())


def _one_each(reach: list[list[Hit]], start: Hit) -> Hits | None:
    """A hit for each member, no two at the very same tokens and none at the start's (augmenting paths)."""
    owner: dict[tuple[int, int], int] = {}
    chosen: dict[int, Hit] = {}

    def choose(member: int, tried: set[tuple[int, int]]) -> bool:
        for hit in reach[member]:
            place = (hit.first, hit.end)
            if place == (start.first, start.end) or place in tried:
                continue
            tried.add(place)
            if place not in owner or choose(owner[place], tried):
                owner[place], chosen[member] = member, hit
                return True
        return False

    if all(choose(member, set()) for member in range(len(reach))):
        return tuple(chosen.values())
    return None
