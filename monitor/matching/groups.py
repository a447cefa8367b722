"""Where a near that is a member of another near occurs: from its first word to its last."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice, takewhile

from monitor.matching.document_hits import DocumentHits, Hit
from monitor.matching.finders import Finder
from monitor.matching.nodes import NearNode
from monitor.matching.proximity import (
    Members,
    ProximityTest,
    find_hit_chains,
    find_start_hits,
    hits_from_chain,
    soonest_ending_hits,
)

_MAX_ENDS, _MAX_PLACES = 100, 10_000
"""Limits on the places that begin with the same word (the nearest ones count), and on the places in an article: if a
text repeats its words, their number grows with the square of the repetitions."""


class NestedNearFinder(Finder):
    """Where the members of a near occur together: one place for each word that can be the first and each that can be
    the last."""

    __slots__ = ("_near",)

    def __init__(self, near: NearNode) -> None:
        self._near = near

    def patterns(self) -> frozenset[int] | None:
        pattern_sets = [patterns for node in self._near.nodes if (patterns := node.finder.patterns()) is not None]
        return min(pattern_sets, key=len, default=None)

    def find_hits(self, doc_hits: DocumentHits) -> list[Hit]:
        nodes = self._near.nodes
        members = [node.finder.hits(doc_hits) for node in nodes]
        places: dict[tuple[int, int], Sequence[Hit]] = {}
        for chosen in islice(self._iterate_choices(members, self._near.proximity_test(doc_hits.document)), _MAX_PLACES):
            doc_hits.document.work += len(chosen)
            places.setdefault((min(chosen)[0], max(end for _, end, _ in chosen)), chosen)
        for place, chosen in places.items():
            chosen_by_node = zip(nodes, chosen, strict=True)
            doc_hits.memo[self, place] = sorted(
                part for node, hit in chosen_by_node for part in node.finder.parts(hit, doc_hits)
            )
        return [(*place, "near") for place in sorted(places)]

    @property
    def has_parts(self) -> bool:
        return True

    def parts(self, hit: Hit, doc_hits: DocumentHits) -> list[Hit]:
        return doc_hits.memo[self, hit[:2]]

    def _iterate_choices(self, members: Members, are_close: ProximityTest) -> Iterator[Sequence[Hit]]:
        """For each place a hit of each member, in the members' order."""
        near, soonest_ends = self._near, list(map(soonest_ending_hits, members))
        for start, next_indices in find_start_hits(members, are_close):
            if near.may_share_words:
                yield from _choose_from_start(start, members, next_indices, are_close)
            else:
                chains = find_hit_chains(start, members, soonest_ends, are_close, in_order=near.in_order)
                yield from map(hits_from_chain, islice(chains, _MAX_ENDS))


def _choose_from_start(
    start: Hit, members: Members, next_indices: Sequence[int], are_close: ProximityTest
) -> Iterator[Sequence[Hit]]:
    """The same for the places that begin with `start`, where one word may count for several members."""
    following = [hits[index : index + _MAX_ENDS] for hits, index in zip(members, next_indices, strict=True)]
    close = [list(takewhile(lambda hit: are_close(start, hit), hits)) for hits in following]
    for owner in (index for index, hits in enumerate(close) if hits[0] == start):
        soonest = [min(hits, key=lambda hit: hit[1]) for hits in close]
        soonest[owner] = start
        for member, hits in enumerate(close):
            for hit in hits[:1] if member == owner else hits:
                chosen = [*soonest[:member], hit, *soonest[member + 1 :]]
                if max(end for _, end, _ in chosen) == hit[1]:
                    yield chosen
