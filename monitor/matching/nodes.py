"""A rule's conditions, compiled, and the evidence for them in an article.

Every node says whether it holds, and with which evidence, given a limit up to which it may look. It knows no automaton
and no index: it sees the hits that were found and decides.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from itertools import chain

from monitor.matching.document_hits import DocumentHits, Hit
from monitor.matching.finders import Finder, TermFinder
from monitor.matching.proximity import (
    Members,
    ProximityTest,
    choose_in_any_order,
    choose_in_order,
    choose_sharing_words,
)
from monitor.matching.tokenized_article import Region, TokenizedArticle
from monitor.model import Field, Unit

Evidence = tuple[int, int, str, str]
"""A hit, and the name of the condition that it is evidence of ("" where the rule gives none)."""


class Node(ABC):
    """A condition of a rule. `name`: the name that the rule gives it, or ""."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    @abstractmethod
    def holds(self, doc_hits: DocumentHits, limit: int) -> bool:
        """Whether it holds with what occurs before the limit."""

    @abstractmethod
    def evidence(self, doc_hits: DocumentHits, limit: int) -> tuple[Evidence, ...]:
        """Return the hits by which it holds; none where it does not hold."""

    @abstractmethod
    def has_some(self, doc_hits: DocumentHits, region: Region) -> bool:
        """Whether the region contains anything that it looks for, even if the condition as a whole does not hold. A
        near inside a near counts as one thing."""

    @abstractmethod
    def required_groups(self) -> list[frozenset[int]]:
        """Return groups of patterns: if no pattern of one group is present, this cannot hold."""

    @property
    def may_hold_without_evidence(self) -> bool:
        """Whether it may hold without evidence."""
        return False


class LeafNode(Node):
    """Something occurs in a field, at least `times` times."""

    __slots__ = ("field", "finder", "times")

    def __init__(self, finder: Finder, field: Field | None, name: str, times: int = 1) -> None:
        super().__init__(name)
        self.finder = finder
        self.field = field
        self.times = times

    def hits(self, doc_hits: DocumentHits, limit: int) -> list[Hit]:
        """Return the hits within the field, up to the limit."""
        hits = self.finder.hits(doc_hits)
        if self.field is None and limit >= doc_hits.document.end:
            return hits
        first, last = doc_hits.document.region(self.field, limit)
        in_field = hits[bisect_left(hits, (first,)) : bisect_left(hits, (last,))]
        return [hit for hit in in_field if hit[1] <= last]

    def holds(self, doc_hits: DocumentHits, limit: int) -> bool:
        if self.times > 1:
            return len(select_disjoint_hits(self.hits(doc_hits, limit))) >= self.times
        if self.field is None and isinstance(self.finder, TermFinder):
            return self.finder.has_term_before(doc_hits, limit)
        first, last = doc_hits.document.region(self.field, limit)
        return any(hit[0] >= first and hit[1] <= last for hit in self.finder.hits(doc_hits))

    def has_some(self, doc_hits: DocumentHits, region: Region) -> bool:
        first, last = doc_hits.document.region(self.field, region[1])
        first, last = max(first, region[0]), min(last, region[1])
        return any(first <= start and end <= last for start, end, _ in self.finder.hits(doc_hits))

    def evidence(self, doc_hits: DocumentHits, limit: int) -> tuple[Evidence, ...]:
        """The first hit of each term; if hits are counted, as many as the rule asks for."""
        if self.field is None and self.times == 1 and isinstance(self.finder, TermFinder):
            return tuple((*hit, self.name) for hit in self.finder.first_hits(doc_hits, limit))
        hits = self.hits(doc_hits, limit)
        if self.times > 1:
            counted = select_disjoint_hits(hits)[: self.times]
            return tuple((*hit, self.name) for hit in counted) if len(counted) == self.times else ()
        first_by_term = {hit[2]: hit for hit in reversed(hits)}
        return tuple((*hit, self.name) for hit in sorted(first_by_term.values()))

    def required_groups(self) -> list[frozenset[int]]:
        patterns = self.finder.patterns()
        return [] if patterns is None else [patterns]


def select_disjoint_hits(hits: Iterable[Hit]) -> list[Hit]:
    """Return as many of the hits as possible that do not overlap, in the order of the text."""
    chosen: list[Hit] = []
    for hit in sorted(hits, key=lambda hit: hit[1]):
        if not chosen or hit[0] >= chosen[-1][1]:
            chosen.append(hit)
    return chosen


class AllOfNode(Node):
    """All of these hold."""

    __slots__ = ("_without_evidence", "nodes")

    def __init__(self, nodes: Sequence[Node], name: str = "") -> None:
        super().__init__(name)
        self.nodes = tuple(nodes)
        self._without_evidence = [node for node in self.nodes if node.may_hold_without_evidence]

    def holds(self, doc_hits: DocumentHits, limit: int) -> bool:
        return all(node.holds(doc_hits, limit) for node in self.nodes)

    def has_some(self, doc_hits: DocumentHits, region: Region) -> bool:
        return any(node.has_some(doc_hits, region) for node in self.nodes)

    def evidence(self, doc_hits: DocumentHits, limit: int) -> tuple[Evidence, ...]:
        evidence = [node.evidence(doc_hits, limit) for node in self.nodes]
        if self._without_evidence:
            return tuple(chain.from_iterable(evidence)) if self.holds(doc_hits, limit) else ()
        return tuple(chain.from_iterable(evidence)) if all(evidence) else ()

    @property
    def may_hold_without_evidence(self) -> bool:
        return len(self._without_evidence) == len(self.nodes)

    def required_groups(self) -> list[frozenset[int]]:
        return [patterns for node in self.nodes for patterns in node.required_groups()]


