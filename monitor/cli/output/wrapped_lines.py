"""Lines for people, wrapped at words on a terminal."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from shutil import get_terminal_size

import click

from monitor.cli.output.streams import open_console
from monitor.sanitize import sanitize_text

_LABEL = re.compile(r"\S+ {2,}| +")
_WIDEST = 2  # cells of a character
_SHORTEST = 20  # cells: with less room than that, the terminal breaks the lines itself


def print_lines(lines: Iterable[str]) -> None:
    """Lines that begin with a label, or with the blanks of one. What does not fit on a line of the terminal goes on
    below, behind the label; elsewhere lines stay whole."""
    shown = sys.stdout.isatty()
    width = get_terminal_size().columns
    for line in lines:
        if not shown or len(line) * _WIDEST <= width:
            click.echo(line)
            continue
        for part in _wrap_line(sanitize_text(line), width):
            click.echo(part)


def _wrap_line(line: str, width: int) -> Iterator[str]:
    from rich.cells import cell_len
    from rich.text import Text

    label = found[0] if (found := _LABEL.match(line)) else ""
    room = width - len(label)
    if cell_len(line) <= width or room < _SHORTEST:
        yield line
        return
    for part in Text(line[len(label) :]).wrap(open_console(), room, overflow="fold"):
        yield f"{label}{part.plain.rstrip()}"
        label = " " * len(label)
