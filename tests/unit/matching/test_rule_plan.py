"""The quick ways of deciding a rule say what its tree of conditions says."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from monitor.matching import RuleSet, compile_rules
from monitor.matching.rule_plan import RulePlan
from monitor.model import AllOf, Article, Condition, Field, In, Level, Near, Rule, Term, Words
from tests.building import article

TEXT = [
    "alpha",
    "beta",
    "gamma",
    "Alpha",
    "ALPHA",
    "alphabet",
    "대만",
    "대만에서",
    "導弹",
    "导",
    "弹",
    "beta.",
    "gamma\n\n",
    "—",
]
TERMS = ["alpha", "beta", "alpha*", "alpha beta", "*bet", "대만", "대만 beta", "导弹", "弹", "gamma alpha", "beta 대만"]
TITLES = ["", "alpha 대만", "beta", "导弹 gamma"]


@pytest.mark.parametrize("seed", range(40))
def test_a_rule_is_met_as_its_conditions_say(seed: int) -> None:
    """As news or as mention or not at all, whatever its words are and wherever they stand."""
    rng = Random(seed)
    conditions = [rng.choice((_plain, _near, _near_and_more))(rng) for _ in range(30)]
    loaded = [
        Rule(str(number), "R", Level.HIGH, each, "v1", unless=_words(rng) if rng.random() < 0.3 else None)
        for number, each in enumerate(conditions)
    ]
    compiled = compile_rules(loaded, {})
    for _ in range(20):
        one = _article(rng)
        assert compiled.evaluate_candidates(compiled.find_patterns(one)) == _slowly(compiled, one)


def test_where_a_rule_asks_for_a_tag_the_others_are_decided_as_before() -> None:
    """What stands behind the text is found in the same pass, and is no text."""
    tagged = Rule("tagged", "R", Level.HIGH, In(Field.TAGS, Words((Term("alpha"),))), "v1")
    near = Rule("near", "R", Level.HIGH, Near((Words((Term("alpha"),)), Words((Term("beta"),))), 3), "v1")
    plain = Rule("plain", "R", Level.HIGH, AllOf((Words((Term("alpha"),)), Words((Term("beta"),)))), "v1")
    compiled = compile_rules([tagged, near, plain], {})
    for text, met in (("beta", ["tagged"]), ("beta alpha", ["tagged", "near", "plain"])):
        one = article(title="", text=text, tags=("alpha beta",))
        assert [each.rule.id for each, *_ in compiled.evaluate_candidates(compiled.find_patterns(one))] == met
        assert compiled.evaluate_candidates(compiled.find_patterns(one)) == _slowly(compiled, one)


def test_each_quick_way_is_taken() -> None:
    """So that what is tested above is what is meant to be."""
    rng = Random(1)
    loaded = [Rule(str(n), "R", Level.HIGH, make(rng), "v1") for make in (_plain, _near, _near_and_more) for n in "ab"]
    kinds = Counter(type(each).__name__ for each in compile_rules(loaded, {})._plans)
    assert kinds == {"PresenceRulePlan": 2, "ProximityRulePlan": 4}


def _slowly(compiled: RuleSet, one: Article) -> object:
    found = compiled.find_patterns(one)
    return [met for each in compiled.compiled_rules if (met := RulePlan(each, frozenset()).evaluate(found)) is not None]


def _article(rng: Random) -> Article:
    filler = " filler" * rng.choice([0, 0, 0, 50, 70])
    words = [*rng.choices(TEXT, k=rng.randint(0, 8)), filler, *rng.choices(TEXT, k=rng.randint(0, 8))]
    return article(title=rng.choice(TITLES), text=rng.choice([" ", "", " "]).join(words))


def _words(rng: Random) -> Words:
    return Words(tuple(Term(rng.choice(TERMS), exact=rng.random() < 0.2) for _ in range(rng.randint(1, 3))))


def _plain(rng: Random) -> Condition:
    return AllOf(tuple(_words(rng) for _ in range(rng.randint(1, 3))))


def _near(rng: Random) -> Condition:
    return Near((_words(rng), _words(rng)), rng.choice([1, 2, 3, 60, 120]))


def _near_and_more(rng: Random) -> Condition:
    return AllOf(tuple(rng.sample([_near(rng), _words(rng)], 2)))
