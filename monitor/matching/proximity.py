"""Which hits of several members stand together. Those of a member are in the text's order; `Together` says of two hits,
the first of them first, whether they stand near enough, and of none farther on if not of one."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from heapq import merge
from itertools import groupby, islice, pairwise, takewhile
from operator import itemgetter

from monitor.matching.document_hits import Hit
from monitor.matching.tokenized_article import Region

Members = list[list[Hit]]
Together = Callable[[Hit, Hit], bool]
_Chain = tuple[Hit, int, "_Chain | None"]
"""A hit, the member that it is of, and those before it."""


def choose_in_any_order(members: Members, together: Together) -> Sequence[Hit] | None:
    """A hit of each member, no two of which share a word, each together with the first of them; in the members'
    order."""
    if len(members) == 2:
        return _find_pair(members[0], members[1], together)
    soonest: list[list[Hit]] = []
    for start, nexts in find_start_hits(members, together):
        near = [hits[number] for hits, number in zip(members, nexts, strict=True)]
        if _are_apart(near):  # most often the next ones will do
            return near
        soonest = soonest or list(map(soonest_ending_hits, members))
        if (chain := next(find_hit_chains(start, members, soonest, together), None)) is not None:
            return hits_from_chain(chain)
    return None


def choose_sharing_words(members: Members, together: Together) -> Sequence[Hit] | None:
    """The same where a word may serve several members."""
    for _, nexts in find_start_hits(members, together):
        return [hits[number] for hits, number in zip(members, nexts, strict=True)]
    return None


def find_start_hits(members: Members, together: Together) -> Iterator[tuple[Hit, list[int]]]:
    """The hits, one after the other, with which one of each member from there on is together; and the numbers of those
    that are next."""
    nexts = [0] * len(members)
    for start, _ in groupby(merge(*members)):
        nexts = [bisect_left(hits, start, number) for number, hits in zip(nexts, members, strict=True)]
        for number, hits in zip(nexts, members, strict=True):
            if number == len(hits):
                return
            if not together(start, hits[number]):
                break
        else:
            yield start, nexts


def _are_apart(chosen: Sequence[Hit]) -> bool:
    return all(before[1] <= after[0] for before, after in pairwise(sorted(chosen)))


def find_hit_chains(
    start: Hit, members: Members, soonest: Members, together: Together, *, in_order: bool = False
) -> Iterator[_Chain]:
    """Choices of a hit of each member, of which `start` is the first and no two share a word; for each hit that can be
    the last, one. `soonest`: of each member, `soonest_ends`.

    Of the hits that were chosen so far only the members that they are of and the end of the last one matter, so that
    of each set of members the choice that ends soonest is kept. No hit is looked at that is in no choice: a text that
    repeats its words takes no longer for each of them.
    """
    firsts = range(1 if in_order else len(members))
    kept: dict[int, _Chain] = {
        1 << member: (start, member, None) for member in firsts if _has_hit(members[member], start)
    }
    for _ in members[2:]:
        longer: dict[int, _Chain] = {}
        for chosen, chain in kept.items():
            for member in _find_missing_members(chosen, len(members), in_order=in_order):
                hit = _find_soonest_hit(members[member], soonest[member], start, chain[0][1], together)
                if hit is not None:
                    known = longer.get(chosen | 1 << member)
                    if known is None or known[0][1] > hit[1]:
                        longer[chosen | 1 << member] = (hit, member, chain)
        kept = longer
    whole = (
        _extend_chain(chain, member, members[member], start, together)
        for chosen, chain in kept.items()
        for member in _find_missing_members(chosen, len(members), in_order=in_order)
    )
    last = None
    for chain in merge(*whole, key=itemgetter(0)):
        if chain[0] != last:
            yield chain
        last = chain[0]


def _has_hit(hits: list[Hit], hit: Hit) -> bool:
    number = bisect_left(hits, hit)
    return hits[number : number + 1] == [hit]


def _find_missing_members(chosen: int, most: int, *, in_order: bool) -> Iterator[int]:
    """The members that may come next."""
    missing = (member for member in range(most) if not chosen >> member & 1)
    return islice(missing, 1) if in_order else missing


def _find_soonest_hit(hits: list[Hit], soonest: list[Hit], start: Hit, end: int, together: Together) -> Hit | None:
    """Of the hits at or behind `end`, the one that ends soonest. None if it is too far from the start: whatever comes
    after a longer hit that is near enough would be too far, too."""
    number = bisect_left(hits, (end,))
    return soonest[number] if number < len(hits) and together(start, soonest[number]) else None


def _extend_chain(chain: _Chain, member: int, hits: list[Hit], start: Hit, together: Together) -> Iterator[_Chain]:
    """The chain with each hit that may be the last."""
    behind = _iterate_from(hits, bisect_left(hits, (chain[0][1],)))
    return ((hit, member, chain) for hit in takewhile(partial(together, start), behind))


def _iterate_from(hits: list[Hit], number: int) -> Iterator[Hit]:
    """Those from a number on, without walking over those before, as `islice` does."""
    return map(hits.__getitem__, range(number, len(hits)))


def hits_from_chain(chain: _Chain | None) -> list[Hit]:
    """The hits of a chain, in the members' order."""
    by_member: dict[int, Hit] = {}
    while chain is not None:
        hit, member, chain = chain
        by_member[member] = hit
    return [by_member[member] for member in sorted(by_member)]


