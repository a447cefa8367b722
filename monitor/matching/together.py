"""Which hits of several members stand together. Those of a member are in the text's order; `Together` says of two hits,
the first of them first, whether they stand near enough, and of none farther on if not of one."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from heapq import merge
from itertools import groupby, pairwise

from monitor.matching.document import Region
from monitor.matching.found import Hit

Members = list[list[Hit]]
Together = Callable[[Hit, Hit], bool]
_Chain = tuple[Hit, int, "_Chain | None"]
"""A hit, the member that it is of, and those before it."""


def in_any_order(members: Members, together: Together) -> Sequence[Hit] | None:
    """A hit of each member, no two of which share a word, each together with the first of them; in the members'
    order."""
    if len(members) == 2:
        return _pair(members[0], members[1], together)
    for start, nexts in starts(members, together):
        near = [hits[number] for hits, number in zip(members, nexts, strict=True)]
        if _are_apart(near):  # most often the next ones will do
            return near
        if (chain := next(chains(start, members, nexts, together), None)) is not None:
            return chosen_by(chain)
    return None


def sharing_words(members: Members, together: Together) -> Sequence[Hit] | None:
    """The same where a word may serve several members."""
    for _, nexts in starts(members, together):
        return [hits[number] for hits, number in zip(members, nexts, strict=True)]
    return None


def starts(members: Members, together: Together) -> Iterator[tuple[Hit, list[int]]]:
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


def chains(
    start: Hit, members: Members, nexts: Sequence[int], together: Together, *, in_order: bool = False
) -> Iterator[_Chain]:
    """Choices of a hit of each member, of which `start` is the first and no two share a word; for each hit that can be
    the last, one. `nexts`: the number of the first hit of each member that is not before the start.

    Of the hits that were chosen so far only the members that they are of and the end of the last one matter, so that
    of each set of members the one that ends soonest is kept.
    """
    whole = (1 << len(members)) - 1
    firsts = range(1 if in_order else len(members))
    owners = [member for member in firsts if members[member][nexts[member] : nexts[member] + 1] == [start]]
    kept: dict[int, _Chain] = {1 << member: (start, member, None) for member in owners}
    behind = (_numbered(hits, number, member) for member, (hits, number) in enumerate(zip(members, nexts, strict=True)))
    for hit, member in merge(*behind):
        if hit[0] < start[1]:
            continue
        if not together(start, hit):
            return
        bit, best = 1 << member, None
        for chosen, chain in list(kept.items()):
            if chosen & bit or chain[0][1] > hit[0] or (in_order and chosen != bit - 1):
                continue
            longer = (hit, member, chain)
            if chosen | bit == whole:
                best = longer
            elif chosen | bit not in kept or kept[chosen | bit][0][1] > hit[1]:
                kept[chosen | bit] = longer
        if best is not None:
            yield best


def _numbered(hits: list[Hit], first: int, member: int) -> Iterator[tuple[Hit, int]]:
    for number in range(first, len(hits)):  # not islice, which walks over those before
        yield hits[number], member


def chosen_by(chain: _Chain | None) -> list[Hit]:
    """The hits of a chain, in the members' order."""
    by_member: dict[int, Hit] = {}
    while chain is not None:
        hit, member, chain = chain
        by_member[member] = hit
    return [by_member[member] for member in sorted(by_member)]


def _pair(these: list[Hit], others: list[Hit], together: Together) -> Sequence[Hit] | None:
    """The same for two members, as most have: whichever is first, what is next of the other one is the nearest."""
    one, other = _next(these, others, together), _next(others, these, together)
    if one is None or (other is not None and other < one):
        return None if other is None else (other[1], other[0])
    return one


def _next(these: list[Hit], others: list[Hit], together: Together) -> tuple[Hit, Hit] | None:
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


def near_each_other(
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


def in_this_order(members: Members, together: Together) -> Sequence[Hit] | None:
    """A hit of each member, each beginning at or behind the end of the one before, the last together with the first."""
    *between, last = members[1:]
    following = [(hits, _soonest_ends(hits)) for hits in between]
    for start in members[0]:
        chosen = _chain(start, [*following, (last, last)])
        if chosen is not None and together(start, chosen[-1]):
            return chosen
    return None


def _chain(start: Hit, following: list[tuple[list[Hit], list[Hit]]]) -> list[Hit] | None:
    """From `start` on, of each of the following members the best hit behind the one before: of the last the soonest, of
    the others that which ends soonest."""
    chosen = [start]
    for hits, best in following:
        number = bisect_left(hits, (chosen[-1][1],))
        if number == len(hits):
            return None
        chosen.append(best[number])
    return chosen


def _soonest_ends(hits: list[Hit]) -> list[Hit]:
    """For each hit, the one from it on that ends soonest: whoever takes it leaves the most room."""
    soonest = list(hits)
    for number in reversed(range(len(hits) - 1)):
        if soonest[number + 1][1] <= hits[number][1]:
            soonest[number] = soonest[number + 1]
    return soonest
