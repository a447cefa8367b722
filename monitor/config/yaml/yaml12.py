"""YAML 1.2 text -> documents of plain data, each value and key with its line and column.

PyYAML's C parser gives the events; what they mean is decided here, because PyYAML's own reading is YAML 1.1, where
`NO` (Norway) is false, `1:30` is 90 and the last of two equal keys wins. Here only true/false, null, decimal integers
and decimal fractions are anything but text. Refused with their position: duplicate keys, anchors and aliases, merge
keys, tags, keys that are no plain text, nesting beyond reason. It knows nothing of what the keys mean.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Protocol, cast

import yaml

from monitor.config.yaml.syntax import (
    FULL_WIDTH,
    explain_leading_sign,
    explain_syntax_error,
    key_look_alike,
    wide_colon,
)
from monitor.errors import Fault, InvalidFiles
from monitor.model import Place

PlainData = None | bool | int | float | str | list["PlainData"] | dict[str, "PlainData"]
ValuePath = tuple[str | int, ...]
"""The keys and indexes that lead from the top of a document to a value."""

_DEEPEST = 60
"""No rule comes near it, and reading stays far from Python's recursion limit."""

_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("null", "Null", "NULL", "~", ""), None),
}
_INTEGER = re.compile(r"[-+]?[0-9]{1,18}")  # 012 is 12 in YAML 1.2; longer ones are phone numbers and stay text
_FRACTION = re.compile(r"[-+]?(\.[0-9]+|[0-9]+\.[0-9]*)([eE][-+]?[0-9]+)?")


@dataclass(frozen=True)
class YamlDocument:
    """One document of a file: its data, and where each value and each key of it stands, and where each value ends.

    A value ends right after its last character, not counting the blanks and comments behind it; only a block of text
    (`|`, `>`) ends where the next line begins. `marks` are six numbers for each value, in the order of the text: line
    and column of its key (0 where it has none), of its beginning, of its end. A place is counted out when somebody asks
    for it, and whole tables are made when many are asked for: of a good file hardly any is.
    """

    file: str
    data: PlainData
    packed_positions: Sequence[int]

    def place(self, where: ValuePath = ()) -> Place:
        """Where a value stands; for what is not there, where the value that should hold it stands."""
        while (number := self._number(where)) is None:
            where = where[:-1]
        return Place(self.file, *self.packed_positions[6 * number + 2 : 6 * number + 4])

    def item_places(self, key: str) -> Iterator[Place]:
        """Where each item of a list stands that is a value of the document itself. Asked for one by one, the places of
        a list of thousands would be counted out from its beginning each time."""
        number, data = self._number((key,)), self.data
        items = data.get(key) if isinstance(data, dict) else None
        if number is None or not isinstance(items, list):
            return
        number += 1
        for item in items:
            yield Place(self.file, *self.packed_positions[6 * number + 2 : 6 * number + 4])
            number += _count_values(item)

    def subdocument(self, key: str) -> YamlDocument:
        """What stands under one of the document's own keys, as a document whose places are those of the file."""
        number, data = self._number((key,)), self.data
        if number is None or not isinstance(data, dict):
            raise KeyError(key)
        return YamlDocument(
            self.file, data[key], self.packed_positions[6 * number : 6 * (number + _count_values(data[key]))]
        )

    def key_place(self, where: ValuePath) -> Place:
        """Where the key of a value stands; for an item of a list, the item itself."""
        return Place(self.file, *self.key_positions[where]) if where in self.key_positions else self.place(where)

    @cached_property
    def value_positions(self) -> dict[ValuePath, tuple[int, int]]:
        """Where each value stands."""
        return self._table(2)

    @cached_property
    def key_positions(self) -> dict[ValuePath, tuple[int, int]]:
        """Where the key of each value of a mapping stands."""
        return {where: at for where, at in self._table(0).items() if at != (0, 0)}

    @cached_property
    def end_positions(self) -> dict[ValuePath, tuple[int, int]]:
        """Where each value ends."""
        return self._table(4)

    def without_tables(self) -> YamlDocument:
        """The same, for keeping: much smaller."""
        return replace(self)

    def _number(self, where: ValuePath) -> int | None:
        """Which of the document's values it is, in the order of the text."""
        number, data = 0, self.data
        for part in where:
            inside = data if isinstance(data, dict) else dict(enumerate(data)) if isinstance(data, list) else {}
            if part not in inside:
                return None
            number += 1
            for key, value in inside.items():
                if key == part:
                    data = value
                    break
                number += _count_values(value)
        return number

    def _table(self, first: int) -> dict[ValuePath, tuple[int, int]]:
        wheres: list[ValuePath] = []
        _collect_paths(self.data, (), wheres)
        return dict(
            zip(
                wheres,
                zip(self.packed_positions[first::6], self.packed_positions[first + 1 :: 6], strict=True),
                strict=True,
            )
        )


