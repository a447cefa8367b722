"""Edits sources files as text: it adds or removes sources, and every other byte stays the same.

Our own parser gives the positions. It also parses the result, which must hold exactly the expected sources; otherwise
the edit is refused and nothing is written. `source_files.py` decides which file is edited.

A source is removed together with its lines, the comments right below it that are indented like its keys, and a comment
right above it if the two form a paragraph of their own. All other comments stay, because they may be about several
sources.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from itertools import accumulate

from monitor.config.yaml.yaml12 import PlainData, YamlDocument, parse_yaml_text
from monitor.errors import InvalidFiles, MonitorError

SourceValue = str | bool | Sequence[str] | Mapping[str, str]
NewSource = Mapping[str, SourceValue]
"""The keys of a source in the order in which they are written."""

_LIST = "sources"
_ENDINGS = "\r\n\x85\u2028\u2029"  # what ends a line in YAML: those line ends of str.splitlines that our parser accepts
_GAP = re.compile(rf"(?:\s|#[^{_ENDINGS}]*)*")
"""Blanks and comments."""


def with_source(text: str, file: str, source: NewSource) -> str:
    """The text with one more source, at the end of its last list. Raises MonitorError."""
    return with_sources(text, file, [source])


def with_sources(text: str, file: str, sources: Sequence[NewSource]) -> str:
    """The text with more sources, in this order, at the end of its last list. Raises MonitorError."""
    if not sources:
        return text
    documents = parse_yaml_text(text, file)
    lines = text.splitlines(keepends=True)
    document = next((candidate for candidate in reversed(documents) if (_LIST,) in candidate.value_positions), None)
    if not documents:
        _insert_lines(lines, len(lines), [f"{_LIST}:", *_format_blocks(sources, 2, 2)])
    elif document and _is_flow_list(lines, document) and not _is_empty_flow(lines, document):
        lines = [_append_to_flow(_FlowSequence(lines, document), sources)]
    elif document and _get_items(document):
        _append_to_block(lines, document, sources)
    elif document:
        _fill_empty_list(lines, document, sources)
    return _verify_edit("".join(lines), file, [*_get_all_items(documents), *map(source_to_plain_data, sources)])


def source_to_plain_data(source: NewSource) -> dict[str, PlainData]:
    """A source as our parser would read it."""
    return {key: _value_to_plain_data(value) for key, value in source.items()}


def _value_to_plain_data(value: SourceValue) -> PlainData:
    if isinstance(value, str | bool):
        return value
    return dict(value) if isinstance(value, Mapping) else list(value)


def without_sources(text: str, file: str, ids: Collection[str]) -> str:
    """The text without the sources with these ids. Raises MonitorError."""
    documents = parse_yaml_text(text, file)
    lines = text.splitlines(keepends=True)
    for document in reversed(documents):  # from the end, so that earlier positions stay valid
        removed = {index for index, item in enumerate(_get_items(document)) if _get_item_id(item) in ids}
        if removed and _is_flow_list(lines, document):
            lines = _remove_from_flow(_FlowSequence(lines, document), removed).splitlines(keepends=True)
        elif removed:
            _remove_from_block(lines, document, removed)
    return _verify_edit(
        "".join(lines), file, [item for item in _get_all_items(documents) if _get_item_id(item) not in ids]
    )


def _verify_edit(text: str, file: str, expected: list[PlainData]) -> str:
    try:
        if _get_all_items(parse_yaml_text(text, file)) == expected:
            return text
    except InvalidFiles:
        pass
    raise MonitorError(f"{file}: this file is written in a way that cannot be edited safely: edit it by hand")


def _get_all_items(documents: Sequence[YamlDocument]) -> list[PlainData]:
    return [item for document in documents for item in _get_items(document)]


def _get_items(document: YamlDocument) -> list[PlainData]:
    listed = document.data.get(_LIST) if isinstance(document.data, dict) else None
    return listed if isinstance(listed, list) else []


def _get_item_id(item: PlainData) -> str | None:
    return str(item.get("id")) if isinstance(item, dict) else None


def _is_flow_list(lines: list[str], document: YamlDocument) -> bool:
    line, column = document.value_positions[_LIST,]
    return lines[line - 1][column - 1 : column] == "["


# --- lists in block style: an item begins with a dash on a line of its own ---------------------------------------


def _append_to_block(lines: list[str], document: YamlDocument, sources: Sequence[NewSource]) -> None:
    """Adds sources after the last item, in its style."""
    *others, last = _find_item_extents(lines, document)
    at, indent = last.stop, _measure_indent(lines[last.start])
    while at < len(lines) and _is_comment(lines[at]) and _measure_indent(lines[at]) >= indent:
        at += 1
    line, column = document.value_positions[_LIST, len(others)]
    width = column - 1 - indent if line - 1 == last.start else 2
    is_spaced = bool(others) and any(map(_is_blank, lines[others[-1].stop : last.start]))
    new_lines: list[str] = []
    for source in sources:
        block = _format_block(source, indent, width)
        if lines[line - 1][column - 1] == "{":
            block = [f"{block[0][: indent + width]}{_format_flow_mapping(source)}"]
        new_lines += ["", *block] if is_spaced else block
    _insert_lines(lines, at, new_lines)


def _fill_empty_list(lines: list[str], document: YamlDocument, sources: Sequence[NewSource]) -> None:
    """Adds sources to an empty list: `sources:` or `sources: []`, with or without comments below it."""
    line, indent = document.key_positions[_LIST,][0] - 1, document.key_positions[_LIST,][1] - 1
    if _is_flow_list(lines, document):
        bracket = document.value_positions[_LIST,][1] - 1
        lines[line] = lines[line][: bracket - 1] + lines[line][bracket + 2 :]
    at = line + 1
    while at < len(lines) and _is_comment(lines[at]) and _measure_indent(lines[at]) > indent:
        at += 1
    _insert_lines(lines, at, _format_blocks(sources, indent + 2, 2))


def _is_empty_flow(lines: list[str], document: YamlDocument) -> bool:
    """Whether the list is written exactly `sources: []`, as we write it when the last source is removed."""
    (line, column), top = document.value_positions[_LIST,], document.value_positions[()]
    plain = lines[line - 1][column - 3 : column - 1] == ": " and lines[top[0] - 1][top[1] - 1] != "{"
    return plain and document.end_positions[_LIST,] == (line, column + 2)


def _remove_from_block(lines: list[str], document: YamlDocument, removed: Collection[int]) -> None:
    extents, last = _find_item_extents(lines, document), True
    for index in reversed(range(len(extents))):
        if index in removed:
            above = extents[index - 1].stop if index else None
            _delete_lines(lines, _extend_over_comments(lines, extents[index], above, last=last))
        else:
            last = False
    if len(removed) == len(extents):
        line, column = document.key_positions[_LIST,]
        colon = lines[line - 1].index(":", column - 1) + 1
        lines[line - 1] = f"{lines[line - 1][:colon]} []{lines[line - 1][colon:]}"


def _find_item_extents(lines: list[str], document: YamlDocument) -> list[range]:
    """The lines of each item, from its dash to the last line of its content."""
    extents: list[range] = []
    start = document.value_positions[_LIST,][0] - 1
    for index in range(len(_get_items(document))):
        while _is_blank(lines[start]) or _is_comment(lines[start]):
            start += 1
        line, column = document.end_positions[_LIST, index]
        stop = line if column > 1 else line - 1  # in column 1: a block of text ended with the line before
        while _is_blank(lines[stop - 1]):
            stop -= 1
        extents.append(range(start, stop))
        start = stop
    return extents


def _extend_over_comments(lines: list[str], item: range, above: int | None, *, last: bool) -> range:
    """The lines that are removed with an item. `above`: the line after the item before it; `last`: no item that stays
    comes after it."""
    start, stop, indent = item.start, item.stop, _measure_indent(lines[item.start])
    while stop < len(lines) and _is_comment(lines[stop]) and _measure_indent(lines[stop]) > indent:
        stop += 1
    if above is None:  # a comment above the first item may be about the whole list
        return range(start, stop)
    top = start
    while top > above and _is_comment(lines[top - 1]) and _measure_indent(lines[top - 1]) == indent:
        top -= 1
    is_followed = stop < len(lines) and not _is_blank(lines[stop])
    is_own_paragraph = not is_followed or (last and (top == start or not _is_comment(lines[stop])))
    if is_own_paragraph and top > above and _is_blank(lines[top - 1]):
        start = top - 1  # with the blank line, so that there are not two in a row
    return range(start, stop)


def _insert_lines(lines: list[str], at: int, new_lines: Sequence[str]) -> None:
    ending = next((ending for line in (*lines[at - 1 : at], *lines) if (ending := _get_line_ending(line))), "\n")
    added = [line + ending for line in new_lines]
    if at and not _get_line_ending(lines[at - 1]):  # the text had no final line end, and must have none
        lines[at - 1] += ending
        added[-1] = new_lines[-1]
    lines[at:at] = added


def _delete_lines(lines: list[str], removed: range) -> None:
    has_no_ending = not _get_line_ending(lines[removed.stop - 1])
    del lines[removed.start : removed.stop]
    if has_no_ending and lines:
        lines[-1] = lines[-1].rstrip(_ENDINGS)


def _get_line_ending(line: str) -> str:
    return line[len(line.rstrip(_ENDINGS)) :]


def _measure_indent(line: str) -> int:
    return len(line) - len(line.lstrip(" \t"))


def _is_blank(line: str) -> bool:
    return not line.strip()


def _is_comment(line: str) -> bool:
    return line.lstrip().startswith("#")


# --- lists in brackets -------------------------------------------------------------------------------------------


class _FlowSequence:
    """The text of a document with a list in brackets, and the offsets of the list and of each item."""

    def __init__(self, lines: list[str], document: YamlDocument) -> None:
        starts = list(accumulate(map(len, lines), initial=0))

        def offset(place: tuple[int, int]) -> int:
            return starts[place[0] - 1] + place[1] - 1

        self.text = "".join(lines)
        self.inside = offset(document.value_positions[_LIST,]) + 1
        self.items = [
            (offset(document.value_positions[_LIST, index]), offset(document.end_positions[_LIST, index]))
            for index in range(len(_get_items(document)))
        ]


def _append_to_flow(flow: _FlowSequence, sources: Sequence[NewSource]) -> str:
    """The text with sources after the last item, each on a line of its own if the last item has one."""
    text, mappings = flow.text, list(map(_format_flow_mapping, sources))
    new = ", ".join(mappings)
    if not flow.items:
        return text[: flow.inside] + new + text[flow.inside :]
    begin, end = flow.items[-1]
    comma = _find_comma(text, end)
    stop = end if comma is None else comma + 1
    head, tail = _find_line_bounds(text, begin, stop)
    below = (re.search(rf"\r\n|[{_ENDINGS}]", text) or [""])[0] + text[head:begin]
    if _is_alone_on_lines(text, begin, stop):
        after = "," if comma is None else ""
        added = ",".join(below + mapping for mapping in mappings)
        return f"{text[:end]}{after}{text[end:tail]}{added}{'' if after else ','}{text[tail:]}"
    if comma is not None:
        return f"{text[:stop]} {new},{text[stop:]}"
    return f"{text[:end]},{' ' if text[head:begin].strip() else below}{new}{text[end:]}"


def _remove_from_flow(flow: _FlowSequence, removed: Collection[int]) -> str:
    text = flow.text
    for index in sorted(removed, reverse=True):
        text = _cut_item(text, *flow.items[index], before=flow.items[index - 1][1] if index else None)
    return text


def _cut_item(text: str, begin: int, end: int, before: int | None) -> str:
    """The text without the item from `begin` to `end` and the comma after it. The last item may have no comma after it;
    then the comma before it is removed. `before`: where the item before it ends."""
    comma = _find_comma(text, end)
    stop = end if comma is None else comma + 1
    ahead = _find_comma(text, before) if comma is None and before is not None else None
    if _is_alone_on_lines(text, begin, stop) and not text[end:stop].strip(" \t,"):
        head, tail = _find_line_bounds(text, begin, stop)
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
    if before is None or not text[_find_line_bounds(text, begin, stop)[0] : begin].strip():
        right = re.sub(r"^[ \t]*(?!#)", "", right)
    else:
        left = left.rstrip(" \t")
    return left + comment + right


def _find_comma(text: str, at: int) -> int | None:
    """The offset of the comma after an item that ends at `at`; None: there is none."""
    gap = _GAP.match(text, at)
    return gap.end() if gap and text[gap.end() : gap.end() + 1] == "," else None


def _find_line_bounds(text: str, begin: int, stop: int) -> tuple[int, int]:
    """The start of the line of `begin`, and the end of the line of `stop`."""
    after = re.compile(f"[{_ENDINGS}]").search(text, stop)
    return max(text.rfind(ending, 0, begin) for ending in _ENDINGS) + 1, after.start() if after else len(text)


def _is_alone_on_lines(text: str, begin: int, stop: int) -> bool:
    """Whether these lines hold nothing else but a comment at the end."""
    head, tail = _find_line_bounds(text, begin, stop)
    return not text[head:begin].strip() and (_is_blank(text[stop:tail]) or _is_comment(text[stop:tail]))


# --- a new source as text ----------------------------------------------------------------------------------------


def _format_blocks(sources: Sequence[NewSource], indent: int, width: int) -> list[str]:
    return [line for source in sources for line in _format_block(source, indent, width)]


def _format_block(source: NewSource, indent: int, width: int) -> list[str]:
    """The lines of a source, with one key a line. `width`: from the dash to the keys."""
    first, *others = (f"{key}: {_format_value(value)}" for key, value in source.items())
    return [f"{' ' * indent}{'-'.ljust(width)}{first}", *(f"{' ' * (indent + width)}{line}" for line in others)]


def _format_flow_mapping(source: Mapping[str, SourceValue]) -> str:
    keys = (
        f"{key}: {_format_scalar(value, '[{}]') if isinstance(value, str) else _format_value(value)}"
        for key, value in source.items()
    )
    return "{" + ", ".join(keys) + "}"


def _format_value(value: SourceValue) -> str:
    if isinstance(value, str):
        return _format_scalar(value, "- {}")
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        return _format_flow_mapping(value)
    return "[" + ", ".join(_format_scalar(item, "[{}]") for item in value) + "]"


def _format_scalar(text: str, within: str) -> str:
    """The text without quotes if our parser then reads the same text, otherwise in quotes. `within`: a template of the
    list around it."""
    try:
        if [document.data for document in parse_yaml_text(within.format(text), "")] == [[text]]:
            return text
    except InvalidFiles:
        pass
    return "'" + text.replace("'", "''") + "'"
