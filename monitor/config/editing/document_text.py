"""Makes one edit in the text of a document, as a careful person would do it by hand.

Nothing here checks the result: `document_edit.py` does. Where an edit is not possible, the text comes back unchanged.

A new item comes right behind its neighbour. If the line would pass 120 characters, it comes in a new line that is
indented as the list's other lines are. Where all items have a line of their own, it gets one too. What is removed goes
with its own comments: those in its lines, those right below it that are indented more, and one right above it if the
two form a paragraph of their own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from monitor.config.editing.block_entries import (
    extend_over_comments,
    find_end_of_comments,
    find_entry_extents,
    format_item_like,
    is_spaced,
)
from monitor.config.editing.edits import (
    Edit,
    InsertItem,
    InsertKey,
    RemoveItem,
    RemoveKey,
    ReplaceValue,
    WrapKey,
    WrapValue,
)
from monitor.config.editing.flow_entries import (
    FlowCollection,
    find_flow_collection,
    get_break_before,
    insert_behind,
    insert_on_own_lines,
    is_entry_alone,
    is_first_on_line,
    remove_entries,
)
from monitor.config.editing.text_lines import (
    delete_lines,
    find_first_line_end,
    find_line_bounds,
    get_line_end,
    insert_lines,
    is_blank,
    is_comment,
    measure_indent,
)
from monitor.config.editing.value_text import (
    TextStyle,
    fill_lines,
    format_block,
    format_block_value,
    format_key,
    format_pair,
    format_parts,
)
from monitor.config.yaml.yaml12 import PlainData, ValuePath, YamlDocument

_WIDTH = 120
_STYLE = TextStyle(quote='"', width=_WIDTH)


@dataclass(frozen=True, slots=True)
class DocumentText:
    """A text that holds one document: its lines, with their line ends, and the document that was read from it."""

    lines: list[str]
    document: YamlDocument

    def get_value(self, path: ValuePath) -> PlainData:
        """The value at a path that exists."""
        data = self.document.data
        for part in path:
            data = data[part]  # type: ignore[index]
        return data

    def get_text(self, path: ValuePath) -> str:
        """The text of the value at the path, as it is written."""
        (line, column), (last, stop) = self.document.value_positions[path], self.find_end(path)
        text = "".join(self.lines[line - 1 : last])
        return text[column - 1 : len(text) - len(self.lines[last - 1]) + stop - 1]

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


def edit_document_text(source: DocumentText, edit: Edit) -> str:
    """The text with the edit made, which must fit the data of the document."""
    match edit:
        case InsertItem(path, value, index):
            return _insert_item(source, path, value, index)
        case InsertKey(path, key, value):
            return _insert_key(source, path, key, value)
        case ReplaceValue(path, value):
            return _replace_value(source, path, value)
        case WrapValue(path, key):
            return _wrap_value(source, path, key)
        case WrapKey(path, key):
            return _wrap_key(source, path, key)
        case RemoveItem(path) | RemoveKey(path):
            return _remove_entry(source, path)


def _insert_item(source: DocumentText, path: ValuePath, value: PlainData, index: int | None) -> str:
    at = _count_items(source.get_value(path)) if index is None else index
    if source.is_flow(path):
        flow = find_flow_collection(source.lines, source.document, path)
        return _insert_in_flow(flow, at, format_parts(value, _STYLE), source.measure_margin(path))
    lines, sibling = list(source.lines), max(at - 1, 0)
    extents = find_entry_extents(lines, source.document, path)
    new = format_item_like(lines, source.document, (*path, sibling), value, _STYLE)
    spaced = is_spaced(lines, extents, sibling)
    indent = source.document.value_positions[path][1] - 1
    if at == 0:
        first = extents[0].start
        before, lines[first] = lines[first][:indent], " " * indent + lines[first][indent:]
        insert_lines(lines, first, [*new, ""] if spaced else new)
        lines[first] = before + lines[first][indent:]  # the list may begin behind the dash of another list
        return "".join(lines)
    is_below_key = source.document.key_positions.get(path, (1, 1))[1] - 1 == indent
    least_indent = indent if at == len(extents) and not is_below_key else indent + 1  # else they are about what follows
    below = find_end_of_comments(lines, extents[sibling].stop, least_indent)
    insert_lines(lines, below, ["", *new] if spaced else new)
    return "".join(lines)


def _count_items(data: PlainData) -> int:
    return len(data) if isinstance(data, list) else 0


def _insert_key(source: DocumentText, path: ValuePath, key: str, value: PlainData) -> str:
    lines = list(source.lines)
    if source.is_flow(path):
        flow = find_flow_collection(lines, source.document, path)
        parts = format_pair(key, value, _STYLE)
        return _insert_in_flow(flow, len(flow.entries), parts, source.measure_margin(path))
    if not source.is_in_flow(path):  # else it is a pair without braces, as in [a: b]
        indent = source.document.value_positions[path][1] - 1
        last = find_entry_extents(lines, source.document, path)[-1]
        at = find_end_of_comments(lines, last.stop, max(indent, 1))
        insert_lines(lines, at, format_block({key: value}, indent, "", _STYLE))
    return "".join(lines)


def _remove_entry(source: DocumentText, path: ValuePath) -> str:
    parent, collection = path[:-1], source.get_value(path[:-1])
    entries: list[str | int] = list(collection) if isinstance(collection, dict) else [*range(_count_items(collection))]
    index = entries.index(path[-1])
    if source.is_flow(parent):
        return remove_entries(find_flow_collection(source.lines, source.document, parent), {index})
    if source.is_in_flow(parent):
        return "".join(source.lines)
    extents = find_entry_extents(source.lines, source.document, parent)
    if len(extents) == 1:
        return _replace_value(source, parent, {} if isinstance(collection, dict) else [])
    lines, indent = list(source.lines), source.document.value_positions[parent][1] - 1
    if index == 0 and not is_blank(lines[extents[0].start][:indent]):
        _remove_first_behind_dash(lines, extents, indent)
    else:
        above = extents[index - 1].stop if index else None
        removed = extend_over_comments(lines, extents[index], above, last=index == len(extents) - 1)
        delete_lines(lines, removed)
    return "".join(lines)


def _remove_first_behind_dash(lines: list[str], extents: list[range], indent: int) -> None:
    """Removes the first entry, which has the dash of a list before it: the second entry comes behind the dash, or
    below it if there are comments between the two."""
    start, second = extents[0].start, extents[1].start
    stop = find_end_of_comments(lines, extents[0].stop, indent + 1)
    if any(map(is_comment, lines[stop:second])):
        lines[start:stop] = [lines[start][:indent].rstrip() + get_line_end(lines[start])]
    else:
        lines[start : second + 1] = [lines[start][:indent] + lines[second][indent:]]


# --- values ------------------------------------------------------------------------------------------------------

_KEY = re.compile(r""" "(?:\\.|[^"\\])*"\s*: | '(?:''|[^'])*'\s*: | .*?:(?=\s|$) """, re.VERBOSE)
"""A key and its colon."""