def _count_values(data: PlainData) -> int:
    """How many values it is, with those in it."""
    if isinstance(data, str):
        return 1
    inside = data.values() if isinstance(data, dict) else data if isinstance(data, list) else ()
    return 1 + sum(map(_count_values, inside))


def _collect_paths(data: PlainData, where: ValuePath, found: list[ValuePath]) -> None:
    """Every value, in the order of the text."""
    found.append(where)
    if isinstance(data, dict):
        for key, value in data.items():
            _collect_paths(value, (*where, key), found)
    elif isinstance(data, list):
        for index, item in enumerate(data):
            _collect_paths(item, (*where, index), found)


def read_yaml_file(path: Path) -> tuple[YamlDocument, ...]:
    """All documents of a file (none where it holds only comments); raises Faulty with all that is wrong with it."""
    try:
        raw = path.read_bytes()
    except OSError as refused:
        raise InvalidFiles([Fault(Place(str(path)), f"cannot be read: {refused.strerror}")]) from None
    return parse_yaml_text(decode_utf8_text(raw, str(path)), str(path))


def parse_yaml_text(text: str, file: str) -> tuple[YamlDocument, ...]:
    """All documents of a text; `file` is only its name."""
    reader = _YamlReader(file)
    try:
        documents = tuple(reader.documents(text))
    except yaml.MarkedYAMLError as broken:
        at, what, meant = explain_syntax_error(text, broken)
        if at[0] not in {fault.place.line for fault in reader.faults}:  # else it follows from what is told already
            reader.faults.append(Fault(Place(file, *at), what, meant))
        documents = ()
    except yaml.reader.ReaderError as broken:
        before = text.encode()[: broken.position].decode(errors="ignore")
        reader.faults.append(Fault(_end_of(before, file), "there is a control character here", "delete it"))
        documents = ()
    if reader.faults:
        raise InvalidFiles(reader.faults)
    return documents


class _EventMark(Protocol):
    """A position as the parser gives it, from 0; its C half has a class of its own for it."""

    @property
    def line(self) -> int: ...
    @property
    def column(self) -> int: ...