class AnyOfNode(Node):
    """One of these holds. The evidence is that of all that hold."""

    __slots__ = ("nodes",)

    def __init__(self, nodes: Sequence[Node], name: str = "") -> None:
        super().__init__(name)
        self.nodes = tuple(nodes)

    def holds(self, doc_hits: DocumentHits, limit: int) -> bool:
        return any(node.holds(doc_hits, limit) for node in self.nodes)

    def has_some(self, doc_hits: DocumentHits, region: Region) -> bool:
        return any(node.has_some(doc_hits, region) for node in self.nodes)

    def evidence(self, doc_hits: DocumentHits, limit: int) -> tuple[Evidence, ...]:
        return tuple(chain.from_iterable(node.evidence(doc_hits, limit) for node in self.nodes))

    @property
    def may_hold_without_evidence(self) -> bool:
        return any(node.may_hold_without_evidence for node in self.nodes)

    def required_groups(self) -> list[frozenset[int]]:
        """The smallest group of each member, united; if one member requires nothing, neither does this."""
        smallest = [min(node.required_groups(), key=len, default=None) for node in self.nodes]
        known = [patterns for patterns in smallest if patterns is not None]
        return [frozenset[int]().union(*known)] if len(known) == len(smallest) else []


class NotNode(Node):
    """Another node holds nowhere in the article. The limit does not matter, so that whatever is news is also a
    match."""

    __slots__ = ("node",)

    def __init__(self, node: Node, name: str = "") -> None:
        super().__init__(name)
        self.node = node

    def holds(self, doc_hits: DocumentHits, limit: int) -> bool:
        del limit
        return not self.node.holds(doc_hits, doc_hits.document.text_end)

    def has_some(self, doc_hits: DocumentHits, region: Region) -> bool:
        del doc_hits, region
        return False

    def evidence(self, doc_hits: DocumentHits, limit: int) -> tuple[Evidence, ...]:
        del doc_hits, limit
        return ()

    def required_groups(self) -> list[frozenset[int]]:
        return []

    @property
    def may_hold_without_evidence(self) -> bool:
        return True


_MAX_PLACES = 100  # hits of each member, where each hit is tried with all others


class NearNode(Node):
    """A hit of each member occurs together: in one sentence or paragraph (`words` is None), or with at most `words`
    words from the end of the first to the beginning of the last. No word counts for two members, unless they may
    share."""

    __slots__ = ("choose", "in_order", "may_share_words", "nodes", "unit", "words")

    def __init__(
        self,
        nodes: Sequence[LeafNode],
        words: int | None,
        unit: Unit,
        *,
        in_order: bool = False,
        may_share_words: bool = False,
        name: str = "",
    ) -> None:
        super().__init__(name)
        self.may_share_words = may_share_words
        self.choose = choose_in_order if in_order else choose_sharing_words if may_share_words else choose_in_any_order
        self.nodes = tuple(nodes)
        self.words = words
        self.unit = unit
        self.in_order = in_order

    def holds(self, doc_hits: DocumentHits, limit: int) -> bool:
        return self._choose_hits(doc_hits, limit) is not None

    def has_some(self, doc_hits: DocumentHits, region: Region) -> bool:
        return any(node.has_some(doc_hits, region) for node in self.nodes)

    def evidence(self, doc_hits: DocumentHits, limit: int) -> tuple[Evidence, ...]:
        chosen = self._choose_hits(doc_hits, limit)
        if chosen is None:
            return ()
        hits_by_node = zip(self.nodes, chosen, strict=True)
        return tuple(
            (*part, node.name or self.name) for node, hit in hits_by_node for part in node.finder.parts(hit, doc_hits)
        )

    def _choose_hits(self, doc_hits: DocumentHits, limit: int) -> Sequence[Hit] | None:
        """A hit of each member, in the members' order."""
        members: Members = []
        for node in self.nodes:
            members.append(node.hits(doc_hits, limit))
            if not members[-1]:
                return None
        return self.choose(members, self.proximity_test(doc_hits.document))

    def member_proximity_test(self, doc_hits: DocumentHits, limit: int, member: int) -> Callable[[Hit], bool]:
        """Return a test whether a hit of one member occurs together with a hit of each other member. If there are
        very many hits, only the first ones are examined."""
        members = [node.hits(doc_hits, limit)[:_MAX_PLACES] for node in self.nodes]
        own_hits, before, after = set(members[member]), members[:member], members[member + 1 :]
        choose, are_close = self.choose, self.proximity_test(doc_hits.document)
        cost = sum(map(len, members))

        def is_close(hit: Hit) -> bool:
            doc_hits.document.work += cost
            return hit in own_hits and choose([*before, [hit], *after], are_close) is not None

        return is_close

    def proximity_test(self, document: TokenizedArticle) -> ProximityTest:
        """Return a test whether two hits, the earlier one first, are near enough."""
        words = self.words
        if words is None:
            return lambda first, second: document.unit_at(self.unit, first[0]) == document.unit_at(self.unit, second[0])
        is_within = document.is_within
        return lambda first, second: is_within(words, first[1], second[0])

    def required_groups(self) -> list[frozenset[int]]:
        return [patterns for node in self.nodes for patterns in node.required_groups()]