def _replace_value(source: DocumentText, path: ValuePath, value: PlainData) -> str:
    start, end = source.document.value_positions[path], source.find_end(path)
    parts = format_parts(value, _STYLE) if source.is_in_flow(path) else format_block_value(value, _STYLE)
    is_below_key = path in source.document.key_positions and is_blank(source.lines[start[0] - 1][: start[1] - 1])
    if is_below_key and isinstance(source.get_value(path), list | dict) and not source.is_flow(path):
        return _replace_below_key(source, path, parts)
    return _splice(source, start, end, _fill_at(source, start, end, parts))


def _replace_below_key(source: DocumentText, path: ValuePath, parts: list[str]) -> str:
    """The text with the lines of a value deleted, and the new value behind its key."""
    lines = list(source.lines)
    line, column = source.document.key_positions[path]
    if not (key := _KEY.match(lines[line - 1], column - 1)):
        return "".join(lines)
    start, end = source.document.value_positions[path], source.find_end(path)
    delete_lines(lines, range(start[0] - 1, end[0]))
    place = line, key.end() + 1
    return _splice(DocumentText(lines, source.document), place, place, _fill_at(source, place, place, parts))


def _wrap_value(source: DocumentText, path: ValuePath, key: str) -> str:
    value, start, end = source.get_value(path), source.document.value_positions[path], source.find_end(path)
    opening = f"{format_key(key, _STYLE)}:"
    if isinstance(value, list | dict) and not source.is_flow(path) and not source.is_in_flow(path):
        return _wrap_block(source, path, opening)
    if source.is_flow(path):
        return _splice(source, start, end, [f"{{{opening} [{source.get_text(path)}]}}"])
    return _splice(source, start, end, _fill_at(source, start, end, format_parts({key: [value]}, _STYLE)))


