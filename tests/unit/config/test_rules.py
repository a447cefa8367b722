"""A rule as it is written becomes the rule that it says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitor.config.entities import entity
from monitor.config.rules import entities_named, entity_digest, rule, with_version
from monitor.config.yaml12 import Document, parse
from monitor.model import (
    AlertPolicy,
    AllOf,
    AnyOf,
    Condition,
    EntityNamed,
    Field,
    In,
    Level,
    Near,
    OncePer,
    Place,
    Rule,
    RuleStatus,
    RuleTest,
    Term,
    Words,
)

_RULE = """\
rule: taiwan-drills
title: Drills around Taiwan
level: high
match:
  all:
    - near:
        within: 20 words
        these:
          - entity: taiwan
          - words: {en: [drill, "war game*"], zh: [军演]}
    - any: [{entity: china}, {words: [Beijing]}]
unless: {in: title, words: {en: [earthquake drill]}}
max_age: 12 hours
alert: {to: [desk, desk], once_per: article}
tests:
  fires:
    - A drill near Taiwan
    - {lang: zh, text: 军演, date: 2026-01-05T09:00:00+09:00, source: xinhua, url: "http://x/1"}
  silent: [Nothing]
"""


def document(text: str) -> Document:
    [only] = parse(text, "f.yaml")
    return only


def test_a_rule_says_what_is_written() -> None:
    """Each word of the language has its value in the model."""
    assert rule(document(_RULE)) == Rule(
        id="taiwan-drills",
        title="Drills around Taiwan",
        level=Level.HIGH,
        condition=AllOf(
            (
                Near(
                    (EntityNamed("taiwan"), Words((Term("drill", "en"), Term("war game*", "en"), Term("军演", "zh")))),
                    words=20,
                ),
                AnyOf((EntityNamed("china"), Words((Term("Beijing", "any"),)))),
            )
        ),
        version="",
        unless=In(Field.TITLE, Words((Term("earthquake drill", "en"),))),
        max_age=timedelta(hours=12),
        alert=AlertPolicy(("desk",), OncePer.ARTICLE),
        tests=(
            RuleTest(True, "A drill near Taiwan", place=Place("f.yaml", 17, 7)),
            RuleTest(
                True,
                "",
                "军演",
                language="zh",
                date=datetime(2026, 1, 5, tzinfo=UTC),
                source="xinhua",
                url="http://x/1",
                place=Place("f.yaml", 18, 7),
            ),
            RuleTest(False, "Nothing", place=Place("f.yaml", 19, 12)),
        ),
        place=Place("f.yaml", 1, 1),
    )


def test_what_is_not_written_has_its_default() -> None:
    """The shortest rule is live, without limits, and tells the default route once a story."""
    short = rule(document("{rule: a, title: A, level: low, match: {words: [a]}, unless: , tests: , alert: }"))
    assert short == Rule("a", "A", Level.LOW, Words((Term("a"),)), "", place=Place("f.yaml", 1, 1))
    assert short.status is RuleStatus.LIVE
    assert short.alert.once_per is OncePer.STORY


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("{words: [a, b, a]}", Words((Term("a"), Term("b")))),  # a term twice is a term
        ("{words: {any: ['  two   words ']}}", Words((Term("two words"),))),  # blanks are folded
        (
            "{words: {ru: ['Северн* Коре*'], ko: ['*미사일']}}",
            Words((Term("Северн* Коре*", "ru"), Term("*미사일", "ko"))),
        ),
        (
            "{words: {no: [NO], zh-Hant: [飛彈]}}",
            Words((Term("NO", "no"), Term("飛彈", "zh-Hant"))),
        ),  # Norwegian, Norway
        (
            "{near: {within: sentence, these: [{entity: aa}, {any: [{entity: bb}, {words: [c]}]}]}}",
            Near((EntityNamed("aa"), AnyOf((EntityNamed("bb"), Words((Term("c"),)))))),
        ),
        (
            "{near: {within: 1 word, these: [{words: [a]}, {words: [b]}]}}",
            Near((Words((Term("a"),)), Words((Term("b"),))), 1),
        ),
        ("{in: title, any: [{words: [a]}]}", In(Field.TITLE, AnyOf((Words((Term("a"),)),)))),
    ],
)
def test_a_condition_says_what_is_written(written: str, meant: Condition) -> None:
    """Terms are kept as their author wrote them; structure is kept as it stands."""
    assert rule(document(f"{{rule: a, title: A, level: low, match: {written}}}")).condition == meant


def test_one_of_several_unless_is_enough() -> None:
    """A list under `unless` means any of them."""
    listed = rule(
        document("{rule: a, title: A, level: low, match: {words: [a]}, unless: [{words: [b]}, {entity: cc}]}")
    )
    assert listed.unless == AnyOf((Words((Term("b"),)), EntityNamed("cc")))


def test_each_entity_that_a_rule_names_is_found_where_it_stands() -> None:
    """In `match` and `unless`, at any depth; nowhere else."""
    doc = document(_RULE.replace("words: {en: [earthquake drill]}", "entity: japan"))
    found = [(name, doc.place(where).line) for where, name in entities_named(doc.data)]
    assert found == [("taiwan", 9), ("china", 11), ("japan", 12)]


_TAIWAN = "{entity: taiwan, kind: place, name: Taiwan, sure: {en: [Taiwan]}}"


def version(text: str, taiwan: str = _TAIWAN) -> str:
    return with_version(rule(document(text)), {"taiwan": entity_digest(entity(document(taiwan)))}).version


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("20 words", "21 words"),
        ("- any:", "- all:"),
        ("Beijing", "Peking"),
        ("zh:", "ja:"),
        ("earthquake drill", "fire drill"),
        ("in: title, ", ""),
        ("12 hours", "13 hours"),
        ("desk, desk", "desk, night"),
        ("once_per: article", "once_per: story"),
        ("level: high", "level: low"),
        ("level: high", "level: high\nstatus: off"),
    ],
)
def test_a_version_changes_with_what_can_hit_or_be_told(old: str, new: str) -> None:
    """Two rules that say different things have different versions."""
    assert old in _RULE
    assert version(_RULE.replace(old, new)) != version(_RULE)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("rule:", "# moved a line down\nrule:"),
        ("A drill near Taiwan", "Another test"),
        ("Drills around Taiwan", "Another title"),
        ("level: high", "level: high\nstatus: live"),  # the default, written out
        ("20 words", "'20 words'"),
    ],
)
def test_a_version_stays_while_a_rule_says_the_same(old: str, new: str) -> None:
    """Titles, tests, comments and layout are not what a rule says."""
    assert version(_RULE.replace(old, new)) == version(_RULE)
    assert len(version(_RULE)) == 16


def test_a_version_changes_with_the_names_of_an_entity() -> None:
    """A new sure name is a change of each rule that names the entity; a new title of it is not."""
    assert version(_RULE, _TAIWAN.replace("[Taiwan]", "[Taiwan, Formosa]")) != version(_RULE)
    assert version(_RULE, _TAIWAN.replace("name: Taiwan", "name: Republic of China")) == version(_RULE)


def test_a_version_outlives_an_upgrade_of_the_program() -> None:
    """The same rule has the same version for ever: fields that the model gains later are left out at their default."""
    at_defaults = _RULE.replace("20 words", "sentence").replace("desk, desk", "")
    assert version(at_defaults) == "97cb08c853b44b7c"
