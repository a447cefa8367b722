"""Conditions as they are written become the conditions that they say."""

from __future__ import annotations

import pytest

from monitor.config.language.rules import rule_from_document
from monitor.config.yaml.yaml12 import parse_yaml_text
from monitor.model import (
    AllOf,
    AnyOf,
    Condition,
    DayNamed,
    EntityNamed,
    Field,
    GroupNamed,
    Ignore,
    Ignoring,
    In,
    ListNamed,
    Named,
    Near,
    Not,
    NumberNamed,
    Pattern,
    Reach,
    Term,
    Times,
    Unit,
    Words,
)


def said(written: str) -> Condition:
    """What a rule with this condition looks for."""
    [document] = parse_yaml_text(f"{{rule: a, title: A, level: low, match: {written}}}", "f.yaml")
    return rule_from_document(document).condition


def words(*texts: str) -> Words:
    return Words(tuple(map(Term, texts)))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("{words: [a, b, a]}", words("a", "b")),  # a term twice is a term
        ("{words: {any: ['  two   words ']}}", words("two words")),  # blanks are folded
        (
            "{words: {ru: ['Северн* Коре*'], ko: ['*미사일']}}",
            Words((Term("Северн* Коре*", "ru"), Term("*미사일", "ko"))),
        ),
        # Norwegian, and Norway
        ("{words: {no: [NO], zh-Hant: [飛彈]}}", Words((Term("NO", "no"), Term("飛彈", "zh-Hant")))),
        ("{list: drills}", ListNamed("drills")),
        ("{entity: taiwan}", EntityNamed("taiwan")),
        ("{entity: {kind: country}}", GroupNamed("country")),
        ("{entity: {in: east-asia}}", GroupNamed(None, "east-asia")),
        ("{entity: {kind: country, in: east-asia}}", GroupNamed("country", "east-asia")),
        ("{entity: {of: china}}", GroupNamed(of="china")),
        ("{entity: {kind: person, in: leaders, of: china}}", GroupNamed("person", "leaders", "china")),
        (r"{pattern: 'KN-?\d\d  x'}", Pattern(r"KN-?\d\d  x")),  # a pattern is kept to the letter
        ("{all: [{words: [a]}, {entity: bb}]}", AllOf((words("a"), EntityNamed("bb")))),
        (
            "{all: [{words: [a]}, {not: {in: title, words: [b]}}]}",
            AllOf((words("a"), Not(In(Field.TITLE, words("b"))))),
        ),
        ("{any: [{list: aa}, {all: [{words: [b]}]}]}", AnyOf((ListNamed("aa"), AllOf((words("b"),))))),
    ],
)
def test_a_condition_says_what_is_written(written: str, meant: Condition) -> None:
    """Terms are kept as their author wrote them; structure is kept as it stands."""
    assert said(written) == meant


