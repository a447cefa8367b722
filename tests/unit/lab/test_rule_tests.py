"""The tests that rules and entities carry run through the live code, and each that fails is a fault at its place."""

from __future__ import annotations

import gc
from dataclasses import replace
from typing import Any

import pytest

from monitor.lab.expectations import find_test_failures
from monitor.model import (
    AllOf,
    Entity,
    Field,
    In,
    Level,
    ListNamed,
    Named,
    Near,
    NewsIn,
    Place,
    Rule,
    RuleStatus,
    RuleTest,
    Term,
    Where,
    WordList,
    Words,
)
from tests.support.building import NOON, source

LONG = "The committee spoke of rowing and of gardens. " * 30
PLACE = Place("rules/a.yaml", 7, 9)


def rule_with(*tests: RuleTest, status: RuleStatus = RuleStatus.LIVE) -> Rule:
    words = Words((Term("missile", "en"),))
    return Rule("launch", "A launch", Level.HIGH, words, "v", status, tests=tests)


@pytest.mark.parametrize(
    ("test", "what"),
    [
        (RuleTest(fires=True, title="A missile"), None),
        (RuleTest(fires=False, title="A garden"), None),
        (RuleTest(fires=False, title="A garden", text=f"{LONG}A missile."), None),  # a mention is silent
        (RuleTest(fires=True, title="A garden"), "must fire, and does not: words missile: not there"),
        (
            RuleTest(fires=True, title="A garden", text=f"{LONG}A missile."),
            "must fire, and is only a mention: complete only outside title and lead",
        ),
        (RuleTest(fires=False, title="A Missile"), "must stay silent, and fires on “Missile”"),
    ],
)
def test_each_test_is_held_against_the_rule(test: RuleTest, what: str | None) -> None:
    """News fires; nothing and a mention are silent."""
    found = find_test_failures([rule_with(replace(test, place=PLACE))], {}, {}, {}, NOON)
    assert len(found) == (what is not None)
    if what:
        assert found[0].place == PLACE
        assert what in found[0].problem
        assert "launch" in found[0].problem


@pytest.mark.parametrize(
    ("title", "text", "what"),
    [
        ("A rocket", "", None),  # the rule's `mention`
        ("A garden", f"{LONG}A missile.", None),  # its `match`, deep in the text
        ("A missile", "", "must be a mention, and fires on “missile”"),
        (
            "A garden",
            "",
            (
                "must be a mention, and is not: words missile: not there; "
                "mention does not hold either: words rocket: not there"
            ),
        ),
    ],
)
def test_a_test_may_ask_for_a_mention(title: str, text: str, what: str | None) -> None:
    """News is none, and nothing is none."""
    asked = rule_with(RuleTest(fires=False, title=title, text=text, mentions=True))
    found = find_test_failures([replace(asked, mention=Words((Term("rocket"),)))], {}, {}, {}, NOON)
    assert [fault.problem.partition("launch ")[2] for fault in found] == ([what] if what else [])


@pytest.mark.parametrize(
    ("changed", "title", "what"),
    [
        ({"unless": Words((Term("film"),))}, "A missile film", "does not: unless holds, by “film” in the title"),
        ({"mention_if": Words((Term("anniversary"),))}, "Missile anniversary", "is only a mention: mention_if holds"),
        (
            {"condition": Near((Words((Term("missile"),)), Named("did what", Words((Term("fired"),)))))},
            "A missile",
            "does not: 1 of 2: nothing of `did what` in the article",
        ),
    ],
)
def test_what_a_failed_test_missed_is_said(changed: dict[str, Any], title: str, what: str) -> None:
    """As `why` explains an article, so that nobody has to ask again."""
    asked = replace(rule_with(RuleTest(fires=True, title=title)), **changed)
    (fault,) = find_test_failures([asked], {}, {}, {}, NOON)
    assert fault.problem.endswith(what)


@pytest.mark.parametrize(
    ("status", "mentioned"), [(RuleStatus.LIVE, True), (RuleStatus.SHADOW, False), (RuleStatus.OFF, False)]
)
def test_what_a_title_is_about_is_asked_of_the_rules_that_are_live(status: RuleStatus, *, mentioned: bool) -> None:
    """Whether these have tests or not; what is tested although it is off is not live for that."""
    test = RuleTest(fires=not mentioned, title="Summit opens", text="A missile flew.", mentions=mentioned)
    asked = replace(rule_with(test), news_in=NewsIn.ABOUT)
    for tests in ((), (RuleTest(fires=True, title="A summit"),)):
        other = replace(rule_with(*tests, status=status), id="summit", condition=Words((Term("summit"),)))
        assert find_test_failures([asked, other], {}, {}, {}, NOON) == ()


