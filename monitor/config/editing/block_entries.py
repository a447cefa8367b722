"""Finds the lines of the entries of a list or mapping in block style, and writes new items as their neighbours are. An
entry is an item that begins with a dash, or a key with its value."""

from __future__ import annotations

from monitor.config.editing.text_lines import is_blank, is_comment, measure_indent
from monitor.config.editing.value_text import TextStyle, fill_lines, format_block, format_block_value
from monitor.config.yaml.yaml12 import PlainData, ValuePath, YamlDocument


def find_entry_extents(lines: list[str], document: YamlDocument, path: ValuePath) -> list[range]:
    """The lines of each entry of the list or mapping at the path, from its dash or key to the last line of its content.
    `lines`: those of the text that the document was read from."""
    extents: list[range] = []
    start = document.value_positions[path][0] - 1
    for entry, (line, column) in document.end_positions.items():
        if len(entry) != len(path) + 1 or entry[: len(path)] != path:
            continue
        while is_blank(lines[start]) or is_comment(lines[start]):
            start += 1
        stop = line if column > 1 else line - 1  # in column 1: a block of text ended with the line before
        while is_blank(lines[stop - 1]):
            stop -= 1
        extents.append(range(start, stop))
        start = stop
    return extents


def find_end_of_comments(lines: list[str], at: int, indent: int) -> int:
    """The line after the comments that begin in line `at` and are indented by at least `indent`."""
    while at < len(lines) and is_comment(lines[at]) and measure_indent(lines[at]) >= indent:
        at += 1
    return at


def extend_over_comments(lines: list[str], entry: range, above: int | None, *, last: bool) -> range:
    """The lines that are removed with an entry: its own, the comments right below it that are indented more, and a
    comment right above it if the two form a paragraph of their own. `above`: the line after the entry before it; None:
    it is the first; `last`: no entry that stays comes after it."""
    start, indent = entry.start, measure_indent(lines[entry.start])
    stop = find_end_of_comments(lines, entry.stop, indent + 1)
    if above is None:  # a comment above the first entry may be about the whole list
        return range(start, stop)
    top = start
    while top > above and is_comment(lines[top - 1]) and measure_indent(lines[top - 1]) == indent:
        top -= 1
    is_followed = stop < len(lines) and not is_blank(lines[stop])
    is_own_paragraph = not is_followed or (last and (top == start or not is_comment(lines[stop])))
    if is_own_paragraph and top > above and is_blank(lines[top - 1]):
        start = top - 1  # with the blank line, so that there are not two in a row
    return range(start, stop)


def format_item_like(
    lines: list[str], document: YamlDocument, sibling: ValuePath, item: PlainData, style: TextStyle
) -> list[str]:
    """The lines of a new item of a list in block style, with the indentation and the braces of another item of it."""
    indent = document.value_positions[sibling[:-1]][1] - 1
    line, column = document.value_positions[sibling]
    begins_after_dash = lines[line - 1][indent] == "-"  # else in the line after the dash
    lead = "-".ljust(max(column - 1 - indent, 2) if begins_after_dash else 2)
    if isinstance(item, dict) and item and lines[line - 1][column - 1 : column] != "{":
        return format_block(item, indent, lead, style)
    return fill_lines(" " * indent + lead, format_block_value(item, style), style, indent)


def is_spaced(lines: list[str], extents: list[range], index: int) -> bool:
    """Whether blank lines are between an entry and the one before it (for the first one: after it)."""
    pair = max(index, 1)
    return pair < len(extents) and any(map(is_blank, lines[extents[pair - 1].stop : extents[pair].start]))
