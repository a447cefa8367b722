"""A change is written into the document so that the rule that is read from it does what the change does."""

from __future__ import annotations

from textwrap import dedent

import pytest

from monitor.config.editing.document_edit import apply_edits
from monitor.lab.improving.relaxing import RulePart, list_parts
from monitor.lab.improving.rule_changes import (
    AddWord,
    DropByTitle,
    IgnoreInside,
    RemoveWord,
    RuleChange,
    SetNearness,
)
from monitor.lab.improving.rule_edits import edits_from_changes
from monitor.model import Term, Unit
from tests.improving import annotate_rule, define, example, rule_of

WORD = Term("walkout", "en")
LIST = "{list: stops, title: Stops, words: {en: [stop]}}"
NEWS = [
    example(title)
    for title in (
        "strike in the port",
        "walkout in the port",
        "walkout in the port, no deal",
        "air strike in the port",
        "the port and, after a long and very cold winter night, a strike",
        "stop in the port",
        "strike film in the port",
        "ferry strike",
    )
]
SLOT, PORT = (1,), (0,)


def rule(slot: str, keys: str = "") -> str:
    """A rule whose second slot is written so."""
    text = f"""\
        rule: r  # the rule
        title: R
        match:
          near:
            within: sentence
            these:
              - words: {{en: [port, ferry]}}  # where
              - {slot}
        {keys}
    """
    return dedent(text).strip() + "\n"


def part_at(text: str, position: tuple[int, ...]) -> RulePart:
    return next(at for at in list_parts(annotate_rule(text)) if at.position == position)


def change_at(kind: str, text: str) -> RuleChange:
    match kind:
        case "add":
            return AddWord(part_at(text, SLOT), WORD)
        case "remove":
            return RemoveWord(part_at(text, PORT), Term("ferry", "en"))
        case "ignore":
            return IgnoreInside(part_at(text, SLOT), Term("air strike", "en"))
        case "unless":
            return DropByTitle(Term("film", "en"))
        case _:
            return SetNearness(part_at(text, ()), 4 if kind == "words" else Unit.PARAGRAPH)


@pytest.mark.parametrize("kind", ["add", "remove", "ignore", "unless", "words", "paragraph"])
@pytest.mark.parametrize(
    ("slot", "keys"),
    [
        ("words: {en: [strike]}", ""),
        ("words: {ko: [파업], en: [strike]}", "unless: {in: title, words: {en: [rain]}}"),
        ("{name: s, words: {ko: [파업]}}", "unless: [{in: title, words: {en: [rain]}}, {words: {en: [snow]}}]"),
        ("{name: s, words: [strike], ignore: [hunger strike]}", "unless: {words: {en: [rain]}}"),
        ("{words: {en: [strike]}, ignore: {en: [hunger strike]}}", "unless: {any: [{words: {en: [rain]}}]}"),
        ("{words: {en: [strike]}, ignore: {words: {ko: [파업]}, before: {within: 2 words, words: {en: [no]}}}}", ""),
        ("{words: {en: [strike]}, ignore: {after: {within: 2 words, words: {en: [no]}}}}", ""),
        ("{name: s, list: stops, ignore: {after: {within: 4 words, words: {en: [no]}}}}", ""),
        ("{any: [{list: stops}, {words: {en: [strike]}}]}", "unless: {in: title, any: [{list: stops}]}"),
        ("{name: s, any: [{list: stops}, {pattern: strik.}]}", ""),
    ],
)
def test_the_written_rule_does_what_the_change_does(slot: str, keys: str, kind: str) -> None:
    """Words by language or not; with an `ignore` in each form, or none; beside a list; inside an `any`."""
    text = rule(slot, keys)
    annotated = annotate_rule(text)
    change = change_at(kind, text)
    wanted = change.apply(rule_of(annotated))
    assert wanted is not None
    edited = apply_edits(text, "rule.yaml", 0, edits_from_changes(annotated.document.data, [change]))
    assert "# the rule" in edited
    assert "# where" in edited
    compiled = define(LIST).compile_variants([wanted, rule_of(annotate_rule(edited))])
    for each in NEWS:
        assert len(compiled.find_news(each.article)) != 1, (each.article.title, edited)


def test_several_changes_of_one_part_follow_one_another() -> None:
    """The second finds what the first has written."""
    text = rule("{name: s, list: stops}")
    data = annotate_rule(text).document.data
    changes = [AddWord(part_at(text, SLOT), WORD), AddWord(part_at(text, SLOT), Term("strike", "en"))]
    edited = apply_edits(text, "rule.yaml", 0, edits_from_changes(data, changes))
    assert "{name: s, any: [{list: stops}, {words: {en: [walkout, strike]}}]}" in edited
