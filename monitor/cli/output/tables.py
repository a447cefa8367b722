"""How lists are printed for people: as a table where one fits on the terminal, else each row below the other."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING

from monitor.cli.output.streams import open_console
from monitor.sanitize import sanitize_text

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

_WIDE = 2_000  # where nobody looks at it, no cell is cut
_READABLE = 30  # a column of sentences that is narrower holds a word or two a line
_NARROWEST = 20  # a terminal that says that it is narrower breaks the lines itself
_INDENT = " " * 4
_GAP = "  "


def print_table(heads: Sequence[str], rows: Iterable[Sequence[object]], whole: Collection[str] = ()) -> None:
    """Rows under their heads; where the output is no terminal, in plain columns as wide as need be.

    `whole`: the columns whose words go into other commands; the leftmost of them is the row's name. None of these is
    ever cut. On a terminal on which the others would be too narrow to read, each row is a few lines that begin with its
    name.
    """
    shown = sys.stdout.isatty()
    cells = [["" if cell is None else sanitize_text(str(cell)) for cell in row] for row in rows]
    console = open_console()
    console.width = max(console.width, _NARROWEST) if shown else _WIDE
    table = _build_table(heads, cells, whole, lists_below=shown)
    if not cells or not shown or _measure_width(table) <= console.width:
        console.print(table, crop=shown)
        return
    for row in cells:
        console.print(_stack_cells(heads, row, whole, console), soft_wrap=True)


def _build_table(
    heads: Sequence[str], rows: Iterable[Sequence[str]], whole: Collection[str], *, lists_below: bool
) -> Table:
    from rich.table import Column, Table

    columns = [Column(head, no_wrap=head in whole, overflow="fold") for head in heads]
    table = Table(*columns, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        below = (_break_after_commas(cell) if each.no_wrap else cell for each, cell in zip(columns, row, strict=True))
        table.add_row(*(below if lists_below else row))
    return table


def _break_after_commas(cell: str) -> str:
    return cell.replace(", ", ",\n")


def _measure_width(table: Table) -> int:
    """How wide it has to be to be read with ease."""
    from rich.cells import cell_len

    cells = ((column, [str(column.header), *map(str, column.cells)]) for column in table.columns)
    widths = ((column, max(cell_len(line) for cell in found for line in cell.split("\n"))) for column, found in cells)
    return sum(width if column.no_wrap else min(width, _READABLE) for column, width in widths) + len(table.columns) - 1


def _stack_cells(heads: Sequence[str], row: Sequence[str], whole: Collection[str], console: Console) -> Text:
    """The lines of a row: its name, and each cell that is not empty behind its head."""
    from rich.text import Text

    name = next((number for number, head in enumerate(heads) if head in whole), 0)
    lines = [Text(row[name], style="bold")]
    for number, (head, cell) in enumerate(zip(heads, row, strict=True)):
        if number == name or not cell:
            continue
        piece = Text.assemble((head, "dim"), " ", " ".join(cell.split()))
        if lines[-1].cell_len + len(_GAP) + piece.cell_len <= console.width:
            lines[-1] = Text.assemble(lines[-1], _GAP, piece)
            continue
        room = console.width - len(_INDENT)
        if piece.cell_len > room and head in whole:
            piece = Text.assemble((head, "dim"), " ", _break_after_commas(cell))
        wrapped = piece.wrap(console, room, overflow="ignore" if head in whole else "fold")
        lines += (Text.assemble(_INDENT, each) for each in wrapped)
    return Text("\n").join(lines)