def _find_pair(these: list[Hit], others: list[Hit], together: Together) -> Sequence[Hit] | None:
    """The same for two members, as most have: whichever is first, what is next of the other one is the nearest."""
    one, other = _find_next_pair(these, others, together), _find_next_pair(others, these, together)
    if one is None or (other is not None and other < one):
        return None if other is None else (other[1], other[0])
    return one


def _find_next_pair(these: list[Hit], others: list[Hit], together: Together) -> tuple[Hit, Hit] | None:
    """The first of these hits that is together with one of the others, which stands behind it; and that."""
    number, most = 0, len(others)
    for hit in these:
        number = bisect_left(others, hit, number)
        behind = number
        if behind < most and others[behind][0] < hit[1]:  # it shares a word with this one
            behind = bisect_left(others, (hit[1],), behind)
        if behind < most:
            if together(hit, others[behind]):
                return hit, others[behind]
        elif number == most:
            return None
    return None


def are_near_each_other(
    these: Sequence[Region], others: Sequence[Region], within: Callable[[int, int, int], bool], words: int
) -> bool:
    """Whether one of these places is within so many words of one of the others (`within`: of an end and a start behind
    it). Both are in order, and so are their ends: of each of the fewer, no more than what is next on either side is
    asked for."""
    few, many = (these, others) if len(these) <= len(others) else (others, these)
    number, most = 0, len(many)
    for place in few:
        number = behind = bisect_left(many, place, number)
        before = number - 1
        while behind < most and many[behind][0] < place[1]:  # no word serves two
            behind += 1
        while before >= 0 and many[before][1] > place[0]:
            before -= 1
        if behind < most and within(words, place[1], many[behind][0]):
            return True
        if before >= 0 and within(words, many[before][1], place[0]):
            return True
    return False


def choose_in_order(members: Members, together: Together) -> Sequence[Hit] | None:
    """A hit of each member, each beginning at or behind the end of the one before, the last together with the first."""
    *between, last = members[1:]
    following = [(hits, soonest_ending_hits(hits)) for hits in between]
    for start in members[0]:
        chosen = _build_chain(start, [*following, (last, last)])
        if chosen is not None and together(start, chosen[-1]):
            return chosen
    return None


def _build_chain(start: Hit, following: list[tuple[list[Hit], list[Hit]]]) -> list[Hit] | None:
    """From `start` on, of each of the following members the best hit behind the one before: of the last the soonest, of
    the others that which ends soonest."""
    chosen = [start]
    for hits, best in following:
        number = bisect_left(hits, (chosen[-1][1],))
        if number == len(hits):
            return None
        chosen.append(best[number])
    return chosen


def soonest_ending_hits(hits: list[Hit]) -> list[Hit]:
    """For each hit, the one from it on that ends soonest: whoever takes it leaves the most room."""
    soonest = list(hits)
    for number in reversed(range(len(hits) - 1)):
        if soonest[number + 1][1] <= hits[number][1]:
            soonest[number] = soonest[number + 1]
    return soonest
