"""However a document is written: an edit gives exactly the data that it should, and keeps comments and other lines."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import takewhile

from hypothesis import assume, given
from hypothesis import strategies as st

from monitor.config.editing.document_edit import (
    Edit,
    InsertItem,
    InsertKey,
    ReplaceValue,
    apply_edit_to_data,
    apply_edits,
)
from monitor.config.yaml.yaml12 import PlainData, ValuePath, parse_yaml_text
from monitor.errors import EditUnsafe, InvalidFiles, InvalidRequest

WORDS = ("drill", "*strike", "NO", "true", "1:30", "a: b", "- x", "#tag", "Q&A", "it's", '"so"', "a\\b", "a, b", "[x]")
FOREIGN = (
    "훈련",
    "軍事演習：台湾",
    "учени*",
    "*파업",
    "x #y",
    "?",
    "",
    " x ",
    "@a",
    "%",
    "{a: b}",
    "key:",
    "long word" * 9,
)
words = st.sampled_from(WORDS + FOREIGN)
scalars = st.one_of(words, st.sampled_from((7, -1, 2.5, 1e16, 1e-7, True, False)))
keys = st.sampled_from(("en", "ko", "any", "zh-Hant", "words", "ignore", "NO", "these"))
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=14,
)
mappings = st.dictionaries(keys, values, min_size=1, max_size=4)


class Pen:
    """Writes data in styles that it draws, and numbers the comments."""

    def __init__(self, draw: st.DrawFn, number: int) -> None:
        self.draw = draw
        self.number = number
        self.comments: list[str] = []

    def chance(self, parts: int = 4) -> bool:
        return self.draw(st.integers(1, parts)) == 1

    def comment(self) -> str:
        self.comments.append(f"# kept {self.number}-{len(self.comments)}.")
        return self.comments[-1]

    def behind(self) -> str:
        return f"  {self.comment()}" if self.chance() else ""

    def remarks(self, indent: int) -> list[str]:
        """A comment or a blank line above an entry, or nothing."""
        drawn = self.draw(st.integers(0, 8))
        return [" " * indent + self.comment()] if drawn == 0 else [""] if drawn == 1 else []

    def scalar(self, value: PlainData, within: str) -> str:
        """As our parser reads it back: plain where that is possible, and in either kind of quotes."""
        if isinstance(value, bool):
            return str(value).lower()
        if not isinstance(value, str):
            return {1e16: "1.0e+16", 1e-7: "1.0e-7"}.get(value, str(value)) if isinstance(value, float) else str(value)
        quoted = json.dumps(value, ensure_ascii=False), "'" + value.replace("'", "''") + "'"
        try:
            plain = [each.data for each in parse_yaml_text(within.format(value), "")] == [[value]]
        except InvalidFiles:
            plain = False
        return self.draw(st.sampled_from((*quoted, value) if plain else quoted))

    def flow(self, value: PlainData, indent: int, *, may_break: bool) -> list[str]:
        """The lines of a value in brackets; `indent`: of the lines after the first."""
        if not isinstance(value, list | dict):
            return [self.scalar(value, "[{}]")]
        pairs = value.items() if isinstance(value, dict) else [(None, item) for item in value]
        entries = [(f"{key}: " if key else "") + self.flow(item, indent + 2, may_break=False)[0] for key, item in pairs]
        opening, closing = "{}" if isinstance(value, dict) else "[]"
        comma = "," if entries and self.chance() else ""
        if not may_break or not entries or self.chance(2):
            return [opening + ", ".join(entries) + comma + closing]
        if self.chance(2):
            lines = [opening + self.behind()]
            for entry in entries[:-1]:
                lines += [*self.remarks(indent), f"{' ' * indent}{entry},{self.behind()}"]
            return [*lines, f"{' ' * indent}{entries[-1]}{comma}{self.behind()}", f"{' ' * (indent - 1)}{closing}"]
        at = self.draw(st.integers(1, len(entries)))
        tail = f"{' ' * indent}{', '.join(entries[at:])}{comma}{closing}"
        head = f"{opening}{', '.join(entries[:at])}"
        return [f"{head},{self.behind()}", tail] if entries[at:] else [f"{head}{comma}{closing}"]

    def block(self, value: PlainData, indent: int) -> list[str]:
        """The lines of a list or mapping without brackets."""
        lines: list[str] = []
        if isinstance(value, dict):
            for key, item in value.items():
                lines += [*self.remarks(indent), *self.entry(f"{' ' * indent}{key}:", item, indent, is_key=True)]
        elif isinstance(value, list):
            for item in value:
                lines += [*self.remarks(indent), *self.entry(f"{' ' * indent}-", item, indent, is_key=False)]
        return lines

    def entry(self, lead: str, value: PlainData, indent: int, *, is_key: bool) -> list[str]:
        if not isinstance(value, list | dict):
            return [f"{lead} {self.scalar(value, '- {}')}{self.behind()}"]
        if not value or self.chance(2):
            first, *others = self.flow(value, indent + 4, may_break=True)
            if is_key and self.chance():
                return [lead, f"{' ' * (indent + 3)}{first}", *others]
            return [f"{lead} {first}", *others] if others else [f"{lead} {first}{self.behind()}"]
        below = indent if is_key and isinstance(value, list) and self.chance() else indent + 2
        if is_key or self.chance():
            return [lead + self.behind(), *self.block(value, below)]
        inner = self.block(value, below)
        if not inner[0].strip() or inner[0].lstrip().startswith("#"):
            return [lead, *inner]
        return [f"{lead} {inner[0][below:]}", *inner[1:]]


@dataclass(frozen=True, slots=True)
class Written:
    """A file: its text, the data of its documents, and its comments."""

    text: str
    data: tuple[PlainData, ...]
    comments: tuple[str, ...]


@st.composite
def files(draw: st.DrawFn) -> Written:
    documents = draw(st.lists(mappings, min_size=1, max_size=2))
    pens = [Pen(draw, number) for number in range(len(documents))]
    lines: list[str] = []
    for pen, data in zip(pens, documents, strict=True):
        lines += [*(["---"] if lines else []), *pen.remarks(0), *pen.block(data, 0), *pen.remarks(0)]
    ending = draw(st.sampled_from(("\n", "\r\n")))
    text = ending.join(lines) + draw(st.sampled_from(("", ending)))
    return Written(text, tuple(documents), tuple(comment for pen in pens for comment in pen.comments))


def paths_in(data: PlainData, path: ValuePath = ()) -> list[tuple[ValuePath, PlainData]]:
    """Each path of the data, with its value."""
    found = [(path, data)]
    pairs = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for part, value in pairs:
        found += paths_in(value, (*path, part))
    return found


@st.composite
def insertions(draw: st.DrawFn, data: PlainData) -> Edit:
    """An insertion into the data."""
    path, found = draw(st.sampled_from([pair for pair in paths_in(data) if isinstance(pair[1], list | dict)]))
    return InsertItem(path, draw(values)) if isinstance(found, list) else InsertKey(path, "new", draw(values))


def read(text: str) -> list[PlainData]:
    return [document.data for document in parse_yaml_text(text, "f.yaml")]


def same(one: object, other: object) -> bool:
    """Equal, and of the same kind, in the same order: for Python 1, 1.0 and True are equal."""
    return json.dumps(one) == json.dumps(other)


def count_changed(before: str, after: str) -> int:
    """How many lines of the old text are not in the new one, before or behind what has changed."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    head = count_common(old, new)
    return len(old) - head - count_common(old[head:][::-1], new[head:][::-1])


