"""An edit of a rule, a list or an entity is written as a careful person would write it by hand."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest

from monitor.config.editing.document_edit import DocumentChange, apply_edits, find_document, prepare_changes
from monitor.config.editing.edits import (
    Edit,
    InsertItem,
    InsertKey,
    RemoveItem,
    RemoveKey,
    ReplaceValue,
    WrapKey,
    WrapValue,
    apply_edits_to_data,
)
from monitor.config.loading.shipped import find_shipped_folder
from monitor.config.yaml.yaml12 import PlainData, ValuePath, parse_yaml_text
from monitor.errors import EditUnsafe, InvalidRequest

EN: ValuePath = ("words", "en")


def edited(before: str, *edits: Edit) -> str:
    return apply_edits(before, "f.yaml", 0, edits)


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


@pytest.mark.parametrize(
    ("index", "before", "after"),
    [
        (0, "words: {en: [a, b]}\n", "words: {en: [new, a, b]}\n"),
        (1, "words: {en: [a, b]}\n", "words: {en: [a, new, b]}\n"),
        (2, "words: {en: [a, b]}\n", "words: {en: [a, b, new]}\n"),
        (1, "words: {en: [a, # one\n  b]}\n", "words: {en: [a, new, # one\n  b]}\n"),
        (0, "words: {en: [\n  a,\n  b\n]}\n", "words: {en: [\n  new,\n  a,\n  b\n]}\n"),
        (1, "words: {en: [\n  a,  # one\n  b\n]}\n", "words: {en: [\n  a,  # one\n  new,\n  b\n]}\n"),
        (0, "words:\n  en:\n    # all\n    - a\n", "words:\n  en:\n    # all\n    - new\n    - a\n"),
        (1, "words:\n  en:\n    - a\n    # b\n    - b\n", "words:\n  en:\n    - a\n    - new\n    # b\n    - b\n"),
        (0, "words:\n  en:\n    - a\n\n    - b\n", "words:\n  en:\n    - new\n\n    - a\n\n    - b\n"),
    ],
)
def test_an_item_comes_before_another_one(index: int, before: str, after: str) -> None:
    assert edited(before, InsertItem(EN, "new", index)) == after


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
        ({"a": [1]}, "level:  # why\n  # and\n  - a  # one\n  - b\nc: d\n", "level: {a: [1]}  # why\n  # and\nc: d\n"),
        ({"a": 1}, "level:\n- a\n- b", "level: {a: 1}"),
    ],
)
def test_a_value_is_replaced(value: PlainData, before: str, after: str) -> None:
    """And the comments beside it stay."""
    assert edited(before, ReplaceValue(("level",), value)) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("match: {list: x}  # why\n", "match: {any: [{list: x}, {list: y}]}  # why\n"),
        (
            "match: {list: x,\n  # why\n  forms: all}\n",
            "match: {any: [{list: x,\n  # why\n  forms: all}, {list: y}]}\n",
        ),
        (
            "match:  # why\n  list: x\n  # and\n  ignore:\n    - z\n\nb: 1\n",
            "match:  # why\n  any:\n    - list: x\n      # and\n      ignore:\n        - z\n    - list: y\n\nb: 1\n",
        ),
        ("match: x\n", "match: {any: [x, {list: y}]}\n"),
        (
            "match:\n  list: x\n  # end\n# b\nb: 1\n",
            "match:\n  any:\n    - list: x\n      # end\n    - list: y\n# b\nb: 1\n",
        ),
        ("match:\r\n  list: x", "match:\r\n  any:\r\n    - list: x\r\n    - list: y"),
    ],
)
def test_a_value_gets_siblings(before: str, after: str) -> None:
    """Its text and its comments stay."""
    assert edited(before, WrapValue(("match",), "any"), InsertItem(("match", "any"), {"list": "y"})) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "a: {name: n, words: {en: [x]}}  # why\n",
            "a: {name: n, any: [{words: {en: [x]}}, {list: y}]}  # why\n",
        ),
        (
            "a: {words: {en: [x,\n  # why\n  z]}, case: exact}\n",
            "a: {any: [{words: {en: [x,\n  # why\n  z]}}, {list: y}], case: exact}\n",
        ),
        (
            "a:\n  name: n  # a\n  words:\n    en: [x]  # 1\n    # 2\n  case: z\n",
            "a:\n  name: n  # a\n  any:\n    - words:\n        en: [x]  # 1\n        # 2\n    - list: y\n  case: z\n",
        ),
        ("a:\n  words: [x,\n    z]\nb: 1\n", "a:\n  any:\n    - words: [x,\n        z]\n    - list: y\nb: 1\n"),
        ("a:\r\n  words: [x]", "a:\r\n  any:\r\n    - words: [x]\r\n    - list: y"),
    ],
)
def test_a_key_gets_an_alternative(before: str, after: str) -> None:
    """The keys beside it and all comments stay where they are."""
    assert edited(before, WrapKey(("a", "words"), "any"), InsertItem(("a", "any"), {"list": "y"})) == after


def test_the_first_key_of_an_item_gets_an_alternative() -> None:
    """It stays behind the dash."""
    before = "these:\n  - words: x\n    ignore: y\n  # next\n  - list: z\n"
    after = "these:\n  - any:\n      - words: x\n    ignore: y\n  # next\n  - list: z\n"
    assert edited(before, WrapKey(("these", 0, "words"), "any")) == after


def test_an_item_with_keys_below_each_other_gets_siblings() -> None:
    """It stays the item of its list."""
    before = "these:\n  - list: x\n    ignore: y\n  # next\n  - list: z\n"
    after = "these:\n  - any:\n      - list: x\n        ignore: y\n  # next\n  - list: z\n"
    assert edited(before, WrapValue(("these", 0), "any")) == after


@pytest.mark.parametrize(
    ("index", "before", "after"),
    [
        (1, "words: {en: [a, b]}\n", "words: {en: [a]}\n"),
        (0, "words: {en: [a]}\n", "words: {en: []}\n"),
        (1, "words:\n  en: [a,\n       b]  # all\n", "words:\n  en: [a]  # all\n"),
        (1, "words:\n  en: [\n    a,  # one\n    b,  # two\n  ]\n", "words:\n  en: [\n    a,  # one\n  ]\n"),
        (0, "words:\n  en:\n    - a  # one\n    - b\n", "words:\n  en:\n    - b\n"),
        (1, "words:\n  en:\n    - a\n    # whose?\n    - b\n", "words:\n  en:\n    - a\n    # whose?\n"),
        (1, "words:\n  en:\n    - a\n    - b\n      # of b\n    - c\n", "words:\n  en:\n    - a\n    - c\n"),
        (0, "words:\n  en:  # all\n    # some\n    - a\nb: 1\n", "words:\n  en: []  # all\n    # some\nb: 1\n"),
    ],
)
def test_an_item_is_removed_with_what_is_its_own(index: int, before: str, after: str) -> None:
    """And a comment that may be about others stays."""
    assert edited(before, RemoveItem((*EN, index))) == after


@pytest.mark.parametrize(
    ("key", "before", "after"),
    [
        ("b", "x: {a: 1, b: 2}\n", "x: {a: 1}\n"),
        ("b", "x: {b: 2}\n", "x: {}\n"),
        ("b", "x:\n  a: 1\n  b:  # why\n    - c\n    # d\n# end\n", "x:\n  a: 1\n# end\n"),
        ("b", "x:\n  b: 2\n  a: 1\n", "x:\n  a: 1\n"),
        ("b", "x:\n  b: 2\n  # end\nc: 1\n", "x: {}\n  # end\nc: 1\n"),
    ],
)
def test_a_key_is_removed_with_its_value(key: str, before: str, after: str) -> None:
    assert edited(before, RemoveKey(("x", key))) == after


def test_the_first_key_behind_a_dash_leaves_the_dash() -> None:
    """And a comment between it and the next one."""
    assert edited("- a: 1  # one\n  b: 2\n- c\n", RemoveKey((0, "a"))) == "- b: 2\n- c\n"
    assert edited("- a: 1\n  # two\n  b: 2\n", RemoveKey((0, "a"))) == "-\n  # two\n  b: 2\n"
    assert edited("- - a\n  - b\n", RemoveItem((0, 0)), InsertItem((0,), "c", 0)) == "- - c\n  - b\n"


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
        assert document.data == apply_edits_to_data(parse_yaml_text(before, "f.yaml")[0].data, edits)
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
        ("a:\n- b\n", WrapValue(("a",), "any")),
        ("a: b\n", ReplaceValue(("a",), "two\nlines")),
        ("a: b\n", ReplaceValue(("a",), 10**30)),
        ("a: |+\n  b\n\n", InsertKey((), "c", "d")),
    ],
)
def test_what_cannot_be_edited_safely_is_refused(before: str, edit: Edit) -> None:
    """With the place, and what to do instead."""
    with pytest.raises(EditUnsafe, match=r"f.yaml:[45]:\d+: .* edit it by hand"):
        apply_edits(f"# one\nrule: x\n---\n{before}", "f.yaml", 1, [edit])


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (InsertItem(("a",), "c"), "a is not a list"),
        (InsertItem(("l",), "c", 3), "l.3 does not exist"),
        (InsertItem(("l",), "c", -1), "l.-1 does not exist"),
        (InsertKey(("l",), "c", "d"), "l has no keys"),
        (InsertKey((), "a", "d"), "a is there already"),
        (ReplaceValue(("a", "b"), "c"), "a.b does not exist"),
        (WrapValue(("l", 2), "any"), "l.2 does not exist"),
        (RemoveItem(("l", 2)), "l.2 does not exist"),
        (RemoveItem(("a",)), "a does not exist"),
        (RemoveKey(("c",)), "c does not exist"),
        (RemoveKey(("l", 0)), "l.0 does not exist"),
        (RemoveKey(()), "the document does not exist"),
    ],
)
def test_an_edit_that_does_not_fit_the_data_is_an_error(edit: Edit, message: str) -> None:
    with pytest.raises(InvalidRequest, match=f"^{message}$"):
        edited("a: b\nl: [1, 2]\n", edit)


def test_documents_are_found_by_their_id() -> None:
    text = "# only this\n---\nrule: a\n---\nlist: a\n---\nrule: b\n---\n- rule\n---\nrule: b\n"
    assert find_document(text, "f.yaml", "rule", "a") == 0
    assert find_document(text, "f.yaml", "list", "a") == 1
    with pytest.raises(InvalidRequest, match=r"f.yaml: 'entity: a' is not there"):
        find_document(text, "f.yaml", "entity", "a")
    with pytest.raises(InvalidRequest, match=r"f.yaml: 'rule: b' is there more than once"):
        find_document(text, "f.yaml", "rule", "b")


def test_several_documents_of_a_file_are_changed_in_one_step(tmp_path: Path) -> None:
    """Nothing is written before `write`; the mode and the byte order mark stay."""
    file = tmp_path / "f.yaml"
    file.write_bytes(b"\xef\xbb\xbfrule: a\r\n---\r\nlist: b\r\nwords: {en: [c]}\r\n")
    file.chmod(0o640)
    before = file.read_bytes()
    rewrite = prepare_changes(
        file,
        [
            DocumentChange("list", "b", (InsertItem(EN, "훈련"), InsertItem(EN, "d"))),
            DocumentChange("rule", "a", (InsertKey((), "level", "low"),)),
        ],
    )
    assert file.read_bytes() == before
    rewrite.write()
    after = "rule: a\r\nlevel: low\r\n---\r\nlist: b\r\nwords: {en: [c, 훈련, d]}\r\n"
    assert file.read_bytes() == b"\xef\xbb\xbf" + after.encode()
    assert file.stat().st_mode & 0o777 == 0o640


LANGUAGES = {"any", "en", "zh", "ko", "ja", "ru", "de", "pl", "fr", "es"}


def word_lists(data: PlainData, path: ValuePath = ()) -> list[ValuePath]:
    """The paths of the lists of words, each under its language."""
    if isinstance(data, list) and path and path[-1] in LANGUAGES and all(isinstance(item, str) for item in data):
        return [path]
    pairs = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [found for part, value in pairs for found in word_lists(value, (*path, part))]


def comment_lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.lstrip().startswith("#")]


def test_shipped_files_take_a_word_in_their_lists() -> None:
    """In all lists of the rules, and in one of the last entity of a file. The edit itself checks the data."""
    shipped, numbers, inserted = find_shipped_folder(), count(), 0
    for file in sorted([*(shipped / "rules").rglob("*.yaml"), *(shipped / "seeds" / "entities").rglob("*.yaml")]):
        text = before = file.read_text(encoding="utf-8")
        documents = list(enumerate(parse_yaml_text(before, str(file))))
        is_rule_file = file.is_relative_to(shipped / "rules")
        for index, document in documents if is_rule_file else documents[-1:]:
            paths = word_lists(document.data)
            edits = [InsertItem(path, WORDS[next(numbers) % 12]) for path in (paths if is_rule_file else paths[-1:])]
            text = apply_edits(text, str(file), index, edits)
            inserted += len(edits)
        assert comment_lines(text) == comment_lines(before)
    assert inserted > 2000
