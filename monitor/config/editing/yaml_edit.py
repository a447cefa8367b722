"""Edits YAML that a person wrote, as text: adds to the end of a list or of keys, and removes items of a list.

Every byte that is not part of the edit stays. Our own parser gives the places. It also reads the result, which must
hold exactly the expected data; else the edit is refused, nothing is written, and a person pastes it in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from itertools import accumulate

import yaml

from monitor.config.yaml.yaml12 import PlainData, ValuePath, YamlDocument, parse_yaml_text, resolve_scalar
from monitor.errors import EditUnsafe, InvalidFiles

NO_BREAKS = 2**30
"""A width at which no line is broken."""
_LINE_END = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
_TAGS = {str: "str", bool: "bool", int: "int", float: "float", type(None): "null"}


# --- writing ---------------------------------------------------------------------------------------------------------


class _Representer(yaml.representer.SafeRepresenter):
    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - our parser refuses them
        return True


class _Writer(yaml.CSafeDumper):
    """Puts text in quotes if our parser would read it as something else."""

    def resolve(self, kind: type[yaml.Node], value: str, implicit: tuple[bool, bool]) -> str:
        if kind is yaml.ScalarNode and implicit[0]:
            return f"tag:yaml.org,2002:{_TAGS[type(resolve_scalar(value))]}"
        return str(super().resolve(kind, value, implicit))  # type: ignore[no-untyped-call]


def format_yaml(data: PlainData, blocks: int = 1, width: int = NO_BREAKS) -> list[str]:
    """The lines of a list or mapping. `blocks`: so many levels have a line for each entry; those inside are written in
    brackets."""
    node = _Representer(sort_keys=False).represent_data(data)
    _choose_style(node, blocks)
    text: str = yaml.serialize(node, Dumper=_Writer, allow_unicode=True, width=width)
    return text.removesuffix("\n").split("\n")


def _choose_style(node: yaml.Node, blocks: int) -> None:
    if isinstance(node, yaml.CollectionNode):
        node.flow_style = blocks <= 0
        for child in node.value:
            for each in child if isinstance(child, tuple) else (child,):
                _choose_style(each, blocks - 1)


# --- adding ----------------------------------------------------------------------------------------------------------


def add_entries(text: str, file: str, path: ValuePath, entries: PlainData, blocks: int) -> str:
    """The text with more items at the end of the list at `path`, or more keys at the end of the mapping there: in the
    last document that has it, else keys are made. `blocks`: so many levels of the entries have a line for each entry,
    if nothing is in brackets around them. Raises EditUnsafe."""
    documents = parse_yaml_text(text, file)
    if not documents:  # an empty file, or one with comments only
        text = _insert_lines(text, len(text.splitlines()), [f"{path[0]}:"], 0)
        documents = parse_yaml_text(text, file)
    number = next((n for n, each in reversed([*enumerate(documents)]) if path in each.value_positions), -1)
    while path not in documents[number].value_positions:
        path, entries, blocks = path[:-1], {str(path[-1]): entries}, blocks + 1
    document, expected = documents[number], [each.data for each in documents]
    old = _get_value(document.data, path)
    if isinstance(old, dict) and isinstance(entries, dict) and not old.keys() & entries.keys():
        new: PlainData = old | entries
    elif isinstance(old, list) and isinstance(entries, list):
        new = [*old, *entries]
    elif old is None:
        new = entries
    else:
        raise EditUnsafe(document.place(path))
    expected[number] = _with_value(document.data, path, new)
    return _verify(
        file, document, path, lambda: _add_text(text, document, path, entries, blocks, is_empty=not old), expected
    )


def _add_text(
    text: str, document: YamlDocument, path: ValuePath, new: PlainData, blocks: int, *, is_empty: bool
) -> str:
    start, end = _offset(text, document.value_positions[path]), _offset(text, document.end_positions[path])
    is_flow = text[start : start + 1] in ("[", "{")
    if is_flow and not (is_empty and blocks and _is_alone(text, document, path)):
        inside = format_yaml(new, 0)[0][1:-1]
        if is_empty:
            return text[: start + 1] + inside + text[start + 1 :]
        last = _offset(text, max(_children(document.end_positions, path).values()))
        return f"{text[:last]}, {inside}{text[last:]}"
    if is_empty and not blocks:
        return f"{text[:start].rstrip(' ')} {format_yaml(new, 0)[0]}{text[end:]}"
    if is_empty:  # the entries come below the key
        line, column = document.key_positions[path]
        text, indent = text[:start].rstrip(" ") + text[end:], column + 1
        return _insert_lines(text, _skip_comments(text, line, column), format_yaml(new, blocks), indent)
    indent = document.value_positions[path][1] - 1
    line = _last_line(text, max(_children(document.end_positions, path).values()))
    return _insert_lines(text, _skip_comments(text, line, max(indent, 1)), format_yaml(new, max(blocks, 1)), indent)


def _is_alone(text: str, document: YamlDocument, path: ValuePath) -> bool:
    """Whether a value is in the line of its key, and only a comment may be behind it; the key begins the line."""
    (line, column), key = document.value_positions[path], document.key_positions.get(path)
    if key is None or key[0] != line or document.end_positions[path] != (line, column + 2):
        return False
    written = text.splitlines()[line - 1]
    return not written[: key[1] - 1].strip() and written[column + 1 :].strip()[:1] in ("", "#")


def _insert_lines(text: str, at: int, new: Sequence[str], indent: int) -> str:
    """The text with more lines below its first `at` lines. Without a line end at its end, it still has none."""
    lines, ending = text.splitlines(keepends=True), _find_ending(text)
    added = "".join(f"{' ' * indent}{line}{ending}" for line in new)
    if at == len(lines) and lines and not _LINE_END.search(lines[-1]):
        return text + ending + added.removesuffix(ending)
    return "".join(lines[:at]) + added + "".join(lines[at:])


def _skip_comments(text: str, at: int, indent: int) -> int:
    """The number of lines down to the last of the comments that follow the first `at` lines and are indented by
    `indent` at least: they are about what is above them."""
    lines = text.splitlines()
    while at < len(lines) and lines[at].lstrip().startswith("#") and _indent_of(lines[at]) >= indent:
        at += 1
    return at


# --- removing --------------------------------------------------------------------------------------------------------


def remove_items(text: str, file: str, path: ValuePath, is_removed: Callable[[PlainData], bool]) -> str:
    """The text without these items of the lists at `path` in all documents: their lines, and the comments right below
    that are indented more than their dashes. All other comments stay. Raises EditUnsafe."""
    documents = parse_yaml_text(text, file)
    for number, document in reversed([*enumerate(documents)]):  # from the end, so that the places stay
        items = _get_value(document.data, path)
        removed = [n for n, item in enumerate(items) if is_removed(item)] if isinstance(items, list) else []
        if removed and isinstance(items, list):
            expected = [each.data for each in parse_yaml_text(text, file)]
            left: PlainData = [item for n, item in enumerate(items) if n not in removed]
            expected[number] = _with_value(document.data, path, left)
            item_path = (*path, removed[0])
            cut = partial(_cut_items, text, document, path, removed)
            text = _verify(file, document, item_path, cut, expected)
    return text


def _cut_items(text: str, document: YamlDocument, path: ValuePath, removed: Collection[int]) -> str:
    if text[_offset(text, document.value_positions[path])] == "[":
        return _cut_from_brackets(text, document, path, removed)
    lines = text.splitlines(keepends=True)
    has_end = bool(_LINE_END.search(lines[-1]))
    ends = [end for _, end in sorted(_children(document.end_positions, path).items())]
    starts = [document.value_positions[path][0] - 1]
    for end in ends[:-1]:
        start = _last_line(text, end)
        while not lines[start].strip() or lines[start].lstrip().startswith("#"):
            start += 1
        starts.append(start)
    for number in sorted(removed, reverse=True):
        start, stop = starts[number], _last_line(text, ends[number])
        del lines[start : _skip_comments(text, stop, _indent_of(lines[start]) + 1)]
    if len(removed) == len(ends):
        line, column = document.key_positions[path]
        colon = lines[line - 1].index(":", column - 1) + 1
        lines[line - 1] = f"{lines[line - 1][:colon]} []{lines[line - 1][colon:]}"
    left = "".join(lines)
    return left if has_end else left.removesuffix(_find_ending(text))


def _cut_from_brackets(text: str, document: YamlDocument, path: ValuePath, removed: Collection[int]) -> str:
    """The text without the items, each with the comma after it; the last one with the comma before it. Raises
    ValueError if a comment is there."""
    starts = [_offset(text, at) for _, at in sorted(_children(document.value_positions, path).items())]
    ends = [_offset(text, at) for _, at in sorted(_children(document.end_positions, path).items())]
    for number in sorted(removed, reverse=True):
        if any(later not in removed for later in range(number + 1, len(ends))):
            start, stop, gap = starts[number], starts[number + 1], text[ends[number] : starts[number + 1]]
        else:
            start, stop = ends[number - 1] if number else starts[0], ends[number]
            gap = text[start : starts[number]]
        if "#" in gap:
            raise ValueError(gap)
        text = text[:start] + text[stop:]
    return text


# --- what both need --------------------------------------------------------------------------------------------------


def _verify(
    file: str, document: YamlDocument, path: ValuePath, edit: Callable[[], str], expected: list[PlainData]
) -> str:
    """The edited text, if it has the expected data. Raises EditUnsafe at the place of the edit."""
    try:
        edited = edit()
        if repr([each.data for each in parse_yaml_text(edited, file)]) == repr(expected):  # in which 1 is not true
            return edited
    except (InvalidFiles, LookupError, ValueError):  # not written as this module reads it, as with '? key'
        pass
    raise EditUnsafe(document.place(path))


def _get_value(data: PlainData, path: ValuePath) -> PlainData:
    for key in path:
        data = data.get(str(key)) if isinstance(data, dict) else None
    return data


def _with_value(data: PlainData, path: ValuePath, value: PlainData) -> PlainData:
    if not path:
        return value
    assert isinstance(data, dict)
    key = str(path[0])
    return {**data, key: _with_value(data[key], path[1:], value)}


def _children(positions: Mapping[ValuePath, tuple[int, int]], path: ValuePath) -> dict[ValuePath, tuple[int, int]]:
    return {each: at for each, at in positions.items() if len(each) == len(path) + 1 and each[:-1] == path}


def _offset(text: str, position: tuple[int, int]) -> int:
    lines = text.splitlines(keepends=True)
    starts = [*accumulate(map(len, lines), initial=0)]
    return starts[position[0] - 1] + position[1] - 1


def _last_line(text: str, end: tuple[int, int]) -> int:
    """The number of the last line of a value. A block of text ends where the next line begins."""
    lines, (line, column) = text.splitlines(), end
    line -= column == 1
    while not lines[line - 1].strip():
        line -= 1
    return line


def _indent_of(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _find_ending(text: str) -> str:
    found = _LINE_END.search(text)
    return found[0] if found else "\n"
