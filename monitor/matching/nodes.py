"""A rule's conditions, compiled, and what evidence of them stands in an article.

Every node answers whether it holds, and with which evidence, given up to where it may look. There is no automaton and
no index here: it sees the hits that were found and decides.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from itertools import chain

from monitor.matching.document_hits import DocumentHits, Hit
from monitor.matching.finders import Finder, TermFinder
from monitor.matching.proximity import Members, Together, choose_in_any_order, choose_in_order, choose_sharing_words
from monitor.matching.tokenized_article import Region, TokenizedArticle
from monitor.model import Field, Unit

Evidence = tuple[int, int, int, str]
"""A hit, and the name of the condition that it is evidence of ("" where the rule gives none)."""


class Node(ABC):
    """A condition of a rule. `name`: what the rule calls it, or ""."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    @abstractmethod
    def holds(self, found: DocumentHits, limit: int) -> bool:
        """Whether it holds with what stands before the limit."""

    @abstractmethod
    def evidence(self, found: DocumentHits, limit: int) -> tuple[Evidence, ...]:
        """The hits by which it holds; none where it does not."""

    @abstractmethod
    def has_some(self, found: DocumentHits, region: Region) -> bool:
        """Whether the region contains any of the things that it looks for, even if the condition as a whole does not
        hold. A near inside a near is one thing."""

    @abstractmethod
    def required_groups(self) -> list[frozenset[int]]:
        """Sets of patterns: where one of them is absent as a whole, this cannot hold."""

    def sufficient_groups(self) -> list[frozenset[int]] | None:
        """Sets of patterns: where one of each stands, and only there, this holds. None: it asks for more."""
        return None

    @property
    def may_hold_without_evidence(self) -> bool:
        """Whether it may hold without evidence."""
        return False


class LeafNode(Node):
    """Something stands in a field, at least so many times."""

    __slots__ = ("field", "finder", "times")

    def __init__(self, finder: Finder, field: Field | None, name: str, times: int = 1) -> None:
        super().__init__(name)
        self.finder = finder
        self.field = field
        self.times = times

    def hits(self, found: DocumentHits, limit: int) -> list[Hit]:
        """Those within the field, up to the limit."""
        hits = self.finder.hits(found)
        if self.field is None and limit >= found.document.end:
            return hits
        first, last = found.document.region(self.field, limit)
        here = hits[bisect_left(hits, (first,)) : bisect_left(hits, (last,))]
        return [hit for hit in here if hit[1] <= last]

    def holds(self, found: DocumentHits, limit: int) -> bool:
        if self.times > 1:
            return len(select_disjoint_hits(self.hits(found, limit))) >= self.times
        if self.field is None and isinstance(self.finder, TermFinder):
            return self.finder.has_term_before(found, limit)
        first, last = found.document.region(self.field, limit)
        return any(hit[0] >= first and hit[1] <= last for hit in self.finder.hits(found))

    def has_some(self, found: DocumentHits, region: Region) -> bool:
        first, last = found.document.region(self.field, region[1])
        first, last = max(first, region[0]), min(last, region[1])
        return any(first <= start and end <= last for start, end, _ in self.finder.hits(found))

    def evidence(self, found: DocumentHits, limit: int) -> tuple[Evidence, ...]:
        """The first hit of each term; where they are counted, as many as are asked for."""
        if self.field is None and self.times == 1 and isinstance(self.finder, TermFinder):
            return tuple((*hit, self.name) for hit in self.finder.first_hits(found, limit))
        hits = self.hits(found, limit)
        if self.times > 1:
            counted = select_disjoint_hits(hits)[: self.times]
            return tuple((*hit, self.name) for hit in counted) if len(counted) == self.times else ()
        firsts = {hit[2]: hit for hit in reversed(hits)}
        return tuple((*hit, self.name) for hit in sorted(firsts.values()))

    def required_groups(self) -> list[frozenset[int]]:
        patterns = self.finder.patterns()
        return [] if patterns is None else [patterns]

    def sufficient_groups(self) -> list[frozenset[int]] | None:
        plain = self.field is None and self.times == 1 and isinstance(self.finder, TermFinder)
        return self.required_groups() if plain else None


def select_disjoint_hits(hits: Iterable[Hit]) -> list[Hit]:
    """As many of the hits as stand in the text without overlapping, in its order."""
    chosen: list[Hit] = []
    for hit in sorted(hits, key=lambda hit: hit[1]):
        if not chosen or hit[0] >= chosen[-1][1]:
            chosen.append(hit)
    return chosen


class AllOfNode(Node):
    """All of these hold."""

    __slots__ = ("_silent", "nodes")

    def __init__(self, nodes: Sequence[Node], name: str = "") -> None:
        super().__init__(name)
        self.nodes = tuple(nodes)
        self._silent = [node for node in self.nodes if node.may_hold_without_evidence]

    def holds(self, found: DocumentHits, limit: int) -> bool:
        return all(node.holds(found, limit) for node in self.nodes)

    def has_some(self, found: DocumentHits, region: Region) -> bool:
        return any(node.has_some(found, region) for node in self.nodes)

    def evidence(self, found: DocumentHits, limit: int) -> tuple[Evidence, ...]:
        each = [node.evidence(found, limit) for node in self.nodes]
        if self._silent:
            return tuple(chain.from_iterable(each)) if self.holds(found, limit) else ()
        return tuple(chain.from_iterable(each)) if all(each) else ()

    @property
    def may_hold_without_evidence(self) -> bool:
        return len(self._silent) == len(self.nodes)

    def required_groups(self) -> list[frozenset[int]]:
        return [patterns for node in self.nodes for patterns in node.required_groups()]

    def sufficient_groups(self) -> list[frozenset[int]] | None:
        each = [node.sufficient_groups() for node in self.nodes]
        known = [patterns for patterns in each if patterns is not None]
        return list(chain.from_iterable(known)) if len(known) == len(each) else None