class _YamlReader:
    """Walks the parser's events, one document after the other, and notes every fault it meets.

    All of a user's files come through here whenever a daemon starts: it asks an event's type once, and nothing twice.
    """

    def __init__(self, file: str) -> None:
        self.file = file
        self.faults: list[Fault] = []
        self._text = ""
        self._marks: list[int] = []
        self._end = (1, 1)  # of what was read last
        self._next: Callable[[], yaml.Event]

    def documents(self, text: str) -> Iterator[YamlDocument]:
        self._text = text
        parser = yaml.CSafeLoader(text)
        self._next = cast("Callable[[], yaml.Event]", parser.get_event)  # None comes behind the end only
        try:
            while not isinstance(event := self._next(), yaml.StreamEndEvent):
                if isinstance(event, yaml.DocumentStartEvent):
                    self._marks = []
                    data = self._value(self._next(), 0)
                    if isinstance(data, str) and (colon := wide_colon(data)) is not None:
                        self._note_at(self._marks[2], self._marks[3] + colon, *FULL_WIDTH)
                    if data is not None:  # nothing but comments between two `---`
                        yield YamlDocument(self.file, data, array("I", self._marks))
        finally:
            parser.dispose()

    def note(self, mark: _EventMark | None, what: str, meant: str | None = None) -> None:
        self._note_at(*_mark_to_position(mark), what, meant)

    def _note_at(self, line: int, col: int, what: str, meant: str | None = None) -> None:
        self.faults.append(Fault(Place(self.file, line, col), what, meant))

    def _value(self, event: yaml.Event, depth: int, key: tuple[int, int] = (0, 0)) -> PlainData:
        marks, at = self._marks, len(self._marks)
        marks += (*key, *_mark_to_position(event.start_mark), 0, 0)
        if depth > _DEEPEST:
            self.note(event.start_mark, "nested too deep")
            raise InvalidFiles(self.faults)
        data: PlainData = None
        if isinstance(event, yaml.ScalarEvent):  # by far the most
            if event.anchor is not None or event.tag is not None:
                self._refuse_cleverness(event)
            self._ended(event)
            data = _resolve_scalar(event.value) if event.implicit[0] else event.value
        elif isinstance(event, yaml.CollectionStartEvent):
            self._refuse_cleverness(event)
            inside = self._mapping if isinstance(event, yaml.MappingStartEvent) else self._sequence
            data = inside(event, depth + 1)
        else:  # an alias
            self._refuse_cleverness(event)
            self._ended(event)
        marks[at + 4], marks[at + 5] = self._end
        return data

    def _sequence(self, opening: yaml.CollectionStartEvent, depth: int) -> list[PlainData]:
        data: list[PlainData] = []
        while type(event := self._next()) is not yaml.SequenceEndEvent:
            data.append(self._value(event, depth))
        self._closed(opening, event)
        return data

    def _mapping(self, opening: yaml.CollectionStartEvent, depth: int) -> dict[str, PlainData]:
        data: dict[str, PlainData] = {}
        lines: list[int] = []
        while type(event := self._next()) is not yaml.MappingEndEvent:
            at, key = _mark_to_position(event.start_mark), self._key(event, depth)
            if key in data:
                first = lines[list(data).index(key)]
                self.note(
                    event.start_mark, f"the key {quote_text(key)} is given twice", f"it is already in line {first}"
                )
                self._value(self._next(), depth)
                continue
            lines.append(at[0])
            data[key] = self._value(self._next(), depth, at)
        self._closed(opening, event)
        return data

    def _key(self, event: yaml.Event, depth: int) -> str:
        if isinstance(event, yaml.ScalarEvent):
            if event.anchor is not None or event.tag is not None:
                self._refuse_cleverness(event)
            if event.value == "<<" and event.implicit[0]:
                self.note(event.start_mark, "merge keys (<<) are not supported", "write the keys out")
            unusual = event.value[:1] == "-" or not event.value.isascii()
            if unusual and event.implicit[0] and (alike := key_look_alike(event.value)):
                line, col = _mark_to_position(event.start_mark)
                self._note_at(line, col + alike[0], *alike[1:])
            return event.value
        self._refuse_cleverness(event)
        if not isinstance(event, yaml.AliasEvent):
            self.note(event.start_mark, "a key must be plain text, not a list or a mapping")
            self._value(event, depth)
        return f"? line {_mark_to_position(event.start_mark)}"  # never seen: the file is refused

    def _ended(self, event: yaml.Event) -> None:
        self._end = _mark_to_position(event.end_mark)

    def _closed(self, opening: yaml.CollectionStartEvent, closing: yaml.Event) -> None:
        if opening.flow_style:  # else nothing closes it, and it ends with the last thing in it
            self._ended(closing)

    def _refuse_cleverness(self, event: yaml.Event) -> None:
        """Anchors, aliases and tags: hardly anybody means one who writes `*missile`."""
        called = "anchors and aliases" if getattr(event, "anchor", None) is not None else "tags"
        if called == "tags" and getattr(event, "tag", None) is None:
            return
        line, col = _mark_to_position(event.start_mark)
        what, meant = explain_leading_sign(self._text.splitlines()[line - 1][col - 1 :])
        self._note_at(line, col, what, f"{meant} ({called} of YAML are not supported)")


def quote_text(text: str) -> str:
    """User's text as a message may quote it: never an address, which may hold a password, and never at length."""
    return "(an address)" if "://" in text else f"'{text}'" if len(text) <= 60 else f"'{text[:57]}...'"


def _mark_to_position(mark: _EventMark | None) -> tuple[int, int]:
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def _resolve_scalar(text: str) -> bool | int | float | str | None:
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in "-+.0123456789":
        return text
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _FRACTION.fullmatch(text) else text


def decode_utf8_text(raw: bytes, file: str) -> str:
    """The text of a file, without the mark that some editors put before it. Raises Faulty."""
    meant = "save the file as UTF-8"
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InvalidFiles([Fault(Place(file), "this is UTF-16, not UTF-8", meant)])
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as broken:
        before = raw[: broken.start].decode("utf-8-sig")
        raise InvalidFiles([Fault(_end_of(before, file), "this is not UTF-8", meant)]) from None


def _end_of(text: str, file: str) -> Place:
    """The place right after a text."""
    return Place(file, text.count("\n") + 1, len(text) - (text.rfind("\n") + 1) + 1)
