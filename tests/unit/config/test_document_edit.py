"""An edit is written as a careful person would write it by hand."""

from __future__ import annotations

import pytest

from monitor.config.editing.document_edit import (
    Edit,
    InsertItem,
    InsertKey,
    ReplaceValue,
    apply_edit_to_data,
    apply_edits,
)
from monitor.config.yaml.yaml12 import PlainData, ValuePath, parse_yaml_text
from monitor.errors import EditUnsafe, InvalidRequest

EN: ValuePath = ("words", "en")


def edited(before: str, *edits: Edit) -> str:
    return apply_edits(before, "f.yaml", edits)


LONG = "a word, " * 13


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("words: {en: [a, b]}\n", "words: {en: [a, b, new]}\n"),
        ("words: {en: []}\n", "words: {en: [new]}\n"),
        ("words:\n  en: [a, b]  # why\n", "words:\n  en: [a, b, new]  # why\n"),
        ("words:\n  en: [a, b,]\n", "words:\n  en: [a, b, new,]\n"),
        ("words:\n  en: [ a, b ]\n", "words:\n  en: [ a, b, new ]\n"),
        # over several lines: behind the last one, whatever follows
        ("words:\n  en:\n    [a, b,\n     c]\n", "words:\n  en:\n    [a, b,\n     c, new]\n"),
        ("words:\n  en: [a,\n    b # why\n  ]\n", "words:\n  en: [a,\n    b, new # why\n  ]\n"),
        ("words:\n  en: [a,  # one\n    b,  # two\n  ]\n", "words:\n  en: [a,  # one\n    b, new,  # two\n  ]\n"),
        # on a line of its own where all others have one
        ("words:\n  en: [\n    a,\n    b\n  ]\n", "words:\n  en: [\n    a,\n    b,\n    new\n  ]\n"),
        ("words:\n  en: [\n    a,  # one\n  ]\n", "words:\n  en: [\n    a,  # one\n    new,\n  ]\n"),
        # in a new line where this one would get too long: below the first one, or as the other lines are
        (f"words:\n  en: [{LONG}last]\n", f"words:\n  en: [{LONG}last,\n       new]\n"),
        (f"words:\n  en:\n    [a,\n     {LONG}last]\n", f"words:\n  en:\n    [a,\n     {LONG}last, new]\n"),
        (
            f"words:\n  en:\n    [a,\n     {LONG}the last]\n",
            f"words:\n  en:\n    [a,\n     {LONG}the last,\n     new]\n",
        ),
        (
            f"words: {{ko: [{LONG}x], en: [a, b], ja: [c]}}\n",
            f"words: {{ko: [{LONG}x], en: [a, b,\n    new], ja: [c]}}\n",
        ),
        # what follows in the line is not counted
        (f"words: {{en: [a, b], ko: [{LONG}x]}}\n", f"words: {{en: [a, b, new], ko: [{LONG}x]}}\n"),
        # with dashes
        ("words:\n  en:\n    - a\n    - b\n  ko: [c]\n", "words:\n  en:\n    - a\n    - b\n    - new\n  ko: [c]\n"),
        ("words:\n  en:\n  - a\n  # of ko\n  ko: [c]", "words:\n  en:\n  - a\n  - new\n  # of ko\n  ko: [c]"),
        (
            "words:\n  en:\n    -   a\n      # b\n  # end\n",
            "words:\n  en:\n    -   a\n      # b\n    -   new\n  # end\n",
        ),
        ("words:\n  en:\n    - a\n\n    - b\n", "words:\n  en:\n    - a\n\n    - b\n\n    - new\n"),
        ("words:\r\n  en:\r\n    - a", "words:\r\n  en:\r\n    - a\r\n    - new"),
    ],
)
def test_an_item_comes_at_the_end_of_its_list(before: str, after: str) -> None:
    assert edited(before, InsertItem(EN, "new")) == after


