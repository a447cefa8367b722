"""Parses YAML 1.2 into documents of plain data, with the line and column of each value and key.

PyYAML's C parser gives the events. This module interprets them, because PyYAML itself reads YAML 1.1, where `NO`
(Norway) is false, `1:30` is 90 and the last of two equal keys wins. Here everything is text except true/false, null,
decimal integers and decimal fractions. Refused, with the position: duplicate keys, anchors and aliases, merge keys,
tags, keys that are no plain text, and too deep nesting. This module does not know what the keys mean.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Protocol, cast

import yaml

from monitor.config.yaml.file_content import read_file_content
from monitor.config.yaml.syntax import (
    FULL_WIDTH,
    KEYS_WITH_VALUES,
    explain_leading_sign,
    explain_syntax_error,
    find_excess_directive,
    key_look_alike,
    wide_colon,
)
from monitor.errors import Fault, InvalidFiles
from monitor.model import Place

PlainData = None | bool | int | float | str | list["PlainData"] | dict[str, "PlainData"]
ValuePath = tuple[str | int, ...]
"""The keys and indexes that lead from the top of a document to a value."""

_MAX_DEPTH = 60
"""The deepest nesting. No rule comes near it, and it is far from Python's recursion limit."""

MOST_FAULTS = 100
"""Of a document. Nobody reads more, and explaining each takes time."""
MORE_FAULTS = "there are more faults than these", "correct these first"

_FEW_LOOKUPS = 20
"""So many places of a document are computed one by one."""

_CONSTANTS: dict[str, bool | None] = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("null", "Null", "NULL", "~", ""), None),
}
_INTEGER = re.compile(r"[-+]?[0-9]{1,18}")  # 012 is 12 in YAML 1.2; longer ones are phone numbers and stay text
_FRACTION = re.compile(r"[-+]?(\.[0-9]+|[0-9]+\.[0-9]*)([eE][-+]?[0-9]+)?")


