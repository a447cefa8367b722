"""Where a near that stands inside another one stands: from its first word to its last."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice, takewhile

from monitor.matching.document_hits import DocumentHits, Hit
from monitor.matching.finders import Finder
from monitor.matching.nodes import NearNode
from monitor.matching.proximity import (
    Members,
    Together,
    find_hit_chains,
    find_start_hits,
    hits_from_chain,
    soonest_ending_hits,
)

_ENDS, _PLACES = 100, 10_000
"""So many places that begin with one word, the nearest ones, and so many in an article: where a text repeats its words
there are as many as the square of these."""


class NestedNearFinder(Finder):
    """Where the members of a near stand together: a place for each word that can be the first and each that can be the
    last. `number`: of the text by which a place is told."""

    __slots__ = ("_near", "_number", "_patterns")

    def __init__(self, near: NearNode, number: int) -> None:
        self._near = near
        self._number = number
        each = [patterns for node in near.nodes if (patterns := node.finder.patterns()) is not None]
        self._patterns = min(each, key=len, default=None)

    def patterns(self) -> frozenset[int] | None:
        return self._patterns

    def find_hits(self, found: DocumentHits) -> list[Hit]:
        nodes = self._near.nodes
        members = [node.finder.hits(found) for node in nodes]
        places: dict[tuple[int, int], Sequence[Hit]] = {}
        for chosen in islice(self._choices(members, self._near.proximity_test(found.document)), _PLACES):
            found.document.work += len(chosen)
            places.setdefault((min(chosen)[0], max(end for _, end, _ in chosen)), chosen)
        for place, chosen in places.items():
            each = zip(nodes, chosen, strict=True)
            found.memo[self, place] = sorted(part for node, hit in each for part in node.finder.parts(hit, found))
        return [(*place, self._number) for place in sorted(places)]

    @property
    def has_parts(self) -> bool:
        return True

    def parts(self, hit: Hit, found: DocumentHits) -> list[Hit]:
        return found.memo[self, hit[:2]]

    def _choices(self, members: Members, together: Together) -> Iterator[Sequence[Hit]]:
        """For each place a hit of each member, in the members' order."""
        near, soonest = self._near, list(map(soonest_ending_hits, members))
        for start, nexts in find_start_hits(members, together):
            if near.may_share_words:
                yield from _choose_from_start(start, members, nexts, together)
            else:
                each = find_hit_chains(start, members, soonest, together, in_order=near.in_order)
                yield from map(hits_from_chain, islice(each, _ENDS))


def _choose_from_start(
    start: Hit, members: Members, nexts: Sequence[int], together: Together
) -> Iterator[Sequence[Hit]]:
    """The same for the places that begin with `start`, where a word may serve several members."""
    behind = [hits[number : number + _ENDS] for hits, number in zip(members, nexts, strict=True)]
    near = [list(takewhile(lambda hit: together(start, hit), hits)) for hits in behind]
    for owner in (number for number, hits in enumerate(near) if hits[0] == start):
        soonest = [min(hits, key=lambda hit: hit[1]) for hits in near]
        soonest[owner] = start
        for member, hits in enumerate(near):
            for hit in hits[:1] if member == owner else hits:
                chosen = [*soonest[:member], hit, *soonest[member + 1 :]]
                if max(end for _, end, _ in chosen) == hit[1]:
                    yield chosen
