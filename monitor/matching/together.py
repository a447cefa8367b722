"""Which hits stand together: one of each member, each together with the first of them.

It knows nothing of sentences or words: `together` says it of two hits, and what it says of one it says of all that
stand between the two. The time is in proportion to the number of hits (and its logarithm), however often an article
repeats its words.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from heapq import merge
from itertools import groupby

from monitor.matching.document import Region
from monitor.matching.found import Hit

Members = list[list[Hit]]
Together = Callable[[Hit, Hit], bool]
_Place = tuple[int, int]


def in_any_order(members: Members, together: Together) -> Sequence[Hit] | None:
    """A hit of each member, no two at the very same place, each together with the first of them; in the members' order.
    The members' hits are in the text's order."""
    if len(members) == 2:
        return _pair(members[0], members[1], together)
    nexts = [0] * len(members)
    for start, _ in groupby(merge(*members)):  # one after the other: most often one of the first will do
        nexts = [bisect_left(hits, start, number) for number, hits in zip(nexts, members, strict=True)]
        for number, hits in zip(nexts, members, strict=True):
            if number == len(hits):
                return None
            if not together(start, hits[number]):
                break
        else:
            near = [
                _within(hits, number, start, len(members), together)
                for number, hits in zip(nexts, members, strict=True)
            ]
            chosen = _from(start, near)
            if chosen is not None:
                return chosen
    return None


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
        while number < most and others[number][0] == hit[0] and others[number][1] == hit[1]:
            number += 1
        if number == most:
            return None
        if together(hit, others[number]):
            return hit, others[number]
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
        if behind < most and many[behind] == place:  # no place serves two
            behind += 1
        if behind < most and within(words, place[1], many[behind][0]):
            return True
        if number and within(words, many[number - 1][1], place[0]):
            return True
    return False


def _from(start: Hit, near: Members) -> Sequence[Hit] | None:
    """A choice of which `start` is the first; of an article that repeats its words this is asked very often."""
    if len({(hit[0], hit[1]) for hits in near for hit in hits}) < len(near):
        return None
    for number, hits in enumerate(near):
        if hits[0] == start:
            others = _one_each([*near[:number], *near[number + 1 :]], start)
            if others is not None:
                return [*others[:number], start, *others[number:]]
    return None


def _within(hits: list[Hit], number: int, start: Hit, most: int, together: Together) -> list[Hit]:
    """Of the hits from `number` on the first that are together with `start`, at `most` different places: of as many
    places as there are members, one is always left for a member that chooses last."""
    found: dict[_Place, Hit] = {}
    while number < len(hits) and len(found) < most and together(start, hits[number]):
        hit = hits[number]
        found.setdefault((hit[0], hit[1]), hit)
        number += 1
    return list(found.values())


def _one_each(near: Members, start: Hit) -> list[Hit] | None:
    """A hit for each member, no two at the very same place and none at the start's."""
    choice = _Choice(near)
    if all(choice.made(member, {(start[0], start[1])}) for member in range(len(near))):
        return [choice.chosen[member] for member in range(len(near))]
    return None


class _Choice:
    """Of members, each with its hits, which of them has which (augmenting paths)."""

    def __init__(self, near: Members) -> None:
        self._near = near
        self._owner: dict[_Place, int] = {}
        self.chosen: dict[int, Hit] = {}

    def made(self, member: int, tried: set[_Place]) -> bool:
        """Whether the member has a hit, at none of the places tried, and all that had one still have one."""
        for hit in self._near[member]:
            place = (hit[0], hit[1])
            if place in tried:
                continue
            tried.add(place)
            if place not in self._owner or self.made(self._owner[place], tried):
                self._owner[place], self.chosen[member] = member, hit
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