def test_rules_that_are_off_are_tested_too() -> None:
    """Whoever turns one on again should not be surprised."""
    rule = rule_with(RuleTest(fires=True, title="A garden"), status=RuleStatus.OFF)
    assert len(find_test_failures([rule], {}, {}, {}, NOON)) == 1


def test_entities_are_tested_by_their_names() -> None:
    """An entity fires where one of its sure names stands."""
    tests = (RuleTest(fires=True, title="Kim spoke"), RuleTest(fires=True, title="Nobody spoke"))
    entity = Entity("kim", "person", "Kim", (Term("Kim", "en"),), tests=tests)
    (fault,) = find_test_failures([entity], {"kim": entity}, {}, {}, NOON)
    assert "this test of kim must fire" in fault.problem


@pytest.mark.parametrize(
    ("where", "test", "fires"),
    [
        (Where(languages=("fr",)), RuleTest(fires=True, title="missile", language="de"), False),
        (Where(languages=("fr",), unknown=False), RuleTest(fires=True, title="missile", language="fr"), True),
        (Where(languages=("fr",), unknown=False), RuleTest(fires=True, title="missile"), False),
        (Where(sources=("wire",)), RuleTest(fires=True, title="missile", source="wire"), True),
        (Where(sources=("wire",)), RuleTest(fires=True, title="missile", source="post"), False),
        (Where(tags=("state",)), RuleTest(fires=True, title="missile", source="wire"), True),
        (Where(tags=("private",)), RuleTest(fires=True, title="missile", source="wire"), False),
    ],
)
def test_a_test_says_where_its_article_comes_from(where: Where, test: RuleTest, fires: bool) -> None:
    """Its language, and its source with all that is known of it."""
    wire = replace(source("wire"), tags=("state",))
    asked = replace(rule_with(test), where=where)
    assert (find_test_failures([asked], {}, {}, {"wire": wire}, NOON) == ()) is fires


def test_a_test_has_an_address_and_rules_share_lists() -> None:
    """All that a condition asks of an article can be tested."""
    words = WordList("arms", (Term("missile"),))
    asked = replace(rule_with(), condition=AllOf((ListNamed("arms"), In(Field.URL, Words((Term("world"),))))))
    test = RuleTest(fires=True, title="A missile", url="https://x.test/world/1")
    for tried, fires in ((test, True), (replace(test, url=None), False), (replace(test, title="A garden"), False)):
        assert (find_test_failures([replace(asked, tests=(tried,))], {}, {"arms": words}, {}, NOON) == ()) is fires


@pytest.mark.parametrize(
    ("field", "test"),
    [
        (Field.AUTHOR, RuleTest(fires=True, title="A garden", authors=("Kim", "Missile Lee"))),
        (Field.TAGS, RuleTest(fires=True, title="A garden", tags=("world", "missile"))),
    ],
)
def test_a_test_has_authors_and_tags(field: Field, test: RuleTest) -> None:
    """What looks at the author or the tags alone can be tested too, and is not met without them."""
    asked = replace(rule_with(), condition=In(field, Words((Term("missile"),))))
    for tried, fires in ((test, True), (replace(test, authors=(), tags=()), False)):
        assert (find_test_failures([replace(asked, tests=(tried,))], {}, {}, {}, NOON) == ()) is fires


def test_no_test_leaves_anything_behind() -> None:
    """Neither one that holds nor one that fails, though the garbage collector rests while they run: a check of
    thousands of tests needs no more memory than one of a few. And none changes what the next one finds."""
    good, bad = (RuleTest(fires=True, title=title, text=LONG) for title in ("A missile", "A garden"))
    asked = [rule_with(*[good, bad] * 20)]
    find_test_failures(asked, {}, {}, {}, NOON)  # what is made once, whenever it is asked for first
    gc.collect()
    gc.disable()
    try:
        left = []
        for _ in range(3):  # what tests before this one left running may leave something too, now and then
            assert len(find_test_failures(asked, {}, {}, {}, NOON)) == 20
            left.append(gc.collect())
        assert min(left) == 0
    finally:
        gc.enable()
