"""Adds to a YAML document as text, as a careful person would do it by hand: every byte that is not part of the edit
stays the same.

Our own parser gives the positions. It also parses the result: the document must have exactly the data that the edit
gives, and all other documents of the file must be unchanged. Otherwise the edit is refused.

A new item comes right behind its neighbour. If the line would pass 120 characters, it comes in a new line that is
indented as the list's other lines are. Where all items have a line of their own, it gets one too.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from monitor.config.editing.block_entries import (
    find_end_of_comments,
    find_entry_extents,
    format_item_like,
    is_spaced,
)
from monitor.config.editing.flow_entries import (
    FlowCollection,
    find_flow_collection,
    get_break_before,
    insert_behind,
    insert_on_own_lines,
    is_entry_alone,
    is_first_on_line,
)
from monitor.config.editing.text_lines import (
    find_first_line_end,
    find_line_bounds,
    get_line_end,
    insert_lines,
    is_blank,
    measure_indent,
)
from monitor.config.editing.value_text import (
    TextStyle,
    fill_lines,
    format_block,
    format_block_value,
    format_pair,
    format_parts,
)
from monitor.config.yaml.yaml12 import PlainData, ValuePath, YamlDocument, parse_yaml_text
from monitor.errors import EditUnsafe, InvalidFiles, InvalidRequest

_WIDTH = 120
_STYLE = TextStyle(quote='"', width=_WIDTH)


@dataclass(frozen=True, slots=True)
class InsertItem:
    """A new item at the end of the list at `path`."""

    path: ValuePath
    value: PlainData


@dataclass(frozen=True, slots=True)
class InsertKey:
    """A new key at the end of the mapping at `path`."""

    path: ValuePath
    key: str
    value: PlainData


@dataclass(frozen=True, slots=True)
class ReplaceValue:
    """Another value at `path`. The comments inside the old value are lost."""

    path: ValuePath
    value: PlainData


Edit = InsertItem | InsertKey | ReplaceValue


def apply_edits(text: str, file: str, edits: Iterable[Edit]) -> str:
    """The text of a file with its first document edited. `file`: its name, for messages only. Raises InvalidRequest if
    an edit does not fit the data, EditUnsafe if the text cannot be edited safely, and InvalidFiles if the text has
    faults."""
    documents = parse_yaml_text(text, file)
    for edit in edits:
        source = _DocumentText(text.splitlines(keepends=True), documents[0])
        expected = [apply_edit_to_data(source.document.data, edit), *(document.data for document in documents[1:])]
        place = source.document.place(edit.path)
        if max(source.document.packed_positions[2::6]) > len(source.lines):  # a value behind the end, as in '?'
            raise EditUnsafe(place)
        text = _edit_text(source, edit)
        try:
            documents = parse_yaml_text(text, file)
        except InvalidFiles:
            raise EditUnsafe(place) from None
        if json.dumps([document.data for document in documents]) != json.dumps(expected):  # 1 is not true there
            raise EditUnsafe(place)
    return text


def apply_edit_to_data(data: PlainData, edit: Edit, at: ValuePath = ()) -> PlainData:
    """The data after the edit. `at`: where the data is in the document. Raises InvalidRequest if it does not fit."""
    if len(at) < len(edit.path):
        part = edit.path[len(at)]
        if isinstance(data, dict) and isinstance(part, str) and part in data:
            return data | {part: apply_edit_to_data(data[part], edit, (*at, part))}
        if isinstance(data, list) and isinstance(part, int) and 0 <= part < len(data):
            return [*data[:part], apply_edit_to_data(data[part], edit, (*at, part)), *data[part + 1 :]]
        raise InvalidRequest(f"{_describe_path((*at, part))} does not exist")
    match edit:
        case ReplaceValue(_, value):
            return value
        case InsertItem(_, value):
            if not isinstance(data, list):
                raise InvalidRequest(f"{_describe_path(at)} is not a list")
            return [*data, value]
        case InsertKey(_, key, value):
            if not isinstance(data, dict):
                raise InvalidRequest(f"{_describe_path(at)} has no keys")
            if key in data:
                raise InvalidRequest(f"{_describe_path((*at, key))} is there already")
            return data | {key: value}


def _describe_path(path: ValuePath) -> str:
    return ".".join(map(str, path)) or "the document"


@dataclass(frozen=True, slots=True)
class _DocumentText:
    """The lines of a file, with their line ends, and a document that was read from it."""

    lines: list[str]
    document: YamlDocument

    def get_value(self, path: ValuePath) -> PlainData:
        """The value at a path that exists."""
        data = self.document.data
        for part in path:
            data = data[part]  # type: ignore[index]
        return data

    def is_flow(self, path: ValuePath) -> bool:
        """Whether the value at the path is a list or mapping in brackets."""
        line, column = self.document.value_positions[path]
        return self.lines[line - 1][column - 1 : column] in ("[", "{") and isinstance(self.get_value(path), list | dict)

    def is_in_flow(self, path: ValuePath) -> bool:
        """Whether the value at the path is inside brackets."""
        return any(self.is_flow(path[:length]) for length in range(len(path)))

    def measure_margin(self, path: ValuePath) -> int:
        """The indentation of the lines after the first one inside the outermost brackets around the value."""
        outer = next(path[:length] for length in range(len(path) + 1) if self.is_flow(path[:length]))
        first, last = self.document.value_positions[outer][0], self.find_end(outer)[0]
        inner = (line for line in self.lines[first:last] if not is_blank(line) and line.lstrip()[0] not in "]}#")
        return next(map(measure_indent, inner), measure_indent(self.lines[first - 1]) + 4)

    def find_end(self, path: ValuePath) -> tuple[int, int]:
        """Line and column of the end of the value at the path, from 1. A block of text, and what ends with one, ends
        with its last line that is not blank."""
        line, column = self.document.end_positions[path]
        if column > 1:
            return line, column
        line -= 1
        while is_blank(self.lines[line - 1]):
            line -= 1
        return line, len(self.lines[line - 1]) - len(get_line_end(self.lines[line - 1])) + 1


def _edit_text(source: _DocumentText, edit: Edit) -> str:
    """The text with an edit that fits the data. Where it is not possible, the text comes back unchanged."""
    match edit:
        case InsertItem(path, value):
            return _insert_item(source, path, value)
        case InsertKey(path, key, value):
            return _insert_key(source, path, key, value)
        case ReplaceValue(path, value):
            return _replace_value(source, path, value)


def _insert_item(source: _DocumentText, path: ValuePath, value: PlainData) -> str:
    if source.is_flow(path):
        return _insert_in_flow(source, path, format_parts(value, _STYLE))
    lines = list(source.lines)
    extents = find_entry_extents(lines, source.document, path)
    last = len(extents) - 1
    new = format_item_like(lines, source.document, (*path, last), value, _STYLE)
    indent = source.document.value_positions[path][1] - 1
    is_below_key = source.document.key_positions.get(path, (1, 1))[1] - 1 == indent
    below = find_end_of_comments(lines, extents[last].stop, indent + 1 if is_below_key else indent)
    insert_lines(lines, below, ["", *new] if is_spaced(lines, extents, last) else new)
    return "".join(lines)


def _insert_key(source: _DocumentText, path: ValuePath, key: str, value: PlainData) -> str:
    if source.is_flow(path):
        return _insert_in_flow(source, path, format_pair(key, value, _STYLE))
    lines = list(source.lines)
    if not source.is_in_flow(path):  # else it is a pair without braces, as in [a: b]
        indent = source.document.value_positions[path][1] - 1
        last = find_entry_extents(lines, source.document, path)[-1]
        at = find_end_of_comments(lines, last.stop, max(indent, 1))
        insert_lines(lines, at, format_block({key: value}, indent, "", _STYLE))
    return "".join(lines)


def _replace_value(source: _DocumentText, path: ValuePath, value: PlainData) -> str:
    (line, column), (last, stop) = source.document.value_positions[path], source.find_end(path)
    parts = format_parts(value, _STYLE) if source.is_in_flow(path) else format_block_value(value, _STYLE)
    before, behind = source.lines[line - 1][: column - 1], source.lines[last - 1][stop - 1 :]
    lead = " " if before[-1:] in (":", "-") else ""  # the value was empty
    closing = len(behind) - len(behind.lstrip("]},"))
    new = fill_lines(before + lead, parts, _STYLE, measure_indent(before), closing)
    ending = find_first_line_end("".join(source.lines)) or "\n"
    return "".join([*source.lines[: line - 1], ending.join(new) + behind, *source.lines[last:]])


def _insert_in_flow(source: _DocumentText, path: ValuePath, parts: list[str]) -> str:
    """The text with a new entry at the end of a list or mapping in brackets."""
    flow = find_flow_collection(source.lines, source.document, path)
    text = flow.text
    if not flow.entries:
        return text[: flow.inside] + _fill_behind(text, flow.inside, "", parts) + text[flow.inside :]
    last, at = len(flow.entries) - 1, flow.entries[-1][1]
    has_own_lines = all(is_entry_alone(flow, number) for number in range(len(flow.entries)))
    if has_own_lines:
        gap = get_break_before(flow, last)
        return insert_on_own_lines(flow, last, [_fill_behind(text, at, f",{gap}", parts)])
    gap = _choose_gap(flow, at, len(" ".join(parts)), source.measure_margin(path))
    return insert_behind(flow, last, _fill_behind(text, at, f",{gap}", parts), gap)


def _choose_gap(flow: FlowCollection, at: int, length: int, margin: int) -> str:
    """The blanks between an entry and a new one of this length, which comes at the offset `at`. If the line would get
    too long: a line end and the indentation of the other entries, or `margin` if that is far to the right."""
    text = flow.text
    head, tail = find_line_bounds(text, at, at)
    closing = len(text[at:tail]) - len(text[at:tail].lstrip("]}, "))
    if at - head + len(", ") + length + closing <= _WIDTH:
        return " "
    model = next((number for number in reversed(range(len(flow.entries))) if is_first_on_line(flow, number)), 0)
    begin = flow.entries[model][0]
    indent = begin - find_line_bounds(text, begin, begin)[0]
    return (find_first_line_end(text) or "\n") + " " * (indent if indent <= _WIDTH // 2 else margin)


def _fill_behind(text: str, at: int, gap: str, parts: list[str]) -> str:
    """The text of a new entry that comes at the offset `at`, behind a gap."""
    *_, line = (text[find_line_bounds(text, at, at)[0] : at] + gap + ".").splitlines()
    before = line.removesuffix(".")
    first, *others = fill_lines(before, parts, _STYLE, measure_indent(before))
    return (find_first_line_end(text) or "\n").join([first[len(before) :], *others])