@dataclass(frozen=True)
class YamlDocument:
    """One document of a file: its data, and the positions of each key and value.

    A value ends right after its last character, without the blanks and comments behind it; only a block of text (`|`,
    `>`) ends where the next line begins. `packed_positions` holds six numbers for each value, in the order of the text:
    line and column of its key (0 where it has none), of its start, and of its end. A single place is computed when it
    is needed, and the tables are built when many are needed. A file without faults needs hardly any.
    """

    file: str
    data: PlainData
    packed_positions: Sequence[int]

    def place(self, path: ValuePath = ()) -> Place:
        """The place of a value. For a path that does not exist: the place of the innermost value on it that does."""
        if next(self._lookups) >= _FEW_LOOKUPS:
            while path not in self.value_positions:
                path = path[:-1]
            return Place(self.file, *self.value_positions[path])
        while (found := self._find_value(path)) is None:
            path = path[:-1]
        number, _ = found
        return Place(self.file, *self.packed_positions[6 * number + 2 : 6 * number + 4])

    def item_places(self, path: ValuePath) -> Iterator[Place]:
        """The place of each item of a list; none if there is no list. This is for long lists: computing the places one
        by one would start at the beginning of the document each time."""
        match self._find_value(path):
            case int(number), list(items):
                number += 1
            case _:
                return
        for item in items:
            yield Place(self.file, *self.packed_positions[6 * number + 2 : 6 * number + 4])
            number += _count_values(item)

    def subdocument(self, key: str) -> YamlDocument:
        """The value of a top-level key, as a document with the places of the file. Raises KeyError."""
        found = self._find_value((key,))
        if found is None:
            raise KeyError(key)
        number, data = found
        return YamlDocument(self.file, data, self.packed_positions[6 * number : 6 * (number + _count_values(data))])

    def has_text(self, path: ValuePath) -> bool:
        """Whether there is a text at this path."""
        found = self._find_value(path)
        return found is not None and isinstance(found[1], str)

    def with_keys(self, keys: Collection[str]) -> YamlDocument:
        """The document with only these of its top-level keys, and with their places in the file."""
        if not isinstance(self.data, dict):
            return self
        data, packed = {key: value for key, value in self.data.items() if key in keys}, list(self.packed_positions[:6])
        for key in data:
            packed += self.subdocument(key).packed_positions
        return YamlDocument(self.file, data, packed)

    def find_top_key(self, place: Place) -> str | None:
        """The top-level key whose key or value has this place; None: the place is in another file, or before all
        keys."""
        if place.file != self.file or not isinstance(self.data, dict):
            return None
        at = place.line, place.col
        return next((key for key in reversed(self.data) if self.key_positions[key,] <= at), None)

    def key_place(self, path: ValuePath) -> Place:
        """The place of the key of a value; for an item of a list, the place of the item itself."""
        return Place(self.file, *self.key_positions[path]) if path in self.key_positions else self.place(path)

    @cached_property
    def value_positions(self) -> dict[ValuePath, tuple[int, int]]:
        """Line and column of each value, by path."""
        return self._build_table(2)

    @cached_property
    def key_positions(self) -> dict[ValuePath, tuple[int, int]]:
        """Line and column of the key of each value of a mapping, by the path of the value."""
        return {path: at for path, at in self._build_table(0).items() if at != (0, 0)}

    @cached_property
    def end_positions(self) -> dict[ValuePath, tuple[int, int]]:
        """Line and column of the end of each value, by path."""
        return self._build_table(4)

    @cached_property
    def _lookups(self) -> Iterator[int]:
        """How many places were computed."""
        return count()

    def without_tables(self) -> YamlDocument:
        """A copy without the cached tables, which needs much less memory."""
        return replace(self)

    def _find_value(self, path: ValuePath) -> tuple[int, PlainData] | None:
        """The number of a value in the order of the text, from 0, and the value. None: there is no such value."""
        number, data = 0, self.data
        for part in path:
            children = data if isinstance(data, dict) else dict(enumerate(data)) if isinstance(data, list) else {}
            if part not in children:
                return None
            number += 1
            for key, value in children.items():
                if key == part:
                    data = value
                    break
                number += _count_values(value)
        return number, data

    def _build_table(self, first: int) -> dict[ValuePath, tuple[int, int]]:
        paths: list[ValuePath] = []
        _collect_paths(self.data, (), paths)
        return dict(
            zip(
                paths,
                zip(self.packed_positions[first::6], self.packed_positions[first + 1 :: 6], strict=True),
                strict=True,
            )
        )


def _count_values(data: PlainData) -> int:
    """The number of values in the data, the data itself included."""
    if isinstance(data, str):
        return 1
    children = data.values() if isinstance(data, dict) else data if isinstance(data, list) else ()
    return 1 + sum(map(_count_values, children))


def _collect_paths(data: PlainData, path: ValuePath, paths: list[ValuePath]) -> None:
    """Appends the path of every value, in the order of the text."""
    paths.append(path)
    if isinstance(data, dict):
        for key, value in data.items():
            _collect_paths(value, (*path, key), paths)
    elif isinstance(data, list):
        for index, item in enumerate(data):
            _collect_paths(item, (*path, index), paths)


def read_yaml_file(path: Path, *, accept_pipe: bool = False) -> tuple[YamlDocument, ...]:
    """All documents of a file (none if it holds only comments). `accept_pipe`: as in `read_file_content`. Raises
    InvalidFiles with all faults."""
    content = read_file_content(path, accept_pipe=accept_pipe)
    return parse_yaml_text(decode_utf8_text(content, str(path)), str(path))