class AnyOfNode(Node):
    """One of these holds; the evidence is that of all that do."""

    __slots__ = ("nodes",)

    def __init__(self, nodes: Sequence[Node], name: str = "") -> None:
        super().__init__(name)
        self.nodes = tuple(nodes)

    def holds(self, found: DocumentHits, limit: int) -> bool:
        return any(node.holds(found, limit) for node in self.nodes)

    def has_some(self, found: DocumentHits, region: Region) -> bool:
        return any(node.has_some(found, region) for node in self.nodes)

    def evidence(self, found: DocumentHits, limit: int) -> tuple[Evidence, ...]:
        return tuple(chain.from_iterable(node.evidence(found, limit) for node in self.nodes))

    @property
    def may_hold_without_evidence(self) -> bool:
        return any(node.may_hold_without_evidence for node in self.nodes)

    def required_groups(self) -> list[frozenset[int]]:
        """Of each member the smallest set, all together; where one requires nothing, nor does this."""
        each = [min(node.required_groups(), key=len, default=None) for node in self.nodes]
        known = [patterns for patterns in each if patterns is not None]
        return [frozenset[int]().union(*known)] if len(known) == len(each) else []

    def sufficient_groups(self) -> list[frozenset[int]] | None:
        each = [node.sufficient_groups() for node in self.nodes]
        single = [patterns[0] for patterns in each if patterns is not None and len(patterns) == 1]
        return [frozenset[int]().union(*single)] if len(single) == len(each) else None


class NotNode(Node):
    """Another node holds nowhere in the article: however far evidence may reach, so that what is news is a match."""

    __slots__ = ("node",)

    def __init__(self, node: Node, name: str = "") -> None:
        super().__init__(name)
        self.node = node

    def holds(self, found: DocumentHits, limit: int) -> bool:
        del limit
        return not self.node.holds(found, found.document.text_end)

    def has_some(self, found: DocumentHits, region: Region) -> bool:
        """It looks for nothing."""
        del found, region
        return False

    def evidence(self, found: DocumentHits, limit: int) -> tuple[Evidence, ...]:
        del found, limit
        return ()

    def required_groups(self) -> list[frozenset[int]]:
        return []

    @property
    def may_hold_without_evidence(self) -> bool:
        return True


_PAIRS = 100
_PLACES = 100  # of each member, where each is tried with all of the others


class NearNode(Node):
    """One hit of each member stands together: in one sentence or paragraph (`words` is None), or with at most `words`
    words from the end of the first to the beginning of the last. No word serves two members, unless they may share."""

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

    def holds(self, found: DocumentHits, limit: int) -> bool:
        return self._chosen(found, limit) is not None

    def has_some(self, found: DocumentHits, region: Region) -> bool:
        return any(node.has_some(found, region) for node in self.nodes)

    def evidence(self, found: DocumentHits, limit: int) -> tuple[Evidence, ...]:
        chosen = self._chosen(found, limit)
        if chosen is None:
            return ()
        each = zip(self.nodes, chosen, strict=True)
        return tuple((*part, node.name or self.name) for node, hit in each for part in node.finder.parts(hit, found))

    def _chosen(self, found: DocumentHits, limit: int) -> Sequence[Hit] | None:
        """A hit of each member, in the members' order."""
        members: Members = []
        for node in self.nodes:
            members.append(node.hits(found, limit))
            if not members[-1]:
                return None
        return self.choose(members, self.proximity_test(found.document))

    def member_proximity_test(self, found: DocumentHits, limit: int, member: int) -> Callable[[Hit], bool]:
        """What says of a hit of a member whether it stands together with one of each of the others; of the first ones
        only, where there are very many."""
        members = [node.hits(found, limit)[:_PLACES] for node in self.nodes]
        own, before, behind = set(members[member]), members[:member], members[member + 1 :]
        choose, together = self.choose, self.proximity_test(found.document)
        cost = sum(map(len, members))

        def stands(hit: Hit) -> bool:
            found.document.work += cost
            return hit in own and choose([*before, [hit], *behind], together) is not None

        return stands

    def as_pattern_pair(self) -> tuple[int, frozenset[int], frozenset[int]] | None:
        """If that is all that is asked: within how many words of each other, in any order, one of these patterns is to
        stand, and one of those. Each is asked for with each, so they are few."""
        sets = [patterns for node in self.nodes for patterns in node.sufficient_groups() or ()]
        if self.words is None or self.in_order or self.may_share_words or not len(self.nodes) == len(sets) == 2:
            return None
        return (self.words, sets[0], sets[1]) if len(sets[0]) * len(sets[1]) <= _PAIRS else None

    def proximity_test(self, document: TokenizedArticle) -> Together:
        """What says of two hits, the first of them first, whether they stand near enough."""
        words = self.words
        if words is None:
            return lambda one, other: document.unit_at(self.unit, one[0]) == document.unit_at(self.unit, other[0])
        within = document.is_within
        return lambda one, other: within(words, one[1], other[0])

    def required_groups(self) -> list[frozenset[int]]:
        return [patterns for node in self.nodes for patterns in node.required_groups()]