EXACT = Words((Term("US", exact=True),))
NOT_X = Ignore((Term("x"),))
_TWO = "these: [{words: [a]}, {words: [b]}]"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (
            "{within: sentence, these: [{entity: aa}, {any: [{entity: bb}, {words: [c]}]}]}",
            Near((EntityNamed("aa"), AnyOf((EntityNamed("bb"), words("c"))))),
        ),
        (
            "{within: sentence, these: [{words: [a]}, {name: x, any: [{words: [b]}, {all: [{list: cc}, {list: d}]}]}]}",
            Near((words("a"), Named("x", AnyOf((words("b"), AllOf((ListNamed("cc"), ListNamed("d")))))))),
        ),
        (f"{{within: 1 word, {_TWO}}}", Near((words("a"), words("b")), 1)),
        (f"{{within: 99 words, in_order: true, {_TWO}}}", Near((words("a"), words("b")), 99, in_order=True)),
        (f"{{within: paragraph, in_order: false, {_TWO}}}", Near((words("a"), words("b")), unit=Unit.PARAGRAPH)),
        (
            f"{{within: sentence, may_share_words: true, {_TWO}}}",
            Near((words("a"), words("b")), may_share_words=True),
        ),
        (
            f"{{within: sentence, these: [{{entity: aa}}, {{ignore: [x], near: {{within: 3 words, {_TWO}}}}}]}}",
            Near((EntityNamed("aa"), Near((Ignoring(words("a"), NOT_X), Ignoring(words("b"), NOT_X)), 3))),
        ),
        # members of every kind, and how they are meant
        (
            "{within: sentence, these: [{words: [A], case: exact, name: who}, {list: ll, ignore: [x]}, {pattern: b}]}",
            Near(
                (
                    Named("who", Words((Term("A", exact=True),))),
                    Ignoring(ListNamed("ll"), Ignore((Term("x"),))),
                    Pattern("b"),
                )
            ),
        ),
    ],
)
def test_near_says_what_stands_together(written: str, meant: Near) -> None:
    """In a sentence, a paragraph or so many words; in any order, or in that of the file."""
    assert said(f"{{near: {written}}}") == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("{in: title, any: [{words: [a]}]}", In(Field.TITLE, AnyOf((words("a"),)))),
        ("{in: lead, words: [a]}", In(Field.LEAD, words("a"))),
        ("{in: body, words: [a]}", In(Field.TEXT, words("a"))),  # the whole text
        ("{in: author, words: [a]}", In(Field.AUTHOR, words("a"))),
        ("{in: tags, words: [a]}", In(Field.TAGS, words("a"))),
        ("{edges: words, words: {ja: [スト]}}", Words((Term("スト", "ja", edged=True),))),
        ("{edges: anywhere, words: {ja: [スト]}}", Words((Term("スト", "ja"),))),
        ("{number: {of: magnitude, at_least: 6}}", NumberNamed("magnitude", at_least=6)),
        ("{number: {of: basis points, more_than: 25, below: 75.5}}", NumberNamed("basis points", None, 25, 75.5)),
        ("{number: {of: dead, at_most: 10}}", NumberNamed("dead", at_most=10)),
        ("{names: a day}", DayNamed()),
        ("{in: url, pattern: a}", In(Field.URL, Pattern("a"))),
        ("{times: 2, words: [a]}", Times(2, words("a"))),
        (
            "{times: 50, any: [{entity: aa}, {any: [{words: [b]}]}]}",
            Times(50, AnyOf((EntityNamed("aa"), AnyOf((words("b"),))))),
        ),
        ("{case: exact, words: [US]}", Words((Term("US", exact=True),))),
        ("{case: ignore, words: [US]}", words("US")),
        ("{case: exact, pattern: US}", Pattern("US", exact=True)),
        ("{forms: all, words: {ru: [ракета]}}", Words((Term("ракета", "ru", forms=True),))),
        ("{forms: as written, words: {ru: [ракета]}}", Words((Term("ракета", "ru"),))),
        ("{name: ' did  what ', words: [a]}", Named("did what", words("a"))),
        ("{name: x, all: [{words: [a]}]}", Named("x", AllOf((words("a"),)))),
        # all of it: the name outside, then where, how often, and what is left out of the count
        (
            "{name: x, in: title, times: 3, ignore: [b], words: [a]}",
            Named("x", In(Field.TITLE, Times(3, Ignoring(words("a"), Ignore((Term("b"),)))))),
        ),
    ],
)
def test_what_stands_beside_says_how(written: str, meant: Condition) -> None:
    """Where, how often, how exactly, and by what name."""
    assert said(written) == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("[x, 'y z']", Ignore((Term("x"), Term("y z")))),
        ("{zh: [朝鲜半岛], any: [x]}", Ignore((Term("朝鲜半岛", "zh"), Term("x")))),
        ("{words: {zh: [朝鲜半岛]}}", Ignore((Term("朝鲜半岛", "zh"),))),
        ("{list: denials}", Ignore(lists=("denials",))),
        ("{list: [denials, plans, denials]}", Ignore(lists=("denials", "plans"))),
        ("{before: {within: 4 words, words: [no]}}", Ignore(before=Reach(4, words("no")))),
        ("{after: {within: 1 word, list: denials}}", Ignore(after=Reach(1, ListNamed("denials")))),
        (
            "{words: [x], list: ll, before: {within: 2 words, list: mm}, after: {within: 3 words, words: {en: [y]}}}",
            Ignore((Term("x"),), ("ll",), Reach(2, ListNamed("mm")), Reach(3, Words((Term("y", "en"),)))),
        ),
    ],
)
def test_ignore_says_which_occurrences_do_not_count(written: str, meant: Ignore) -> None:
    """Those inside some words, right there or in lists; those with some words before them or after them."""
    assert said(f"{{words: [a], ignore: {written}}}") == Ignoring(words("a"), meant)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        # for each inside that can have it, at any depth
        ("{case: exact, any: [{words: [US]}, {entity: aa}]}", AnyOf((EXACT, EntityNamed("aa")))),
        ("{case: exact, all: [{any: [{words: [US]}]}]}", AllOf((AnyOf((EXACT,)),))),
        ("{case: exact, any: [{pattern: b}]}", AnyOf((Pattern("b", exact=True),))),
        ("{forms: all, any: [{words: {ru: [ракета]}}]}", AnyOf((Words((Term("ракета", "ru", forms=True),)),))),
        (
            "{ignore: [x], near: {within: sentence, these: [{words: [a]}, {any: [{list: ll}]}]}}",
            Near((Ignoring(words("a"), NOT_X), AnyOf((Ignoring(ListNamed("ll"), NOT_X),)))),
        ),
        (
            "{ignore: [x], near: {within: sentence, these: [{words: [a]}, {names: a day}]}}",
            Near((Ignoring(words("a"), NOT_X), DayNamed())),
        ),
        # what it says itself counts in place of it
        ("{case: exact, any: [{words: [us], case: ignore}]}", AnyOf((words("us"),))),
        ("{case: exact, any: [{case: ignore, any: [{words: [us]}]}]}", AnyOf((AnyOf((words("us"),)),))),
        # and of `ignore`, is added
        (
            "{ignore: [x], any: [{words: [a], ignore: [y]}]}",
            AnyOf((Ignoring(Ignoring(words("a"), Ignore((Term("y"),))), NOT_X),)),
        ),
        # the words under ignore keep their own way
        ("{case: exact, any: [{words: [US], ignore: [x]}]}", AnyOf((Ignoring(EXACT, NOT_X),))),
        (
            "{times: 2, ignore: [x], any: [{name: n, words: [a]}]}",
            Times(2, AnyOf((Named("n", Ignoring(words("a"), NOT_X)),))),
        ),
    ],
)
def test_what_stands_beside_several_holds_for_each_inside(written: str, meant: Condition) -> None:
    """`ignore`, `case` and `forms` need not be written again and again."""
    assert said(written) == meant
