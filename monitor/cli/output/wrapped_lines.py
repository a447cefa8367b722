"""Lines for people, wrapped at words on a terminal."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from shutil import get_terminal_size
from typing import TYPE_CHECKING

import click

from monitor.cli.output.streams import open_console, parse_styled_text

if TYPE_CHECKING:
    from rich.text import Text

_LABEL = re.compile(r"\S+ {2,}| *[✓✗·–] | +")
_WIDEST = 2  # cells of a character
_SHORTEST = 20  # cells: with less room than that behind a label, the rest goes below it
_INDENT = 4  # cells, below a label


def print_lines(lines: Iterable[str]) -> None:
    """Lines that begin with a label, with the blanks of one or with a check mark. What does not fit on a line of the
    terminal goes on below, behind the label; elsewhere lines stay whole."""
    shown = sys.stdout.isatty()
    width = get_terminal_size().columns
    for line in lines:
        if not shown or len(line) * _WIDEST <= width:
            click.echo(line)
            continue
        for part in _wrap_line(parse_styled_text(line), width):
            open_console().print(part, soft_wrap=True)


def _wrap_line(line: Text, width: int) -> Iterator[Text]:
    if line.cell_len <= width or width < _SHORTEST + _INDENT:  # so narrow a terminal breaks the lines itself
        yield line
        return
    found = _LABEL.match(line.plain)
    indent = found.end() if found else 0
    label = line[:indent]
    if width - indent < _SHORTEST:
        label, indent = line[:0], _INDENT
    for part in line[len(label) :].wrap(open_console(), width - indent, overflow="fold"):
        part.rstrip()
        label.append_text(part)
        yield label
        label = line.blank_copy(" " * indent)
