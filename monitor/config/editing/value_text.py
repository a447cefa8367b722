"""Writes plain data as YAML text: text in quotes where it needs them, lists and mappings in brackets."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from monitor.config.yaml.yaml12 import PlainData, parse_yaml_text
from monitor.errors import InvalidFiles


@dataclass(frozen=True, slots=True)
class TextStyle:
    """How values are written. `width`: lists and mappings in brackets are broken where a line would pass this number of
    characters; None: they are never broken."""

    quote: Literal["'", '"'] = "'"
    width: int | None = None


_IN_BLOCK = "- {}"
_IN_BRACKETS = "[{}]"
_OPENING = re.compile(r"[\[{]")


def format_block(mapping: Mapping[str, PlainData], indent: int, lead: str, style: TextStyle) -> list[str]:
    """The lines of a mapping, with one key a line. `indent`: of the first line; `lead`: the dash with the blanks before
    the first key, or nothing."""
    inner = indent + len(lead)
    lines: list[str] = []
    for key, value in mapping.items():
        start = " " * inner + f"{format_key(key, style)}: "
        lines += fill_lines(start, format_block_value(value, style), style, inner)
    return [" " * indent + lead + lines[0][inner:], *lines[1:]]


def format_block_value(value: PlainData, style: TextStyle) -> list[str]:
    """A value outside of brackets, in parts as `format_parts` gives them."""
    return [_format_text(value, _IN_BLOCK, style)] if isinstance(value, str) else format_parts(value, style)


def format_parts(value: PlainData, style: TextStyle) -> list[str]:
    """A value for use inside brackets, in parts: joined by blanks they are the text, and the line may be broken between
    them."""
    if isinstance(value, str):
        return [_format_text(value, _IN_BRACKETS, style)]
    if isinstance(value, dict):
        return _enclose("{", [format_pair(key, item, style) for key, item in value.items()], "}")
    if isinstance(value, list):
        return _enclose("[", [format_parts(item, style) for item in value], "]")
    return [_format_constant(value)]


def format_pair(key: str, value: PlainData, style: TextStyle) -> list[str]:
    """A key and its value for use inside brackets, in parts as `format_parts` gives them."""
    first, *others = format_parts(value, style)
    return [f"{format_key(key, style)}: {first}", *others]


def format_key(key: str, style: TextStyle) -> str:
    """A key, in quotes where it needs them."""
    return key if _is_read_as(f"[{{{key}: x}}]", {key: "x"}) else _quote(key, style)


def fill_lines(start: str, parts: list[str], style: TextStyle, indent: int, reserve: int = 0) -> list[str]:
    """The lines of `start` and the parts after it. `indent`: of the block around it; lines after the first are indented
    as the first entry in the brackets is, or, if that is far to the right, a little more than the block. `reserve`: the
    number of characters that will follow on the last line."""
    inside = len(start) + (opening.end() if (opening := _OPENING.search(parts[0])) else 0)
    margin = " " * (inside if style.width is None or inside < style.width // 2 else indent + 4)
    lines = [start + parts[0]]
    for number, part in enumerate(parts[1:], 2):
        length = len(lines[-1]) + 1 + len(part) + (reserve if number == len(parts) else 0)
        if style.width is not None and length > style.width:
            lines.append(margin + part)
        else:
            lines[-1] += f" {part}"
    return lines


def _enclose(opening: str, entries: list[list[str]], closing: str) -> list[str]:
    if not entries:
        return [opening + closing]
    parts = [part for *others, last in entries for part in (*others, f"{last},")]
    parts[0] = opening + parts[0]
    parts[-1] = parts[-1].removesuffix(",") + closing
    return parts


def _format_constant(value: bool | float | None) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    digits, exponent, power = repr(value).partition("e")
    return f"{digits}.0e{power}" if exponent and "." not in digits else repr(value)  # YAML's 1e+16 has a fraction


def _format_text(text: str, within: str, style: TextStyle) -> str:
    """The text without quotes if our parser then reads the same text, otherwise in quotes. `within`: a template of the
    list around it. Text with line ends does not come back the same; who writes it checks the result."""
    return text if _is_read_as(within.format(text), text) else _quote(text, style)


def _is_read_as(listed: str, item: PlainData) -> bool:
    """Whether the text is read as a list with this item only."""
    try:
        return [document.data for document in parse_yaml_text(listed, "")] == [[item]]
    except InvalidFiles:
        return False


def _quote(text: str, style: TextStyle) -> str:
    if style.quote == '"' and not set(text) & {'"', "\\"}:
        return f'"{text}"'
    return "'" + text.replace("'", "''") + "'"
