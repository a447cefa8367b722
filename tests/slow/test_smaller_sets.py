"""A rule compiled alone, or for one article only, finds the same in an article as in the set of all rules.

Over generated rules and articles of the whole language, and over the shipped rules.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from monitor.lab.expectations import article_from_test
from monitor.matching import compile_rules
from monitor.matching.explain import explain_rules
from monitor.model import Article, Level, Match, Rule, RuleStatus, Term, Words
from tests.slow.test_matching import odd
from tests.support.building import article
from tests.support.cases import NOON, batch
from tests.support.shipped import load_shipped

BATCHES, RULES, ARTICLES = 200, 4, 4
FOUND = 2 * BATCHES  # matches, at least


def matches_of(matches: Iterable[Match], rule: Rule) -> list[Match]:
    """Those of one rule."""
    return [match for match in matches if match.rule == rule.id]


def test_a_rule_compiled_alone_has_the_evidence_that_it_has_among_others() -> None:
    """Each word of the evidence, each value of `by`, and the words by which events are compared."""
    found = 0
    for seed in range(BATCHES):
        cases = batch(seed, RULES, ARTICLES)
        world = (cases.world.entities, cases.world.lists, cases.world.sources)
        together = compile_rules(cases.rules, *world)
        for rule in cases.rules:
            if rule.depends_on_other_rules:
                continue
            alone = compile_rules([rule], *world)
            for each in cases.articles:
                expected = matches_of(together.match(each), rule)
                assert alone.match(each) == tuple(expected)
                assert [*map(alone.words_in_evidence, expected)] == [*map(together.words_in_evidence, expected)]
                found += len(expected)
    assert found >= FOUND


def test_a_set_for_one_article_explains_it_as_any_set_does() -> None:
    """The matches and each step of their explanation."""
    found = 0
    for seed in range(BATCHES // ARTICLES):
        cases = batch(seed, RULES, ARTICLES)
        world = (cases.world.entities, cases.world.lists, cases.world.sources)
        together = compile_rules(cases.rules, *world)
        for each in cases.articles:
            own = compile_rules(cases.rules, *world, article=each)
            assert own.match(each) == together.match(each)
            assert explain_rules(own, each) == explain_rules(together, each)
            found += len(together.match(each))
    assert found >= FOUND // ARTICLES


@given(st.lists(odd, min_size=1, max_size=3), odd, odd, st.booleans(), st.sampled_from(["en", "ja", "ko"]))
@example(["ß"], "SS", "ẞ", True, "de")
def test_a_set_for_one_article_finds_odd_words(
    words: list[str], before: str, after: str, exact: bool, language: str
) -> None:
    """Whatever a word is of, in whatever text."""
    rule = Rule("r", "R", Level.HIGH, Words(tuple(Term(word, language, exact=exact) for word in words)), "v1")
    for text in (before + words[0] + after, before + after, f"{before} {words[-1]}{after}"):
        page = article(title=before, text=text)
        assert compile_rules([rule], {}, article=page).match(page) == compile_rules([rule], {}).match(page)


@pytest.mark.parametrize(
    ("word", "title"), [("ребёнок", "Дети спасены"), ("человек", "Люди спасены"), ("ВМС США", "Корабли ВМС США ушли")]
)
def test_a_set_for_one_article_finds_forms_that_share_no_letters(word: str, title: str) -> None:
    """Of Russian words, the article may have a form with other letters."""
    rule = Rule("r", "R", Level.HIGH, Words((Term(word, "ru", forms=True),)), "v1")
    page = article(title=title)
    assert compile_rules([rule], {}, article=page).match(page) == compile_rules([rule], {}).match(page) != ()


def shipped_articles() -> list[Article]:
    """The articles of the tests of the shipped rules; two in one, so that several rules find something in it."""
    tests = [test for rule in load_shipped().rules.values() for test in rule.tests]
    pages = [article_from_test(test, NOON) for test in tests]
    return [
        replace(page, text=f"{page.text}\n\n{other.title}\n{other.text}")
        for page, other in zip(pages, reversed(pages), strict=True)
    ]


def test_each_shipped_rule_alone_has_the_evidence_that_it_has_among_all() -> None:
    """Also in the set that `why` compiles for one article, and with all its words found in it."""
    shipped = load_shipped()
    rules = [replace(rule, status=RuleStatus.LIVE) for rule in shipped.rules.values()]
    world = (shipped.entities, shipped.lists, shipped.sources)
    together, pages = compile_rules(rules, *world), shipped_articles()[::20]
    expected = [together.match(page) for page in pages]
    alone = [compile_rules([rule], *world) for rule in rules if not rule.depends_on_other_rules]
    for number, (page, matches) in enumerate(zip(pages, expected, strict=True)):
        for one in alone:
            (rule,) = one.rules.values()
            assert one.match(page) == tuple(matches_of(matches, rule))
        if number % 5 == 0:
            assert compile_rules(rules, *world, article=page).match(page) == matches
    assert sum(map(len, expected)) >= len(pages)
