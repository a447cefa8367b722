"""Inserts and removes entries of a list or mapping in brackets, as text. An entry is an item of the list, or a key with
its value."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import accumulate

from monitor.config.editing.text_lines import LINE_ENDS, find_first_line_end, find_line_bounds, is_alone_on_lines
from monitor.config.yaml.yaml12 import ValuePath, YamlDocument

_GAP = re.compile(rf"(?:\s|#[^{LINE_ENDS}]*)*")
"""Blanks and comments."""


@dataclass(frozen=True, slots=True)
class FlowCollection:
    """A text with a list or mapping in brackets. `inside`: the offset after the opening bracket; `entries`: the offsets
    of the start and the end of each entry."""

    text: str
    inside: int
    entries: tuple[tuple[int, int], ...]


def find_flow_collection(lines: list[str], document: YamlDocument, path: ValuePath) -> FlowCollection:
    """The list or mapping at the path. `lines`: those of the text that the document was read from."""
    starts = list(accumulate(map(len, lines), initial=0))

    def offset(place: tuple[int, int]) -> int:
        return starts[place[0] - 1] + place[1] - 1

    entries = tuple(
        (offset(document.key_positions.get(entry, document.value_positions[entry])), offset(end))
        for entry, end in document.end_positions.items()
        if len(entry) == len(path) + 1 and entry[: len(path)] == path
    )
    return FlowCollection("".join(lines), offset(document.value_positions[path]) + 1, entries)


def is_entry_alone(flow: FlowCollection, index: int) -> bool:
    """Whether the lines of the entry hold nothing else but its comma and a comment."""
    begin, end = flow.entries[index]
    comma = find_comma(flow.text, end)
    return is_alone_on_lines(flow.text, begin, end if comma is None else comma + 1)


def is_first_on_line(flow: FlowCollection, index: int) -> bool:
    """Whether the entry begins a line."""
    begin, end = flow.entries[index]
    return not flow.text[find_line_bounds(flow.text, begin, end)[0] : begin].strip()


def insert_on_own_lines(flow: FlowCollection, after: int, new: list[str]) -> str:
    """The text with new entries after entry `after`, each on a line of its own, indented as that entry is."""
    text, (begin, end) = flow.text, flow.entries[after]
    comma = find_comma(text, end)
    stop = end if comma is None else comma + 1
    tail = find_line_bounds(text, begin, stop)[1]
    missing = "," if comma is None else ""
    added = ",".join(get_break_before(flow, after) + entry for entry in new)
    return f"{text[:end]}{missing}{text[end:tail]}{added}{'' if missing else ','}{text[tail:]}"


def insert_behind(flow: FlowCollection, after: int, new: str, gap: str) -> str:
    """The text with a new entry right behind entry `after`. `gap`: the blanks between the comma and the new entry."""
    text, end = flow.text, flow.entries[after][1]
    comma = find_comma(text, end)
    if comma is not None:
        return f"{text[: comma + 1]}{gap}{new},{text[comma + 1 :]}"
    return f"{text[:end]},{gap}{new}{text[end:]}"


def get_break_before(flow: FlowCollection, index: int) -> str:
    """The line end and the blanks before an entry that begins a line."""
    begin, end = flow.entries[index]
    return find_first_line_end(flow.text) + flow.text[find_line_bounds(flow.text, begin, end)[0] : begin]


def remove_entries(flow: FlowCollection, removed: set[int]) -> str:
    """The text without the entries, and without the comments in their lines if they are alone there."""
    text = flow.text
    for index in sorted(removed, reverse=True):
        text = _cut_entry(text, *flow.entries[index], before=flow.entries[index - 1][1] if index else None)
    return text


def find_comma(text: str, at: int) -> int | None:
    """The offset of the comma after an entry that ends at `at`; None: there is none."""
    gap = _GAP.match(text, at)
    return gap.end() if gap and text[gap.end() : gap.end() + 1] == "," else None


def _cut_entry(text: str, begin: int, end: int, before: int | None) -> str:
    """The text without the entry from `begin` to `end` and the comma after it. The last entry may have no comma after
    it; then the comma before it is removed. `before`: where the entry before it ends."""
    comma = find_comma(text, end)
    stop = end if comma is None else comma + 1
    ahead = find_comma(text, before) if comma is None and before is not None else None
    if is_alone_on_lines(text, begin, stop) and not text[end:stop].strip(" \t,"):
        head, tail = find_line_bounds(text, begin, stop)
        rest = text[tail:]
        rest = rest[2:] if rest.startswith("\r\n") else rest[1:]
        return (text[:head] if ahead is None else text[:ahead] + text[ahead + 1 : head]) + rest
    if ahead is not None:
        between = text[ahead + 1 : begin]
        return text[:ahead] + (between if between.strip() else "") + text[end:]
    if comma is None:  # it was the only one
        return text[:begin] + text[end:]
    comment = text[end:comma] if text[end:comma].strip() else ""
    left, right = text[:begin], text[stop:]
    if before is None or not text[find_line_bounds(text, begin, stop)[0] : begin].strip():
        right = re.sub(r"^[ \t]*(?!#)", "", right)
    else:
        left = left.rstrip(" \t")
    return left + comment + right