CONDITION: PlainData = {"words": {"en": ["a b", "*c"]}, "forms": "all"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("any: [{list: x}]\n", 'any: [{list: x}, {words: {en: [a b, "*c"]}, forms: all}]\n'),
        ("any:\n  - list: x\n", 'any:\n  - list: x\n  - words: {en: [a b, "*c"]}\n    forms: all\n'),
        ("any:\n  - {list: x}\n", 'any:\n  - {list: x}\n  - {words: {en: [a b, "*c"]}, forms: all}\n'),
    ],
)
def test_a_condition_is_written_as_its_neighbours_are(before: str, after: str) -> None:
    """In braces, or with a key a line."""
    assert edited(before, InsertItem(("any",), CONDITION)) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("words: {en: [a]}\n", "words: {en: [a], ko: [훈련]}\n"),
        ("words: {}\n", "words: {ko: [훈련]}\n"),
        ("words: {en: [a],\n        ja: [b]}  # all\n", "words: {en: [a],\n        ja: [b], ko: [훈련]}  # all\n"),
        ("words:\n  en: [a]\n\nforms: all\n", "words:\n  en: [a]\n  ko: [훈련]\n\nforms: all\n"),
        ("words:\n    en: [a]  # why\n", "words:\n    en: [a]  # why\n    ko: [훈련]\n"),
        # a comment with the indentation of the keys is about them, and one with less is not
        ("words:\n  en: [a]\n  # zh: [b]\n# end\n", "words:\n  en: [a]\n  # zh: [b]\n  ko: [훈련]\n# end\n"),
        ("words:\n  en:\n    - a\n", "words:\n  en:\n    - a\n  ko: [훈련]\n"),
        (
            "words:\n  en: >\n    a\n    b\n\nforms: all\n",
            "words:\n  en: >\n    a\n    b\n  ko: [훈련]\n\nforms: all\n",
        ),
    ],
)
def test_a_key_comes_at_the_end_of_its_mapping(before: str, after: str) -> None:
    assert edited(before, InsertKey(("words",), "ko", ["훈련"])) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("rule: a\n# end\n", "rule: a\nlevel: high\n# end\n"),
        ("# one\nrule: a\n\n---\n# two\nrule: b\n", "# one\nrule: a\nlevel: high\n\n---\n# two\nrule: b\n"),
        ("--- {rule: a}\n...\n---\nrule: b", "--- {rule: a, level: high}\n...\n---\nrule: b"),
    ],
)
def test_a_key_at_the_top_stays_in_its_document(before: str, after: str) -> None:
    """Comments below the last key are about the file, or about what follows."""
    assert edited(before, InsertKey((), "level", "high")) == after


def test_a_long_list_is_broken_into_lines() -> None:
    """At the width of the shipped files."""
    word_list: PlainData = [f"a word {number}" for number in range(20)]
    after = edited("words:\n  en: [a]\n", InsertKey(("words",), "ko", word_list))
    assert [len(line) for line in after.splitlines()] == [6, 9, 117, 105]
    assert after.splitlines()[3].startswith("       a word 11,")
    after = edited("words: {en: [a]}\n", InsertKey(("words",), "ko", word_list))
    assert [line[:14] for line in after.splitlines()] == [
        "words: {en: [a",
        "        ko: [a",
        "             a",
        "             a",
    ]


def test_brackets_that_close_are_counted_and_far_right_is_no_place_for_lines() -> None:
    """A line has at most 120 characters where it can."""
    one, two = "a" * 50, "b" * 50
    after = edited("x: {y: {level: low}}\n", ReplaceValue(("x", "y", "level"), [one, two]))
    assert after == f"x: {{y: {{level: [{one},\n                {two}]}}}}\n"
    after = edited("x: {level: low}\n", ReplaceValue(("x", "level"), [one, two]))
    assert after == f"x: {{level: [{one}, {two}]}}\n"
    after = edited(f"x: {{y: {one}, level: low}}\n", ReplaceValue(("x", "level"), [one, two]))
    assert after == f"x: {{y: {one}, level: [{one},\n    {two}]}}\n"