def _wrap_block(source: DocumentText, path: ValuePath, opening: str) -> str:
    """The text with a mapping in block style moved to the right, under a key and a dash."""
    start = source.document.value_positions[path]
    stop = find_end_of_comments(source.lines, source.find_end(path)[0], max(start[1] - 1, 1))
    return _move_under_dash(source.lines, start, stop, opening)


def _wrap_key(source: DocumentText, path: ValuePath, key: str) -> str:
    """The text with one key of a mapping, and its value, under another key and a dash."""
    parent, opening = path[:-1], f"{format_key(key, _STYLE)}:"
    mapping = source.get_value(parent)
    assert isinstance(mapping, dict)
    index = [*mapping].index(str(path[-1]))
    if source.is_flow(parent):
        flow = find_flow_collection(source.lines, source.document, parent)
        begin, end = flow.entries[index]
        return f"{flow.text[:begin]}{opening} [{{{flow.text[begin:end]}}}]{flow.text[end:]}"
    if source.is_in_flow(parent):
        return "".join(source.lines)
    start, extents = source.document.key_positions[path], find_entry_extents(source.lines, source.document, parent)
    stop = find_end_of_comments(source.lines, extents[index].stop, start[1])
    return _move_under_dash(source.lines, start, stop, opening)


def _move_under_dash(source_lines: list[str], start: tuple[int, int], stop: int, opening: str) -> str:
    """The text with what begins at `start`, up to the line `stop`, moved to the right, under a key and a dash."""
    lines, (line, column) = list(source_lines), start
    ending = find_first_line_end("".join(lines)) or "\n"
    for number in range(line, stop):
        if not is_blank(lines[number]):
            lines[number] = " " * 4 + lines[number]
    before, after = lines[line - 1][: column - 1], lines[line - 1][column - 1 :]
    lines[line - 1] = f"{before}{opening}{ending}{' ' * (column + 1)}- {after}"
    return "".join(lines)


def _fill_at(source: DocumentText, start: tuple[int, int], end: tuple[int, int], parts: list[str]) -> list[str]:
    """The lines of a value that begins at `start` and takes the place of the text up to `end`; the first one without
    what is before the value in its line."""
    before, behind = source.lines[start[0] - 1][: start[1] - 1], source.lines[end[0] - 1][end[1] - 1 :]
    lead = " " if before[-1:] in (":", "-") else ""  # the value was empty
    closing = len(behind) - len(behind.lstrip("]},"))
    first, *others = fill_lines(before + lead, parts, _STYLE, measure_indent(before), closing)
    return [first[len(before) :], *others]


def _splice(source: DocumentText, start: tuple[int, int], end: tuple[int, int], new: list[str]) -> str:
    """The text with other lines between two places."""
    lines = source.lines
    ending = find_first_line_end("".join(lines)) or "\n"
    before = "".join(lines[: start[0] - 1]) + lines[start[0] - 1][: start[1] - 1]
    return before + ending.join(new) + lines[end[0] - 1][end[1] - 1 :] + "".join(lines[end[0] :])


# --- lists and mappings in brackets ------------------------------------------------------------------------------


def _insert_in_flow(flow: FlowCollection, index: int, parts: list[str], margin: int) -> str:
    text, near = flow.text, max(index - 1, 0)
    if not flow.entries:
        return text[: flow.inside] + _fill_behind(text, flow.inside, "", parts) + text[flow.inside :]
    has_own_lines = all(is_entry_alone(flow, number) for number in range(len(flow.entries)))
    begin, end = flow.entries[near]
    at = end if index else begin
    gap = get_break_before(flow, near) if has_own_lines else _choose_gap(flow, at, len(" ".join(parts)), margin)
    new = _fill_behind(text, at, f",{gap}" if index else "", parts)
    if index == 0:
        return f"{text[:begin]}{new},{gap}{text[begin:]}"
    return insert_on_own_lines(flow, near, [new]) if has_own_lines else insert_behind(flow, near, new, gap)


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
