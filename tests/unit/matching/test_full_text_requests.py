"""Which rules wish for an article's full text."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.config.language.rules import rule_from_document as read_rule
from monitor.config.yaml.yaml12 import parse_yaml_text
from monitor.matching import compile_rules
from monitor.matching.full_text_requests import find_full_text_requests
from tests.support.building import article, rule, rules

BOTH = "{all: [{words: [missile]}, {any: [{words: [Seoul]}, {all: [{words: [Tokyo]}, {words: [alarm]}]}]}]}"


def wishing(title: str, text: str = "", *, match: str = BOTH, more: str = "full_text: true") -> bool:
    """Whether a rule of this condition wishes for the text of this article."""
    [document] = parse_yaml_text(f"rule: r\ntitle: t\nlevel: high\nmatch: {match}\n{more}\n", "f.yaml")
    return find_full_text_requests(compile_rules([read_rule(document)], {}), article(title=title, text=text)) == ("r",)


@pytest.mark.parametrize(
    ("title", "text", "does"),
    [
        ("A missile", "", True),  # one word of it
        ("News", "From Seoul.", True),
        ("News", "An alarm.", True),  # wherever in the rule the word stands
        ("Missiles", "", False),  # another word
        ("News", "Nothing at all.", False),
        ("", "", False),
    ],
)
def test_one_word_of_the_rule_is_enough(title: str, text: str, *, does: bool) -> None:
    """In title or text; what is missing may stand in the page."""
    assert wishing(title, text) is does


def test_near_words_count_too() -> None:
    """Each of them by itself."""
    near = "{near: {within: 5 words, these: [{words: [missile]}, {words: [coast]}]}}"
    assert wishing("The coast", match=near)
    assert not wishing("The sea", match=near)


def test_words_of_mention_count_too() -> None:
    """What the page says may be a mention."""
    assert wishing("The coast", more="full_text: true\nmention: {all: [{words: [coast]}, {words: [ship]}]}")
    assert not wishing("The sea", more="full_text: true\nmention: {all: [{words: [coast]}, {words: [ship]}]}")


def test_only_rules_that_say_so_wish() -> None:
    """And only for articles that they look at."""
    assert not wishing("A missile", more="")
    assert not wishing("A missile", more="full_text: true\nwhere: {sources: [post]}")
    assert wishing("A missile", more="full_text: true\nwhere: {sources: [wire]}")


def test_the_rules_are_told_by_their_ids() -> None:
    """Of several each that wishes."""
    chosen = rules(replace(rule("a"), full_text=True), rule("b"), replace(rule("c", ["boat"]), full_text=True))
    assert find_full_text_requests(chosen, article()) == ("a",)
    assert find_full_text_requests(rules(), article()) == ()