@pytest.mark.parametrize(
    ("value", "before", "after"),
    [
        ("high", "level: low  # why\nb: 1\n", "level: high  # why\nb: 1\n"),
        ("a: b", "level: 'low'\n", 'level: "a: b"\n'),
        ("high", "{level: low, b: 1}\n", "{level: high, b: 1}\n"),
        ("a, b", "{level: low, b: 1}\n", '{level: "a, b", b: 1}\n'),
        ("a, b", "level: low\n", "level: a, b\n"),
        ("high", "level:   # why\n", "level: high   # why\n"),
        ("high", "level: |\n  a\n  b\n\n# end\n", "level: high\n\n# end\n"),
        ("high", "level: a\n  b\nc: d\n", "level: high\nc: d\n"),
        (2.5, "level: low\n", "level: 2.5\n"),
        (True, "level: low\n", "level: true\n"),
        (["a", 1], "level: [b,\n  # c\n  d]  # why\n", "level: [a, 1]  # why\n"),
        ({"a": 1}, "level: {}  # why\n", "level: {a: 1}  # why\n"),
    ],
)
def test_a_value_is_replaced(value: PlainData, before: str, after: str) -> None:
    """And the comments beside it stay."""
    assert edited(before, ReplaceValue(("level",), value)) == after


WORDS = (
    *(
        "*strike",
        "- x",
        "NO",
        "a: b",
        "#tag",
        "훈련",
        "軍事演習：台湾",
        "учени*",
        "it's",
        '"so"',
        "a\\b",
        'a\\b\'s "c"',
    ),
    *(
        "",
        " ",
        "true",
        "null",
        "~",
        "1",
        "1.0",
        "0x1",
        "1:30",
        "a, b",
        "[a]",
        "{a",
        "a #b",
        "&a",
        "!a",
        "%a",
        "@a",
        "?",
    ),
    *("key:", "---", "...", "'", '"', "|", "> a", "`a", "=", "<<", "\U0001f680", "a\u00a0b", "long " * 60 + "text"),
)


@pytest.mark.parametrize(
    "before", ["words: {en: [a]}\n", "words:\n  en:\n    - a\n", "words:\n  en:\n    [a,\n     b]\n"]
)
def test_any_text_is_read_as_it_was(before: str) -> None:
    """As an item, as a value and as a key; with quotes only where they are needed."""
    for word in WORDS:
        edits: list[Edit] = [InsertItem(EN, word), InsertKey((), "new", word), InsertKey(("words",), word, [word])]
        [document] = parse_yaml_text(edited(before, *edits), "f.yaml")
        data = parse_yaml_text(before, "f.yaml")[0].data
        for edit in edits:
            data = apply_edit_to_data(data, edit)
        assert document.data == data
    after = edited("words: {en: []}\n", *(InsertItem(EN, word) for word in ("NO", "учени*", "it's", "*a", 'a "b" #c')))
    assert after == 'words: {en: [NO, учени*, it\'s, "*a", \'a "b" #c\']}\n'


@pytest.mark.parametrize("number", [0, -1, 2.5, 1e16, 1e-7, -1.5e300, 10**17, True, False, None])
def test_numbers_and_switches_keep_their_kind(number: PlainData) -> None:
    [document] = parse_yaml_text(edited("a: b\n", ReplaceValue(("a",), [number])), "f.yaml")
    assert repr(document.data) == repr({"a": [number]})


@pytest.mark.parametrize(
    ("before", "edit"),
    [
        ("[a: b]\n", InsertKey((0,), "c", "d")),
        ("a:\n- b\n", ReplaceValue(("a",), {"any": "b"})),
        ("a: b\n", ReplaceValue(("a",), "two\nlines")),
        ("a: b\n", ReplaceValue(("a",), 10**30)),
        ("a: |+\n  b\n\n", InsertKey((), "c", "d")),
    ],
)
def test_what_cannot_be_edited_safely_is_refused(before: str, edit: Edit) -> None:
    """With the place, and what to do instead."""
    with pytest.raises(EditUnsafe, match=r"f.yaml:[23]:\d+: .* edit it by hand"):
        apply_edits(f"# one\n{before}", "f.yaml", [edit])


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (InsertItem(("a",), "c"), "a is not a list"),
        (InsertKey(("l",), "c", "d"), "l has no keys"),
        (InsertKey((), "a", "d"), "a is there already"),
        (ReplaceValue(("a", "b"), "c"), "a.b does not exist"),
        (ReplaceValue(("l", 2), "c"), "l.2 does not exist"),
    ],
)
def test_an_edit_that_does_not_fit_the_data_is_an_error(edit: Edit, message: str) -> None:
    with pytest.raises(InvalidRequest, match=f"^{message}$"):
        edited("a: b\nl: [1, 2]\n", edit)
