"""Where a word stands first is what looking for all its places would say."""

from __future__ import annotations

from random import Random

import pytest

from monitor.matching import compile_rules
from monitor.matching.document_hits import DocumentHits
from monitor.matching.finders import TermFinder
from monitor.matching.nodes import LeafNode
from monitor.model import Level, Rule, Term, Words
from tests.support.building import article

TERMS = ["대만", "alpha", "alpha*", "*lph*", "alpha beta", "ALPHA", "베타 대만", "灣"]
TEXT = ["대만", "대만에서", "대만산", "alpha", "alphabet", "Alpha", "ALPHA", "beta", "베타", "湾", "灣", "—"]


@pytest.mark.parametrize("seed", range(30))
def test_the_first_place_is_the_first_of_all_places(seed: int) -> None:
    """Of each pattern, in each order of asking; None where it stands nowhere, although its literal does."""
    rng = Random(seed)
    for _ in range(10):
        text = " ".join(rng.choices(rng.sample(TEXT, 4), k=rng.choice([3, 30])))
        found, other, _ = _looked(text)
        for pattern in found.present:
            places = other.places(pattern)
            assert found.first_place(pattern) == other.first_place(pattern) == (places[0] if places else None)


def test_a_first_place_behind_many_that_do_not_fit_is_found() -> None:
    """Looking for the first few of a literal's places tells nothing of what comes behind them."""
    found, other, finder = _looked("대만산 " * 100 + "대만에서")
    (hit,) = finder.first_hits(found, found.document.end)
    assert hit[:2] == other.places(next(iter(other.present)))[0]
    assert found.document.joined[hit[0] : hit[1]] == "대만에서"


@pytest.mark.parametrize("seed", range(30))
def test_the_first_places_of_terms_are_the_first_of_their_hits(seed: int) -> None:
    """One of each term, in the text's order, as far as the limit; and something stands where there is one."""
    rng = Random(seed)
    for _ in range(10):
        found, other, finder = _looked(" ".join(rng.choices(TEXT, k=rng.choice([3, 30]))))
        for limit in range(0, found.document.end + 1, 3):
            firsts = {hit[2]: hit for hit in reversed(finder.hits(other)) if hit[1] <= limit}
            assert finder.first_hits(found, limit) == sorted(firsts.values())
            assert finder.has_term_before(found, limit) == bool(firsts)


@pytest.mark.parametrize(
    "text", ["대만에서 ", "대만산 대만 ", "alpha ", "alphabet beta ", "alphaalpha" * 700 + " ", "ALPHA beta 灣"]
)
def test_places_few_by_few_are_all_places(text: str) -> None:
    """None is lost and none is told twice where the few end, in however long a token."""
    found, other, _ = _looked(text * (5_000 // len(text) * 2 + 4))
    for pattern in found.present:
        assert list(found.iterate_places(pattern)) == other.places(pattern)


def _looked(text: str) -> tuple[DocumentHits, DocumentHits, TermFinder]:
    """A text looked at twice, and what finds the terms in it."""
    terms = Words(tuple(Term(term, exact=term.isupper()) for term in TERMS))
    compiled = compile_rules([Rule("r", "R", Level.HIGH, terms, "v1")], {})
    (rule,) = compiled.compiled_rules
    assert isinstance(rule.node, LeafNode)
    assert isinstance(rule.node.finder, TermFinder)
    one = article(title="", text=text)
    return compiled.find_patterns(one), compiled.find_patterns(one), rule.node.finder
