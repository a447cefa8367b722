"""Writes rules as YAML text: a new document, in the order of keys in which people write them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from monitor.config.editing.value_text import TextStyle, format_block, format_block_value
from monitor.config.yaml.yaml12 import PlainData

_STYLE = TextStyle(quote='"', width=110)


def format_comments(comments: Iterable[str], indent: int = 0) -> list[str]:
    """Each comment as a line."""
    return [f"{' ' * indent}# {comment}".rstrip() for comment in comments]


def format_rule(keys: Mapping[str, PlainData], comments: Sequence[str] = ()) -> list[str]:
    """The lines of a rule, or of some of its keys, with comments above."""
    return [*format_comments(comments), *(format_block(keys, 0, "", _STYLE) if keys else ())]


def format_word_lines(words: Iterable[tuple[str, Sequence[str]]]) -> list[str]:
    """`match` with a line for each word. `words`: each with the comments above it."""
    lines = ["match:", "  words:"]
    for word, comments in words:
        lines += format_comments(comments, 4)
        lines.append(f"    - {format_block_value(word, _STYLE)[0]}")
    return lines
