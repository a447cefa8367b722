"""Which rules are worth asking is what going through all of them would say."""

from __future__ import annotations

from random import Random

import pytest

from monitor.matching.anchors import AnchorIndex, choose_anchor

PATTERNS = 12
COMMONNESS = [float(number) for number in range(PATTERNS)]


@pytest.mark.parametrize("seed", range(20))
def test_a_rule_is_a_candidate_where_one_of_each_of_its_sets_is_present(seed: int) -> None:
    """However many sets it has, and however many patterns are in one: what is kept in a row is no other than the
    rest."""
    rng = Random(seed)
    rules = [[_some(rng, 1, 6) for _ in range(rng.randint(0, 4))] for _ in range(60)]
    anchors = AnchorIndex([choose_anchor(each, COMMONNESS) for each in rules], set(), PATTERNS)
    for present in (_some(rng, 0, PATTERNS) for _ in range(40)):
        expected = [number for number, each in enumerate(rules) if all(map(present.intersection, each))]
        assert anchors.candidates(present) == expected


@pytest.mark.parametrize("seed", range(20))
def test_of_a_plain_rule_it_is_known_whether_all_stands_in_the_lead(seed: int) -> None:
    """What is not known of a rule (None) is to be asked of it; of one that is not plain it never is."""
    rng = Random(seed)
    rules = [[_some(rng, 1, 5) for _ in range(rng.randint(1, 3))] for _ in range(60)]
    plain = set(range(0, len(rules), 2))
    anchors = AnchorIndex([choose_anchor(each, COMMONNESS) for each in rules], plain, PATTERNS)
    known = 0
    for lead in (_some(rng, 0, PATTERNS) for _ in range(40)):
        for number, answer in enumerate(anchors.are_met_in_lead(range(len(rules)), lead)):
            if answer is not None:
                known += 1
                assert number in plain
                assert answer == all(map(lead.intersection, rules[number]))
    assert known


def test_the_anchor_is_the_set_that_is_met_most_rarely() -> None:
    """What the others are is asked in the order in which it is likely that they are missing."""
    assert choose_anchor([frozenset({9}), frozenset({1, 2}), frozenset({4})], COMMONNESS) == (frozenset({1, 2}), (4, 9))
    assert choose_anchor([], COMMONNESS) == (frozenset(), ())


def test_a_set_without_patterns_is_never_present() -> None:
    """A rule that asks for signs only is kept by nothing that stands in an article, and told by nothing else."""
    empty, other = frozenset[int](), frozenset({3})
    for required in ([other, empty, empty], [empty, empty]):
        assert AnchorIndex([choose_anchor(required, COMMONNESS)], set(), PATTERNS).candidates({3}) == []


def test_a_rule_that_requires_nothing_is_always_a_candidate() -> None:
    """Nobody can tell of a pattern of the user's where it matches, and no rule of this set has another."""
    assert AnchorIndex([choose_anchor([], COMMONNESS)], set(), PATTERNS).candidates(set()) == [0]
    assert AnchorIndex([], set(), 0).candidates(set()) == []


def _some(rng: Random, least: int, most: int) -> frozenset[int]:
    return frozenset(rng.sample(range(PATTERNS), rng.randint(least, most)))
