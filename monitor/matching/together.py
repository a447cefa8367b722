"""Which hits stand together: one of each member, within reach of the first of them.

It knows nothing of sentences or words: `reach` says up to where what stands together with a hit may begin. The time
is in proportion to the number of hits (and its logarithm), however often an article repeats its words.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from itertools import islice

from monitor.matching.found import Hit

Members = list[list[Hit]]
Reach = Callable[[Hit], int]
_Place = tuple[int, int]


def in_any_order(members: Members, reach: Reach, farthest: int) -> Sequence[Hit] | None:
    """A hit of each member, no two at the very same place, all beginning within the reach of the first of them; in the
    members' order. The members' hits are in the text's order. `farthest`: no reach is longer than so many letters,
    which spares most questions."""
    for start in sorted({hit for hits in members for hit in hits}):
        nexts = [bisect_left(hits, start) for hits in members]
        if any(number == len(hits) for number, hits in zip(nexts, members, strict=True)):
            return None
        far = start[1] + farthest
        if any(hits[number][0] > far for number, hits in zip(nexts, members, strict=True)):
            continue
        limit = reach(start)
        near = [_within(hits, number, limit, len(members)) for number, hits in zip(nexts, members, strict=True)]
        if all(near):
            chosen = _from(start, near)
            if chosen is not None:
                return chosen
    return None


def _from(start: Hit, near: Members) -> Sequence[Hit] | None:
    """A choice of which `start` is the first; of an article that repeats its words this is asked very often."""
    for number, hits in enumerate(near):
        if hits[0] == start:
            others = _one_each([*near[:number], *near[number + 1 :]], start)
            if others is not None:
                return [*others[:number], start, *others[number:]]
    return None


def _within(hits: list[Hit], number: int, limit: int, most: int) -> list[Hit]:
    """The first hits from that number on that begin before the limit, at `most` different places: of as many places as
    there are members, one is always left for a member that chooses last."""
    found: dict[_Place, Hit] = {}
    for hit in islice(hits, number, None):
        if hit[0] >= limit or len(found) == most:
            break
        found.setdefault((hit[0], hit[1]), hit)
    return list(found.values())


def _one_each(near: Members, start: Hit) -> list[Hit] | None:
    """A hit for each member, no two at the very same place and none at the start's (augmenting paths)."""
    owner: dict[_Place, int] = {}
    chosen: dict[int, Hit] = {}

    def choose(member: int, tried: set[_Place]) -> bool:
        for hit in near[member]:
            place = (hit[0], hit[1])
            if place == (start[0], start[1]) or place in tried:
                continue
            tried.add(place)
            if place not in owner or choose(owner[place], tried):
                owner[place], chosen[member] = member, hit
                return True
        return False

    if all(choose(member, set()) for member in range(len(near))):
        return [chosen[member] for member in range(len(near))]
    return None


def in_this_order(members: Members, reach: Reach, farthest: int) -> Sequence[Hit] | None:
    """A hit of each member, each beginning at or behind the end of the one before, the last within the reach of the
    first."""
    *between, last = members[1:]
    following = [(hits, _soonest_ends(hits)) for hits in between]
    for start in members[0]:
        chosen = _chain(start, [*following, (last, last)])
        if chosen is not None and chosen[-1][0] <= start[1] + farthest and chosen[-1][0] < reach(start):
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