def count_common(one: list[str], other: list[str]) -> int:
    """The number of lines that are the same at the start of both."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def is_kept_in(before: str, after: str) -> bool:
    """Whether nothing of the old text is gone: it is the new one with something left out."""
    rest = iter(after)
    return all(letter in rest for letter in before)


@given(files())
def test_the_files_here_hold_what_they_should(written: Written) -> None:
    """The test itself: the drawn styles are read as the drawn data."""
    assert same(read(written.text), written.data)


@given(files(), st.data())
def test_an_insertion_changes_one_line_at_most(written: Written, data: st.DataObject) -> None:
    """Nothing of the text is gone; the other document keeps its bytes."""
    first, *others = written.data
    edit = data.draw(insertions(first))
    after = apply_edits(written.text, "f.yaml", [edit])
    assert same(read(after), [apply_edit_to_data(first, edit), *others])
    assert is_kept_in(written.text, after)
    assert count_changed(written.text, after) <= 1
    assert after.split("---")[1:] == written.text.split("---")[1:]


@given(files(), st.data())
def test_a_value_is_replaced_and_its_comments_stay(written: Written, data: st.DataObject) -> None:
    """A value that is no list and no mapping has no comments inside it."""
    first, *others = written.data
    scalar_paths = [path for path, found in paths_in(first) if not isinstance(found, list | dict)]
    assume(scalar_paths)
    edit = ReplaceValue(data.draw(st.sampled_from(scalar_paths)), data.draw(values))
    after = apply_edits(written.text, "f.yaml", [edit])
    assert same(read(after), [apply_edit_to_data(first, edit), *others])
    assert all(comment in after for comment in written.comments)
    assert count_changed(written.text, after) <= 1


@given(st.text(st.sampled_from("ab:[]{}-# \n,'\"?|>&~"), max_size=24), st.data())
def test_whatever_the_text_the_edit_is_right_or_refused(text: str, data: st.DataObject) -> None:
    """A file in a shape that nobody thought of is never spoilt."""
    try:
        before = read(text)
    except InvalidFiles:
        return
    assume(before)
    path, found = data.draw(st.sampled_from(paths_in(before[0])))
    edits: list[Edit] = [ReplaceValue(path, data.draw(values))]
    if isinstance(found, list | dict):
        edits += [data.draw(insertions(found))]
        edits = [InsertItem(path, "x") if isinstance(found, list) else InsertKey(path, "x", "y"), *edits]
    edit = data.draw(st.sampled_from(edits))
    try:
        after = apply_edits(text, "f.yaml", [edit])
    except (EditUnsafe, InvalidRequest):
        return
    assert same(read(after), [apply_edit_to_data(before[0], edit), *before[1:]])
