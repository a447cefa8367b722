"""YAML 1.2 with positions: what is text stays text, what is clever is refused where it stands."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from monitor.config.yaml.yaml12 import PlainData, parse_yaml_text, read_yaml_file
from monitor.errors import InvalidFiles
from monitor.model import Place


def faults(text: str) -> list[str]:
    with pytest.raises(InvalidFiles) as refused:
        parse_yaml_text(text, "f.yaml")
    return [str(fault) for fault in refused.value.faults]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("NO", "NO"),  # Norway, false in YAML 1.1
        ("on", "on"),
        ("yes", "yes"),
        ("1:30", "1:30"),  # 90 in YAML 1.1
        ("2026-01-05", "2026-01-05"),  # a date in YAML 1.1
        ("012", 12),  # 10 in YAML 1.1
        ("0o17", "0o17"),
        ("1_000", "1_000"),
        ("-3", -3),
        ("1.5", 1.5),
        (".5e3", 500.0),
        ("1e3", "1e3"),
        ("9" * 5000, "9" * 5000),  # Python refuses to read it as a number
        ("True", True),
        ("false", False),
        ("~", None),
        ("null", None),
        ("'true'", "true"),  # in quotes everything is text
        ('"12"', "12"),
        ("|\n  true\n", "true\n"),
        ("북한", "북한"),
    ],
)
def test_only_what_yaml_12_says_is_anything_but_text(written: str, meant: PlainData) -> None:
    """A value is text unless the core schema of YAML 1.2 says otherwise."""
    [document] = parse_yaml_text(f"key: {written}", "f.yaml")
    assert document.data == {"key": meant}
    assert isinstance(document.data, dict)
    assert type(document.data["key"]) is type(meant)


def test_keys_stay_text() -> None:
    """A key is what stands there: no, 1 and true are names like others."""
    [document] = parse_yaml_text("{no: 1, 1: a, true: b, ~: c}", "f.yaml")
    assert document.data == {"no": 1, "1": "a", "true": "b", "~": "c"}


def test_each_key_and_value_has_its_place() -> None:
    """Lines and columns count from 1 and in characters, whatever the script, in each of several documents."""
    first, second = parse_yaml_text("# top\na: x\n---\n북한: [미사일, {발사: 예}]\n", "f.yaml")
    assert first.place(("a",)) == Place("f.yaml", 2, 4)
    assert second.key_place(("북한",)) == Place("f.yaml", 4, 1)
    assert second.place(("북한", 1, "발사")) == Place("f.yaml", 4, 16)
    assert second.place(("북한", 1, "missing")) == Place("f.yaml", 4, 11)  # what is not there: where it should be


def test_a_place_is_the_same_counted_out_and_looked_up() -> None:
    """Of each value of a document, one behind mappings and lists of lists among them."""
    [document] = parse_yaml_text("a: {b: [1, [2, {c: d}]], e: }\nf:\n  - [[], {}]\n  - g: h\ni: j\n", "f.yaml")
    assert len(document.value_positions) == 16
    for where, at in document.value_positions.items():
        assert document.place(where) == Place("f.yaml", *at)


def test_the_places_of_a_list_are_those_of_its_items() -> None:
    """Told together or one by one; of what is no list there are none."""
    [document] = parse_yaml_text("top: {x: [y]}\nf:\n  - [[], {}]\n  - g: h\n  - i\n", "f.yaml")
    assert list(document.item_places(("f",))) == [document.place(("f", index)) for index in range(3)]
    assert (list(document.item_places(("top",))), list(document.item_places(("none",)))) == ([], [])


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("a:\n  - b: c  # d\n\n# e\n", (2, 9)),  # a list without brackets ends with the last thing in it
        ("a:\n- b: 미사일\n---\nc: d\n", (2, 9)),  # characters, not bytes
        ("a: [b,\n  c,  # d\n] # e", (3, 2)),  # the bracket belongs to it
        ("a:\n  - {b: c}  # d\n", (2, 11)),
        ("a: 'b\n  c'  \n", (2, 5)),  # and so does the quote
        ("a:\n  - b: |\n      c\n\n# d\n", (5, 1)),  # a block of text ends where the next line begins
        ("a:\n  - b:   # nothing\n", (2, 7)),
        ("a:  # nothing\n", (1, 3)),
        ("a: []", (1, 6)),
    ],
)
def test_each_value_has_its_end(text: str, end: tuple[int, int]) -> None:
    """Right after its last character: blanks and comments behind it are not its own."""
    first, *_ = parse_yaml_text(text, "f.yaml")
    assert first.end_positions["a",] == end
    assert first.end_positions.keys() == first.value_positions.keys()


@pytest.mark.parametrize("nothing", ["", "\n\n", "# only a comment\n", "---\n", "---\n# one\n---\n# two\n...\n", "~"])
def test_a_file_with_nothing_in_it_holds_no_documents(nothing: str) -> None:
    """Empty files and files of comments are fine."""
    assert parse_yaml_text(nothing, "f.yaml") == ()


_SEPARATE = "if another rule, entity or list begins here, write a line with only '---' before it"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        # the last of two equal keys must not win silently
        ("a: 1\nb: 2\na: 3", "f.yaml:3:1: the key 'a' is given twice; it is already in line 1"),
        ("rule: a\nrule: b", f"f.yaml:2:1: the key 'rule' is given twice; it is already in line 1; {_SEPARATE}"),
        ("x: {list: a, list: b}", "f.yaml:1:14: the key 'list' is given twice; it is already in line 1"),
        ("x:\n  - {b: 1, b: 2}", "f.yaml:2:12: the key 'b' is given twice; it is already in line 2"),
        # what nearly nobody means who writes it
        (
            "a: &x 1",
            "f.yaml:1:4: text that begins with '&' goes in quotes; write \"&...\" (anchors and aliases of YAML are not",
        ),
        (
            "a: *x",
            "f.yaml:1:4: text that begins with '*' goes in quotes; write \"*...\" (anchors and aliases of YAML are not",
        ),
        ("*x : a", "f.yaml:1:1: text that begins with '*' goes in quotes; write \"*...\""),
        ("a: &a [*a]", "f.yaml:1:4: text that begins with '&' goes in quotes; write \"&...\""),  # refers to itself
        ("<<: {a: 1}", "f.yaml:1:1: merge keys (<<) are not supported"),
        ("a: !!str 1", "f.yaml:1:4: text that begins with '!' goes in quotes; write \"!...\" (tags of YAML are not"),
        ("a: !python/object x", "f.yaml:1:4: text that begins with '!' goes in quotes"),
        ("? [a]\n: b", "f.yaml:1:3: a key must be plain text"),
        ("{a: 1}: b", "f.yaml:1:1: a key must be plain text"),
        ("a: [1, 2", "f.yaml:1:4: this '[' is not closed; add the ']'"),
        ("a: {b: c", "f.yaml:1:4: this '{' is not closed; add the '}'"),
        ("a: {b: [x], c: [y,\n", "f.yaml:1:16: this '[' is not closed; add the ']'"),
        ("a:\n  b: [1, 2\nc: d\n", "f.yaml:2:6: this '[' is not closed; add the ']'"),
        ("a: [1,\n  'b'\n  'c']\n", "f.yaml:3:3: the '[' in line 1 is not closed; add the ','"),
        ("a: [1}", "f.yaml:1:6: the '[' before it is not closed"),
        ("a: [b,, c]", "f.yaml:1:7: expected a value, found nothing; remove the ',' before it"),
        ("a: b: c", "f.yaml:1:5: a ':' is not allowed here; indent the line like its neighbours, or put text"),
        ("a: 한\x07", "f.yaml:1:5: there is a control character here"),
        # tabs
        ("a: b\n\tc: d", "f.yaml:2:1: there is a tab here; indent with spaces"),
        ("a:\n  - b\n\t- c", "f.yaml:3:1: there is a tab here; indent with spaces"),
        ("- a\n-\tb\n\t- c", "f.yaml:2:2: there is a tab here; indent with spaces"),
        # quotation marks
        ('a: "b\nc: d\n', "f.yaml:1:4: this quotation mark is not closed; close it where the text ends"),
        (
            "a: 'b\nc: ['d e']\n",
            "f.yaml:1:4: this quotation mark is closed only in line 2; close it where the text ends",
        ),
        ('a:\n  en: ["b, c]\n  ko: ["d"]', "f.yaml:2:8: this quotation mark is closed only in line 3"),
        (
            "a: 'b's c'",
            "f.yaml:1:7: there is text after a closing quotation mark; put all of it in the quotes; inside '...'",
        ),
        (
            'a: ["b" c, d]',
            "f.yaml:1:9: there is text after a closing quotation mark; put all of it in the quotes; inside",
        ),
        (
            r'a: "b\d"',
            r"f.yaml:1:6: inside \"...\" a '\' means something else; use '...' as quotation marks".replace(r"\"", '"'),
        ),
        # signs with which text cannot begin
        ("a: @b", "f.yaml:1:4: text that begins with '@' goes in quotes; write \"@...\""),
        ("a: [`b`, c]", "f.yaml:1:5: text that begins with '`' goes in quotes; write \"`...\""),
        ("a: [b, *미사일]", "f.yaml:1:8: text that begins with '*' goes in quotes; write \"*...\""),
        ("a: [#b, c]", "f.yaml:1:5: text that begins with '#' goes in quotes; write \"#...\""),
        ("a: |b\n", "f.yaml:1:4: text that begins with '|' goes in quotes; write \"|...\""),
        ("%a: b\n", "f.yaml:1:1: text that begins with '%' goes in quotes"),
        ("a: ? b\n", "f.yaml:1:4: a '?' is not allowed here; put text that begins with ? in quotes"),
        # lists and lines that are out of place
        ("a: - b\n", "f.yaml:1:4: a list cannot begin in the line of its key; begin it in the next line"),
        ("a:\n  - b\n  c: d\n", "f.yaml:3:3: a '-' belongs here; indent the line like the items of its list"),
        ("a: 'b\n---\nc: d\n", "f.yaml:1:4: this quotation mark is not closed"),
        # colons
        ("a:b\nc: d", "f.yaml:1:2: a blank is missing after this ':'; write ': '"),
        ("a: b\nc:d\ne: f", "f.yaml:2:2: a blank is missing after this ':'; write ': '"),
        ("a: b\nc [d]\ne: f\n", "f.yaml:2:1: a ':' is missing after this key; write 'key: value'"),
        ("a\n  b: c\n", "f.yaml:1:1: a ':' is missing after this key"),
        ("- a:\n  b\n    - c\n    - d\n  e: f\n", "f.yaml:2:3: a ':' is missing after this key"),
        ("a: b\n  c: d\n", "f.yaml:2:3: this line is not indented like its neighbours; begin it at the left edge"),
        ("a：b", "f.yaml:1:2: this ： is a full-width colon; write ': '"),
        ("a: b\nc：\n  d: e\n", "f.yaml:2:2: this ： is a full-width colon; write ': '"),
        ("a:\n  zh-Hant： [b]\n  ko： [c]\n  ja: [d]", "f.yaml:2:10: this ： is a full-width colon; write ': '"),
        ("a: {en：[b]}", "f.yaml:1:7: this ： is a full-width colon; write ': '"),
        # blanks that are none
        ("a:\n\u3000\u3000b: c", "f.yaml:2:1: this blank is not a plain space; indent with plain spaces"),
        ("[" * 70 + "]" * 70, "f.yaml:1:62: nested too deep"),
        ("[" * 100_000, "f.yaml:1:1001: nested too deep"),
        ("a: 1\n b: 2\n", "f.yaml:2:2: this line is not indented like its neighbours; begin it at the left edge"),
        ("a: 1\n- b\n", "f.yaml:2:1: a key belongs here"),
    ],
)
def test_what_is_refused_is_refused_where_it_stands(text: str, fault: str) -> None:
    """Each fault names its line and column and says what is wrong, where it can be mended."""
    assert faults(text)[0].startswith(fault)


@pytest.mark.parametrize("text", ['a: "b：c"', "a: 速报：发射", "a: [b：c]", "- 朝鲜：导弹", "'a：': b", "速报：b"])
def test_text_may_hold_what_looks_like_a_sign(text: str) -> None:
    """A full-width colon is a mistake only where a key should be."""
    assert parse_yaml_text(text, "f.yaml")


def test_all_faults_of_a_file_come_at_once() -> None:
    """One faulty key does not hide the next."""
    assert len(faults("a: 1\na: &x 2\nb: !y 3\n? {c: 1}\n: 2\n<<: 4\n")) == 5


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        (b"a: b\nc: \xe9t\xe9\n", "2:4: this is not UTF-8"),  # Latin-1
        ("ab: 북".encode("euc-kr"), "1:5: this is not UTF-8"),
        ("a: b".encode("utf-16"), "1:1: this is UTF-16, not UTF-8"),
        ("a: b".encode("utf-16-le"), "1:2: there is a control character here"),  # without a mark: NULs between letters
    ],
)
def test_a_file_that_is_not_utf_8_is_refused(tmp_path: Path, raw: bytes, fault: str) -> None:
    """The fault stands at the first byte that cannot be read."""
    path = tmp_path / "f.yaml"
    path.write_bytes(raw)
    with pytest.raises(InvalidFiles) as refused:
        read_yaml_file(path)
    assert str(refused.value).startswith(f"{path}:{fault}")


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    """Editors on Windows write one; it neither joins the first key nor moves its column."""
    path = tmp_path / "f.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: b\n")
    [document] = read_yaml_file(path)
    assert document.data == {"a": "b"}
    assert document.key_place(("a",)).col == 1


def test_a_file_that_cannot_be_read_is_a_fault(tmp_path: Path) -> None:
    """A missing file and a folder are told of, not raised bare."""
    for path, why in ((tmp_path / "none.yaml", "No such file"), (tmp_path, "Is a directory")):
        with pytest.raises(InvalidFiles, match=f"cannot be read: {why}"):
            read_yaml_file(path)


_SECRET = "tr0ub4dor"
_AROUND = ("url: {}", "url: [{}]", "url: {{a: {}}}", "url:\n  - {}\n", "url:\n  {}\n", "{}", "url: x\n{}")
_ENDS = ("", "\n}", "]", "\nb: c", ":x", ' "x"', "\n\tb")


def said_of(text: str) -> str:
    """The faults of a text; "" if it is good YAML."""
    try:
        parse_yaml_text(text, "f.yaml")
    except InvalidFiles as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    "sign", [*"@&*%!|>`'\"[{,#?-:]}", "- ", "? ", "-:", "a:", "[#", "{#", "!<", "&a &", "\t", "：", "\0", "a: "]
)
def test_no_fault_quotes_a_value(sign: str) -> None:
    """It may be a password: nobody here knows what a key is for. (Keys are no secrets.)"""
    said = [said_of(around.format(f"{sign}{_SECRET}/+{end}")) for around, end in product(_AROUND, _ENDS)]
    assert [each for each in said if _SECRET in each and "the key" not in each] == []


@pytest.mark.parametrize(
    "line", ["k{}: !x v\n", "k{}: &a v\n", "k{}: *a\n", "<<: v{}\n", "k: {}\n", "-k{}: v\n", "? [{}]\n: v\n"]
)
def test_the_first_faults_are_reported_and_the_rest_is_not_read(line: str) -> None:
    """Nobody reads thousands, and finding them took minutes."""
    found = faults("".join(line.format(number) for number in range(1_000)))
    assert len(found) == 101
    assert found[-1].endswith("there are more faults than these; correct these first")


def test_directives_are_counted_before_they_are_parsed() -> None:
    """The parser compares each with all before it. Text that begins with % in a line of its own is not one."""
    lines = [f"%TAG !a{number}! b" for number in range(101)]
    assert faults("\n".join([*lines, "---", "a: b"])) == [
        "f.yaml:101:1: text that begins with '%' goes in quotes; write \"%...\""
    ]
    [document] = parse_yaml_text("%YAML 1.2\n---\na: |\n" + "  %x\n" * 200, "f.yaml")
    assert document.data == {"a": "%x\n" * 200}
