"""Which rules are worth evaluating is what going through all of them would say."""

from __future__ import annotations

from random import Random

import pytest

from monitor.matching import compile_rules
from monitor.matching.anchors import AnchorIndex
from monitor.matching.compiled_rule import evaluate_rule
from monitor.model import AllOf, Article, Condition, Level, Near, Rule, Term, Words
from tests.support.building import article

PATTERNS = 12
COMMONNESS = [float(number) for number in range(PATTERNS)]
TEXT = ["alpha", "beta", "Alpha", "alphabet", "대만", "대만에서", "導弹", "导", "弹", "beta.", "gamma\n\n", "—"]
TERMS = ["alpha", "beta", "alpha*", "alpha beta", "*bet", "대만", "대만 beta", "导弹", "弹", "gamma alpha", "beta 대만"]


@pytest.mark.parametrize("seed", range(20))
def test_a_rule_is_a_candidate_where_one_of_each_of_its_groups_is_present(seed: int) -> None:
    """However many groups it has, and however many patterns are in one."""
    rng = Random(seed)
    rules = [[_some(rng, 1, 6) for _ in range(rng.randint(0, 4))] for _ in range(60)]
    anchors = AnchorIndex(rules, COMMONNESS)
    for present in (_some(rng, 0, PATTERNS) for _ in range(40)):
        expected = [number for number, each in enumerate(rules) if all(map(present.intersection, each))]
        assert anchors.candidates(present) == expected


def test_a_group_without_patterns_is_never_present() -> None:
    empty, other = frozenset[int](), frozenset({3})
    for required in ([other, empty, empty], [empty, empty]):
        assert AnchorIndex([required], COMMONNESS).candidates({3}) == []


@pytest.mark.parametrize("seed", range(20))
def test_no_rule_that_an_article_meets_is_left_out(seed: int) -> None:
    """Evaluating the candidates says what evaluating all rules says, whatever the words are and wherever they stand."""
    rng = Random(seed)
    conditions = [rng.choice((_plain, _near))(rng) for _ in range(30)]
    rules = [
        Rule(str(number), "R", Level.HIGH, each, "v1", unless=_words(rng) if rng.random() < 0.3 else None)
        for number, each in enumerate(conditions)
    ]
    compiled = compile_rules(rules, {})
    for _ in range(20):
        found = compiled.find_patterns(_article(rng))
        every = [evaluate_rule(rule, found) for rule in compiled.compiled_rules]
        assert compiled.evaluate_candidates(found) == [met for met in every if met is not None]


def _some(rng: Random, least: int, most: int) -> frozenset[int]:
    return frozenset(rng.sample(range(PATTERNS), rng.randint(least, most)))


def _article(rng: Random) -> Article:
    filler = " filler" * rng.choice([0, 0, 0, 50, 70])
    words = [*rng.choices(TEXT, k=rng.randint(0, 8)), filler, *rng.choices(TEXT, k=rng.randint(0, 8))]
    return article(title=rng.choice(["", "alpha 대만", "beta"]), text=rng.choice([" ", "", " "]).join(words))


def _words(rng: Random) -> Words:
    return Words(tuple(Term(rng.choice(TERMS), exact=rng.random() < 0.2) for _ in range(rng.randint(1, 3))))


def _plain(rng: Random) -> Condition:
    return AllOf(tuple(_words(rng) for _ in range(rng.randint(1, 3))))


def _near(rng: Random) -> Condition:
    return AllOf((Near((_words(rng), _words(rng)), rng.choice([1, 2, 3, 60, 120])), _words(rng)))
