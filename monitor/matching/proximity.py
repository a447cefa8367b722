"""Which hits of several members occur near each other.

The hits of a member are in the order of the text. A `ProximityTest` says whether two hits, the earlier one first, are
near enough; if one is too far away, so are all later ones.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from heapq import merge
from itertools import groupby, islice, pairwise, takewhile
from operator import itemgetter

from monitor.matching.document_hits import Hit

Members = list[list[Hit]]
ProximityTest = Callable[[Hit, Hit], bool]
_Chain = tuple[Hit, int, "_Chain | None"]
"""A hit, the index of its member, and the chain before it."""


def choose_in_any_order(members: Members, are_close: ProximityTest) -> Sequence[Hit] | None:
    """Return a hit of each member, in the members' order: no two share a word, and each is close to the first of
    them. None if there is no such choice."""
    if len(members) == 2:
        return _find_pair(members[0], members[1], are_close)
    soonest_ends: list[list[Hit]] = []
    for start, next_indices in find_start_hits(members, are_close):
        nearest = [hits[index] for hits, index in zip(members, next_indices, strict=True)]
        if _are_disjoint(nearest):  # usually the next hits fit
            return nearest
        soonest_ends = soonest_ends or list(map(soonest_ending_hits, members))
        if (chain := next(find_hit_chains(start, members, soonest_ends, are_close), None)) is not None:
            return hits_from_chain(chain)
    return None


def choose_sharing_words(members: Members, are_close: ProximityTest) -> Sequence[Hit] | None:
    """Return the same where one word may count for several members."""
    for _, next_indices in find_start_hits(members, are_close):
        return [hits[index] for hits, index in zip(members, next_indices, strict=True)]
    return None


def find_start_hits(members: Members, are_close: ProximityTest) -> Iterator[tuple[Hit, list[int]]]:
    """Iterate over the hits from which on each member has a close hit; with the index of that next hit for each
    member."""
    next_indices = [0] * len(members)
    for start, _ in groupby(merge(*members)):
        next_indices = [bisect_left(hits, start, index) for index, hits in zip(next_indices, members, strict=True)]
        for index, hits in zip(next_indices, members, strict=True):
            if index == len(hits):
                return
            if not are_close(start, hits[index]):
                break
        else:
            yield start, next_indices


def _are_disjoint(chosen: Sequence[Hit]) -> bool:
    return all(previous[1] <= following[0] for previous, following in pairwise(sorted(chosen)))


def find_hit_chains(
    start: Hit, members: Members, soonest_ends: Members, are_close: ProximityTest, *, in_order: bool = False
) -> Iterator[_Chain]:
    """Iterate over choices of one hit of each member: `start` is the first, and no two share a word. There is one
    choice for each hit that can be the last. `soonest_ends`: `soonest_ending_hits` of each member.

    Only which members were already chosen and where the last hit ends matter, so for each set of members only the
    choice that ends soonest is kept. A hit that is in no choice is never examined, so a text that repeats its words
    does not cost more for each repetition.
    """
    first_members = range(1 if in_order else len(members))
    chains_by_members: dict[int, _Chain] = {
        1 << member: (start, member, None) for member in first_members if _has_hit(members[member], start)
    }
    for _ in members[2:]:
        extended: dict[int, _Chain] = {}
        for member_bits, chain in chains_by_members.items():
            for member in _find_missing_members(member_bits, len(members), in_order=in_order):
                hit = _find_soonest_hit(members[member], soonest_ends[member], start, chain[0][1], are_close)
                if hit is not None:
                    current = extended.get(member_bits | 1 << member)
                    if current is None or current[0][1] > hit[1]:
                        extended[member_bits | 1 << member] = (hit, member, chain)
        chains_by_members = extended
    complete = (
        _extend_chain(chain, member, members[member], start, are_close)
        for member_bits, chain in chains_by_members.items()
        for member in _find_missing_members(member_bits, len(members), in_order=in_order)
    )
    last_hit = None
    for chain in merge(*complete, key=itemgetter(0)):
        if chain[0] != last_hit:
            yield chain
        last_hit = chain[0]


def _has_hit(hits: list[Hit], hit: Hit) -> bool:
    index = bisect_left(hits, hit)
    return hits[index : index + 1] == [hit]


def _find_missing_members(member_bits: int, count: int, *, in_order: bool) -> Iterator[int]:
    """The members that may come next."""
    missing = (member for member in range(count) if not member_bits >> member & 1)
    return islice(missing, 1) if in_order else missing


def _find_soonest_hit(
    hits: list[Hit], soonest_ends: list[Hit], start: Hit, end: int, are_close: ProximityTest
) -> Hit | None:
    """Of the hits at or after `end`, the one that ends soonest. None if it is too far from the start: a longer hit
    may be near enough, but whatever follows it would be too far away as well."""
    index = bisect_left(hits, (end,))
    return soonest_ends[index] if index < len(hits) and are_close(start, soonest_ends[index]) else None


def _extend_chain(
    chain: _Chain, member: int, hits: list[Hit], start: Hit, are_close: ProximityTest
) -> Iterator[_Chain]:
    """The chain, extended by each hit that may be the last."""
    following = _iterate_from(hits, bisect_left(hits, (chain[0][1],)))
    return ((hit, member, chain) for hit in takewhile(partial(are_close, start), following))


def _iterate_from(hits: list[Hit], index: int) -> Iterator[Hit]:
    """The hits from an index on. Unlike `islice`, it does not walk over those before."""
    return map(hits.__getitem__, range(index, len(hits)))


def hits_from_chain(chain: _Chain | None) -> list[Hit]:
    """Return the hits of a chain, in the members' order."""
    by_member: dict[int, Hit] = {}
    while chain is not None:
        hit, member, chain = chain
        by_member[member] = hit
    return [by_member[member] for member in sorted(by_member)]


