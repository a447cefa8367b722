"""Which hits are near each other, and how many pairs are compared to find that."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice

import pytest

from monitor.matching.document_hits import Hit
from monitor.matching.proximity import (
    Members,
    ProximityTest,
    choose_in_any_order,
    choose_in_order,
    choose_sharing_words,
    find_hit_chains,
    find_start_hits,
    hits_from_chain,
    soonest_ending_hits,
)


def places(text: str, *words: str) -> list[Hit]:
    """The places of some words in a text whose words are separated by single spaces, in order."""
    found: list[Hit] = []
    start = 0
    for token in text.split(" "):
        if token in words:
            found.append((start, start + len(token), token))
        start += len(token) + 1
    return found


def all_chains(members: Members, together: ProximityTest) -> Iterator[Sequence[Hit]]:
    """As a near in a near asks for them."""
    soonest = list(map(soonest_ending_hits, members))
    for start, _ in find_start_hits(members, together):
        yield from map(hits_from_chain, islice(find_hit_chains(start, members, soonest, together), 3))


def all_chains_in_order(members: Members, together: ProximityTest) -> Iterator[Sequence[Hit]]:
    soonest = list(map(soonest_ending_hits, members))
    for start, _ in find_start_hits(members, together):
        yield from map(hits_from_chain, islice(find_hit_chains(start, members, soonest, together, in_order=True), 3))


@pytest.mark.parametrize("text", ["cc {}aa", "aa {}cc", "cc {}aa cc", "aa {}bb"])
@pytest.mark.parametrize("repeated", ["cc ", "aa cc ", "cc dd ", "bb "])
@pytest.mark.parametrize(
    "look",
    [
        choose_in_any_order,
        choose_in_order,
        choose_sharing_words,
        lambda members, together: list(all_chains(members, together)),
        lambda members, together: list(all_chains_in_order(members, together)),
    ],
    ids=["any order", "this order", "sharing words", "near in near", "near in near, in order"],
)
@pytest.mark.parametrize("within", [10**9, 60], ids=["sentence", "words"])
def test_ten_times_the_words_are_looked_at_ten_times_as_often(
    look: Callable[[Members, ProximityTest], object], text: str, repeated: str, within: int
) -> None:
    """Whether or not the near holds in the end: a text that repeats its words must not stop the daemon."""
    looked: list[int] = []
    for times in (100, 1_000):
        whole = text.format(repeated * times)
        members = [places(whole, *words) for words in (("aa",), ("aa", "bb"), ("cc",), ("cc", "dd"))]
        asked = 0

        def together(one: Hit, other: Hit) -> bool:
            nonlocal asked
            asked += 1
            return other[0] - one[1] <= within

        look(members, together)
        looked.append(asked)
    assert looked[1] <= 12 * looked[0] + 100


def test_a_long_phrase_may_be_the_last_where_a_short_one_inside_it_is_too_far() -> None:
    """What ends soonest is not always what begins near enough."""
    members = [[(0, 1, "a")], [(0, 1, "b"), (2, 3, "b")], [(5, 20, "c"), (9, 12, "d")]]
    found = choose_in_any_order(members, lambda one, other: other[0] - one[1] <= 5)
    assert found == [(0, 1, "a"), (2, 3, "b"), (5, 20, "c")]
