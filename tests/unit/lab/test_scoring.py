"""Labelled news is counted by rule and language: what is right, missed, a false alarm, a mention."""

from __future__ import annotations

import json

import pytest

from monitor.lab.scoring import ALL, LabeledArticle, MistakeKind, Score, Tally, parse_labels, score_rules
from monitor.matching import compile_rules
from monitor.model import Level, Rule, Term, Words
from tests.support.building import read_as

LONG = "The committee spoke of rowing and of gardens. " * 30
RULES = compile_rules(
    [
        Rule("big-strike", "Strikes", Level.LOW, Words((Term("strike", "en"), Term("파업", "ko"))), "v"),
        Rule("flood", "Floods", Level.LOW, Words((Term("flood", "en"),)), "v"),
    ],
    {},
)


def lines(*rows: dict[str, object]) -> list[str]:
    return [json.dumps({"id": number, **row}, ensure_ascii=False) + "\n" for number, row in enumerate(rows, 1)]


def scored(*rows: dict[str, object], with_mistakes: bool = False) -> Score:
    found = read_as(lines(*rows), parse_labels)
    assert all(isinstance(each, LabeledArticle) for each in found)
    return score_rules([each for each in found if isinstance(each, LabeledArticle)], RULES, with_mistakes=with_mistakes)


def test_what_is_labelled_is_counted_by_rule_and_language() -> None:
    """A line that is labelled for other rules, or for none, is one on which a rule must stay silent."""
    found = scored(
        {"title": "A strike in the port", "lang": "en", "labels": ["big-strike"]},
        {"title": "Dockers walk out", "lang": "en", "labels": ["big_strike"]},  # as names in Python are written
        {"title": "항만 파업", "labels": ["big-strike"]},  # its language is told by its script
        {"title": "A lightning strike and a flood", "lang": "en", "labels": ["flood"]},
        {"title": "A lightning strike", "lang": "en"},
    )
    assert found.tallies == {
        ("big-strike", ALL): Tally(right=2, missed=1, false_alarms=2),
        ("big-strike", "en"): Tally(right=1, missed=1, false_alarms=2),
        ("big-strike", "ko"): Tally(right=1),
        ("flood", ALL): Tally(right=1),
        ("flood", "en"): Tally(right=1),
    }
    tally = found.tallies["big-strike", ALL]
    assert (tally.precision, tally.recall) == (2 / 4, 2 / 3)
    assert tally.f1 == pytest.approx(4 / 7)
    assert found.macro_f1 == pytest.approx((4 / 7 + 1) / 2)
    assert found.articles == 5


def test_a_rule_is_asked_only_about_what_was_judged_for_it() -> None:
    """Who labelled floods has not looked for strikes; what is labelled for a rule was judged for it."""
    found = scored(
        {"title": "A strike after the flood", "lang": "en", "labels": ["flood"], "judged": ["flood"]},
        {"title": "A strike", "lang": "en", "labels": ["big-strike"], "judged": ["flood"]},
    )
    assert found.tally_by_rule == {"big-strike": Tally(right=1), "flood": Tally(right=1)}


def test_mentions_are_neutral_and_counted_apart() -> None:
    """As news or as a mention, deep in the text: it was found. What is a label as well is no mention."""
    found = scored(
        {"title": "A strike", "lang": "en", "also_mentions": ["big-strike"]},
        {"title": "Gardens", "text": f"{LONG}A strike.", "lang": "en", "also_mentions": ["big-strike"]},
        {"title": "Gardens", "lang": "en", "also_mentions": ["big-strike"]},
        {"title": "A strike", "lang": "en", "labels": ["big-strike"], "also_mentions": ["big-strike"]},
    )
    assert found.tally_by_rule == {"big-strike": Tally(right=1, neutral=3, mentioned=2)}
    assert found.mentions == (2, 3)


def test_a_mention_is_no_hit() -> None:
    """A label wants news."""
    found = scored({"title": "Gardens", "text": f"{LONG}A strike.", "lang": "en", "labels": ["big-strike"]})
    assert found.tally_by_rule == {"big-strike": Tally(missed=1)}


def test_each_mistake_has_its_reason() -> None:
    """In the order of the rules; mentions are no mistakes."""
    found = scored(
        {"title": "A flood", "lang": "en", "labels": []},
        {"title": "Dockers walk out", "lang": "en", "labels": ["big-strike"]},
        {"title": "Gardens", "text": f"{LONG}A strike.", "lang": "en", "labels": ["big-strike"]},
        {"title": "Rain", "lang": "en", "also_mentions": ["flood"]},
        with_mistakes=True,
    )
    assert [(each.kind, each.rule, each.recorded.id, each.why) for each in found.mistakes] == [
        (MistakeKind.MISS, "big-strike", 2, "no match: words strike, 파업: not there"),
        (MistakeKind.MISS, "big-strike", 3, "a mention at level low: complete only outside title and lead: “strike”"),
        (MistakeKind.FALSE_ALARM, "flood", 1, "news at level low: complete in title and lead: “flood”"),
    ]


def test_figures_where_there_is_nothing_to_divide_by() -> None:
    """A rule that hits nothing has no precision, and counts as 0 among the others; one without labels has no recall."""
    found = scored(
        {"title": "Dockers walk out", "lang": "en", "labels": ["big-strike"]},
        {"title": "A flood", "lang": "en", "judged": ["flood"]},
    )
    strike, flood = found.tally_by_rule["big-strike"], found.tally_by_rule["flood"]
    assert (strike.precision, strike.recall, strike.f1) == (None, 0.0, None)
    assert (flood.precision, flood.recall, flood.f1) == (0.0, None, None)
    assert found.macro_f1 == 0.0
    assert Score({}, 0).macro_f1 is None


def test_labels_of_no_rule_are_named_and_left_out() -> None:
    """Somebody may score a part of the rules."""
    found = scored({"title": "A flood", "lang": "en", "labels": ["flood", "storm"]})
    assert found.unknown_labels == {"storm"}
    assert found.tally_by_rule == {"flood": Tally(right=1)}