def _find_pair(firsts: list[Hit], seconds: list[Hit], are_close: ProximityTest) -> Sequence[Hit] | None:
    """The same for two members, as most rules have: whichever is first, the next hit of the other one is the
    nearest."""
    first_then_second, second_then_first = (
        _find_next_pair(firsts, seconds, are_close),
        _find_next_pair(seconds, firsts, are_close),
    )
    if first_then_second is None or (second_then_first is not None and second_then_first < first_then_second):
        return None if second_then_first is None else (second_then_first[1], second_then_first[0])
    return first_then_second


def _find_next_pair(firsts: list[Hit], seconds: list[Hit], are_close: ProximityTest) -> tuple[Hit, Hit] | None:
    """The first hit that is close to a later hit of the other member, and that hit."""
    index, count = 0, len(seconds)
    for hit in firsts:
        index = bisect_left(seconds, hit, index)
        candidate = index
        if candidate < count and seconds[candidate][0] < hit[1]:  # it shares a word with the first
            candidate = bisect_left(seconds, (hit[1],), candidate)
        if candidate < count:
            if are_close(hit, seconds[candidate]):
                return hit, seconds[candidate]
        elif index == count:
            return None
    return None


def choose_in_order(members: Members, are_close: ProximityTest) -> Sequence[Hit] | None:
    """Return a hit of each member, each at or after the end of the one before, and the last close to the first."""
    *middle, last = members[1:]
    following = [(hits, soonest_ending_hits(hits)) for hits in middle]
    for start in members[0]:
        chosen = _build_chain(start, [*following, (last, last)])
        if chosen is not None and are_close(start, chosen[-1]):
            return chosen
    return None


def _build_chain(start: Hit, following: list[tuple[list[Hit], list[Hit]]]) -> list[Hit] | None:
    """From `start` on, the best hit of each following member after the one before: the soonest for the last member,
    the one that ends soonest for the others."""
    chosen = [start]
    for hits, best_hits in following:
        index = bisect_left(hits, (chosen[-1][1],))
        if index == len(hits):
            return None
        chosen.append(best_hits[index])
    return chosen


def soonest_ending_hits(hits: list[Hit]) -> list[Hit]:
    """Return for each hit the one, from it on, that ends soonest: choosing it leaves the most room."""
    soonest_ends = list(hits)
    for index in reversed(range(len(hits) - 1)):
        if soonest_ends[index + 1][1] <= hits[index][1]:
            soonest_ends[index] = soonest_ends[index + 1]
    return soonest_ends