def parse_yaml_text(text: str, file: str) -> tuple[YamlDocument, ...]:
    """All documents of a text. `file`: its name, for places only. Raises InvalidFiles with all faults."""
    reader = _YamlReader(file)
    try:
        documents = tuple(reader.read_documents(text))
    except yaml.MarkedYAMLError as error:
        at, problem, hint = explain_syntax_error(text, error)
        if at[0] not in {fault.place.line for fault in reader.faults}:  # else it follows from a known fault
            reader.faults.append(Fault(Place(file, *at), problem, hint))
        documents = ()
    except yaml.reader.ReaderError as error:
        before = text.encode()[: error.position].decode(errors="ignore")
        reader.faults.append(Fault(_place_after(before, file), "there is a control character here", "delete it"))
        documents = ()
    if reader.faults:
        raise InvalidFiles(reader.faults)
    return documents


class _EventMark(Protocol):
    """A position as the parser gives it, from 0. The C parser has a class of its own for it."""

    @property
    def line(self) -> int: ...
    @property
    def column(self) -> int: ...


class _YamlReader:
    """Builds documents from the parser's events, and collects every fault on the way.

    All of a user's files pass through here when a daemon starts. So it checks the type of an event only once.
    """

    def __init__(self, file: str) -> None:
        self.file = file
        self.faults: list[Fault] = []
        self._positions: list[int] = []
        self._end = (1, 1)  # of the value that was read last
        self._next_event: Callable[[], yaml.Event]

    def read_documents(self, text: str) -> Iterator[YamlDocument]:
        if line := find_excess_directive(text):
            self._add_fault_at(line, 1, *explain_leading_sign("%"))
            raise InvalidFiles(self.faults)
        parser = yaml.CSafeLoader(text)
        self._next_event = cast("Callable[[], yaml.Event]", parser.get_event)  # None only comes after the end
        try:
            while not isinstance(event := self._next_event(), yaml.StreamEndEvent):
                if isinstance(event, yaml.DocumentStartEvent):
                    self._positions = []
                    data = self._read_value(self._next_event(), 0)
                    if isinstance(data, str) and (colon := wide_colon(data)) is not None:
                        self._add_fault_at(self._positions[2], self._positions[3] + colon, *FULL_WIDTH)
                    if data is not None:  # nothing but comments between two `---`
                        yield YamlDocument(self.file, data, array("I", self._positions))
        finally:
            parser.dispose()

    def _add_fault(self, mark: _EventMark | None, problem: str, hint: str | None = None) -> None:
        self._add_fault_at(*_mark_to_position(mark), problem, hint)

    def _add_fault_at(self, line: int, col: int, problem: str, hint: str | None = None) -> None:
        place = Place(self.file, line, col)
        if len(self.faults) == MOST_FAULTS:
            raise InvalidFiles([*self.faults, Fault(place, *MORE_FAULTS)])
        self.faults.append(Fault(place, problem, hint))

    def _read_value(self, event: yaml.Event, depth: int, key: tuple[int, int] = (0, 0)) -> PlainData:
        marks, start = self._positions, len(self._positions)
        marks += (*key, *_mark_to_position(event.start_mark), 0, 0)
        if depth > _MAX_DEPTH:
            self._add_fault(event.start_mark, "nested too deep")
            raise InvalidFiles(self.faults)
        data: PlainData = None
        if isinstance(event, yaml.ScalarEvent):  # by far the most frequent
            if event.anchor is not None or event.tag is not None:
                self._reject_unsupported(event)
            self._set_end(event)
            data = resolve_scalar(event.value) if event.implicit[0] else event.value
        elif isinstance(event, yaml.CollectionStartEvent):
            self._reject_unsupported(event)
            read_children = self._read_mapping if isinstance(event, yaml.MappingStartEvent) else self._read_sequence
            data = read_children(event, depth + 1)
        else:  # an alias
            self._reject_unsupported(event)
            self._set_end(event)
        marks[start + 4], marks[start + 5] = self._end
        return data

    def _read_sequence(self, opening: yaml.CollectionStartEvent, depth: int) -> list[PlainData]:
        data: list[PlainData] = []
        while type(event := self._next_event()) is not yaml.SequenceEndEvent:
            data.append(self._read_value(event, depth))
        self._set_collection_end(opening, event)
        return data

    def _read_mapping(self, opening: yaml.CollectionStartEvent, depth: int) -> dict[str, PlainData]:
        data: dict[str, PlainData] = {}
        key_lines: list[int] = []
        while type(event := self._next_event()) is not yaml.MappingEndEvent:
            position, key = _mark_to_position(event.start_mark), self._read_key(event, depth)
            if key in data:
                hint = f"it is already in line {key_lines[list(data).index(key)]}"
                if depth == 1 and key == next(iter(data)):
                    hint += "; if another rule, entity or list begins here, write a line with only '---' before it"
                self._add_fault(event.start_mark, f"the key {quote_text(key)} is given twice", hint)
                self._read_value(self._next_event(), depth)
                continue
            key_lines.append(position[0])
            data[key] = self._read_value(self._next_event(), depth, position)
        self._set_collection_end(opening, event)
        return data

    def _read_key(self, event: yaml.Event, depth: int) -> str:
        if isinstance(event, yaml.ScalarEvent):
            if event.anchor is not None or event.tag is not None:
                self._reject_unsupported(event)
            if event.value == "<<" and event.implicit[0]:
                self._add_fault(event.start_mark, "merge keys (<<) are not supported", "write the keys out")
            is_unusual = event.value[:1] == "-" or not event.value.isascii()
            if is_unusual and event.implicit[0] and (look_alike := key_look_alike(event.value)):
                line, col = _mark_to_position(event.start_mark)
                self._add_fault_at(line, col + look_alike[0], *look_alike[1:])
            return event.value
        self._reject_unsupported(event)
        if not isinstance(event, yaml.AliasEvent):
            self._add_fault(event.start_mark, f"a key must be plain text, not a list or {KEYS_WITH_VALUES}")
            self._read_value(event, depth)
        return f"? line {_mark_to_position(event.start_mark)}"  # never used: the file is refused

    def _set_end(self, event: yaml.Event) -> None:
        self._end = _mark_to_position(event.end_mark)

    def _set_collection_end(self, opening: yaml.CollectionStartEvent, closing: yaml.Event) -> None:
        if opening.flow_style:  # else it has no closing sign, and ends with its last value
            self._set_end(closing)

    def _reject_unsupported(self, event: yaml.Event) -> None:
        """Reports an anchor, alias or tag. Hardly anybody who writes `*missile` means one."""
        feature = "anchors and aliases" if getattr(event, "anchor", None) is not None else "tags"
        if feature == "tags" and getattr(event, "tag", None) is None:
            return
        sign = "*" if isinstance(event, yaml.AliasEvent) else "&" if feature != "tags" else "!"
        problem, hint = explain_leading_sign(sign)
        self._add_fault(event.start_mark, problem, f"{hint} ({feature} of YAML are not supported)")


def quote_text(text: str) -> str:
    """The user's text in quotes for a message, at most 60 characters. An address is hidden: it may hold a password."""
    return "(an address)" if "://" in text else f"'{text}'" if len(text) <= 60 else f"'{text[:57]}...'"


def _mark_to_position(mark: _EventMark | None) -> tuple[int, int]:
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def resolve_scalar(text: str) -> bool | int | float | str | None:
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if text[0] not in "-+.0123456789":
        return text
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _FRACTION.fullmatch(text) else text


def decode_utf8_text(raw: bytes, file: str) -> str:
    """The text of a file, without the byte order mark that some editors write. Raises InvalidFiles."""
    hint = "save the file as UTF-8"
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InvalidFiles([Fault(Place(file), "this is UTF-16, not UTF-8", hint)])
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8-sig")
        raise InvalidFiles([Fault(_place_after(before, file), "this is not UTF-8", hint)]) from None


def _place_after(text: str, file: str) -> Place:
    """The place right after the end of a text."""
    return Place(file, text.count("\n") + 1, len(text) - (text.rfind("\n") + 1) + 1)
