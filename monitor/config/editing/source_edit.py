"""Edits sources files as text: it adds or removes sources, and every other byte stays the same.

Our own parser gives the positions. It also parses the result, which must hold exactly the expected sources; otherwise
the edit is refused and nothing is written. `source_files.py` decides which file is edited.

A source is removed together with its lines, the comments right below it that are indented like its keys, and a comment
right above it if the two form a paragraph of their own. All other comments stay, because they may be about several
sources.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from monitor.config.editing.block_entries import (
    extend_over_comments,
    find_end_of_comments,
    find_entry_extents,
    format_item_like,
    is_spaced,
)
from monitor.config.editing.flow_entries import (
    FlowCollection,
    find_comma,
    find_flow_collection,
    get_break_before,
    insert_behind,
    insert_on_own_lines,
    is_entry_alone,
    is_first_on_line,
    remove_entries,
)
from monitor.config.editing.text_lines import delete_lines, insert_lines, measure_indent
from monitor.config.editing.value_text import TextStyle, format_block, format_parts
from monitor.config.yaml.yaml12 import PlainData, YamlDocument, parse_yaml_text
from monitor.errors import EditUnsafe, InvalidFiles

SourceValue = str | bool | Sequence[str] | Mapping[str, str]
NewSource = Mapping[str, SourceValue]
"""The keys of a source in the order in which they are written."""

_LIST = "sources"
_STYLE = TextStyle(quote="'")


def with_sources(text: str, file: str, sources: Sequence[NewSource]) -> str:
    """The text with more sources, in this order, at the end of its last list. Raises MonitorError."""
    if not sources:
        return text
    documents = parse_yaml_text(text, file)
    lines = text.splitlines(keepends=True)
    document = next((candidate for candidate in reversed(documents) if (_LIST,) in candidate.value_positions), None)
    if not documents:
        insert_lines(lines, len(lines), [f"{_LIST}:", *_format_items(sources, 2)])
    elif document and _is_flow_list(lines, document) and not _is_empty_flow(lines, document):
        lines = [_append_to_flow(find_flow_collection(lines, document, (_LIST,)), sources)]
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
            lines = remove_entries(find_flow_collection(lines, document, (_LIST,)), removed).splitlines(keepends=True)
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
    raise EditUnsafe(file)


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
    extents = find_entry_extents(lines, document, (_LIST,))
    last = len(extents) - 1
    new_lines: list[str] = []
    for source in sources:
        item = format_item_like(lines, document, (_LIST, last), source_to_plain_data(source), _STYLE)
        new_lines += ["", *item] if is_spaced(lines, extents, last) else item
    at = find_end_of_comments(lines, extents[last].stop, measure_indent(lines[extents[last].start]))
    insert_lines(lines, at, new_lines)


def _fill_empty_list(lines: list[str], document: YamlDocument, sources: Sequence[NewSource]) -> None:
    """Adds sources to an empty list: `sources:` or `sources: []`, with or without comments below it."""
    line, indent = document.key_positions[_LIST,][0] - 1, document.key_positions[_LIST,][1] - 1
    if _is_flow_list(lines, document):
        bracket = document.value_positions[_LIST,][1] - 1
        lines[line] = lines[line][: bracket - 1] + lines[line][bracket + 2 :]
    insert_lines(lines, find_end_of_comments(lines, line + 1, indent + 1), _format_items(sources, indent + 2))


def _format_items(sources: Sequence[NewSource], indent: int) -> list[str]:
    return [line for source in sources for line in format_block(source_to_plain_data(source), indent, "- ", _STYLE)]


def _is_empty_flow(lines: list[str], document: YamlDocument) -> bool:
    """Whether the list is written exactly `sources: []`, as we write it when the last source is removed."""
    (line, column), top = document.value_positions[_LIST,], document.value_positions[()]
    plain = lines[line - 1][column - 3 : column - 1] == ": " and lines[top[0] - 1][top[1] - 1] != "{"
    return plain and document.end_positions[_LIST,] == (line, column + 2)


def _remove_from_block(lines: list[str], document: YamlDocument, removed: Collection[int]) -> None:
    extents, last = find_entry_extents(lines, document, (_LIST,)), True
    for index in reversed(range(len(extents))):
        if index in removed:
            above = extents[index - 1].stop if index else None
            delete_lines(lines, extend_over_comments(lines, extents[index], above, last=last))
        else:
            last = False
    if len(removed) == len(extents):
        line, column = document.key_positions[_LIST,]
        colon = lines[line - 1].index(":", column - 1) + 1
        lines[line - 1] = f"{lines[line - 1][:colon]} []{lines[line - 1][colon:]}"


# --- lists in brackets -------------------------------------------------------------------------------------------


def _append_to_flow(flow: FlowCollection, sources: Sequence[NewSource]) -> str:
    """The text with sources after the last item, each on a line of its own if the last item has one."""
    mappings = list(map(_format_flow, sources))
    new, last = ", ".join(mappings), len(flow.entries) - 1
    if not flow.entries:
        return flow.text[: flow.inside] + new + flow.text[flow.inside :]
    if is_entry_alone(flow, last):
        return insert_on_own_lines(flow, last, mappings)
    begins_line = find_comma(flow.text, flow.entries[last][1]) is None and is_first_on_line(flow, last)
    return insert_behind(flow, last, new, get_break_before(flow, last) if begins_line else " ")


def _format_flow(source: NewSource) -> str:
    return " ".join(format_parts(source_to_plain_data(source), _STYLE))
