"""The lines of a user's file: their ends and indentation, and inserting and deleting whole lines."""

from __future__ import annotations

import re
from collections.abc import Sequence

LINE_ENDS = "\r\n\x85\u2028\u2029"
"""What ends a line in YAML: those line ends of str.splitlines that our parser accepts."""


def insert_lines(lines: list[str], at: int, new_lines: Sequence[str]) -> None:
    """Inserts lines (without line ends) before line `at`, with the line ends of the text. If the text had no line end
    at its end, it still has none."""
    ending = next((ending for line in (*lines[at - 1 : at], *lines) if (ending := get_line_end(line))), "\n")
    added = [line + ending for line in new_lines]
    if at and not get_line_end(lines[at - 1]):
        lines[at - 1] += ending
        added[-1] = new_lines[-1]
    lines[at:at] = added


def delete_lines(lines: list[str], removed: range) -> None:
    """Deletes lines. If the text had no line end at its end, it still has none."""
    has_no_end = not get_line_end(lines[removed.stop - 1])
    del lines[removed.start : removed.stop]
    if has_no_end and lines:
        lines[-1] = lines[-1].rstrip(LINE_ENDS)


def get_line_end(line: str) -> str:
    """What ends the line; empty for a last line without a line end."""
    return line[len(line.rstrip(LINE_ENDS)) :]


def find_first_line_end(text: str) -> str:
    """The line end of the first line; empty if there is only one line."""
    found = re.search(rf"\r\n|[{LINE_ENDS}]", text)
    return found[0] if found else ""


def find_line_bounds(text: str, begin: int, stop: int) -> tuple[int, int]:
    """The start of the line of `begin`, and the end of the line of `stop`."""
    after = re.compile(f"[{LINE_ENDS}]").search(text, stop)
    return max(text.rfind(ending, 0, begin) for ending in LINE_ENDS) + 1, after.start() if after else len(text)


def is_alone_on_lines(text: str, begin: int, stop: int) -> bool:
    """Whether the lines from `begin` to `stop` hold nothing else but a comment at the end."""
    head, tail = find_line_bounds(text, begin, stop)
    return not text[head:begin].strip() and (is_blank(text[stop:tail]) or is_comment(text[stop:tail]))


def measure_indent(line: str) -> int:
    """The number of blanks at the start of the line."""
    return len(line) - len(line.lstrip(" \t"))


def is_blank(line: str) -> bool:
    """Whether the line holds nothing but blanks."""
    return not line.strip()


def is_comment(line: str) -> bool:
    """Whether the line holds nothing but a comment."""
    return line.lstrip().startswith("#")
