"""How lists are printed for people: as a table where one fits on the terminal, else in lines for each row."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from monitor.cli.output.streams import open_console
from monitor.sanitize import sanitize_text

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

_READABLE = 30  # a column of sentences that is narrower holds a word or two a line
_NARROWEST = 20  # a terminal that says that it is narrower breaks the lines itself
_ALIGNED = 100  # from this width on, the short cells of a row stand in columns
_LINES_A_ROW = 1.5  # of a table, on the average: with more, it is hard to see where a row begins
_INDENT = " " * 4
_GAP = "  "

_ROOM_FOR_TEXT = 40  # cells behind the short cells of a row: with less, a sentence is below them


def print_table(heads: Sequence[str], rows: Iterable[Sequence[object]], whole: Collection[str] = ()) -> None:
    """Rows under their heads; where the output is no terminal, each on one line in plain columns.

    `whole`: the columns whose words go into other commands; the leftmost of them is the row's name. None of these is
    ever cut; nothing else is either: long cells go on in the next line. On a terminal, columns without any content are
    left out. If it is too narrow for a table, the short cells of each row stand in columns, and the long ones below
    them; on a narrow one, each row is a few lines that begin with its name.
    """
    shown = sys.stdout.isatty()
    cells = [["" if cell is None else sanitize_text(str(cell)) for cell in row] for row in rows]
    console = open_console()
    if not shown:
        listing = _Listing(heads, cells, whole, console, lists_below=False)
        console.width = max(_add_gaps(listing.widths), 1)
        console.print(listing.build_table(), crop=False)
        return
    console.width = max(console.width, _NARROWEST)
    _Listing(*_drop_empty_columns(heads, cells), whole, console, lists_below=True).print()


def _drop_empty_columns(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> tuple[list[str], list[list[str]]]:
    kept = [number for number in range(len(heads)) if not rows or any(row[number] for row in rows)]
    return [heads[number] for number in kept], [[row[number] for number in kept] for row in rows]


def _break_after_commas(cell: str) -> str:
    return cell.replace(", ", ",\n")


def _add_gaps(widths: Sequence[int]) -> int:
    return sum(widths) + len(_GAP) * (len(widths) - 1)


class _Listing:
    """Rows and how they are laid out. `lists_below`: the parts of a list in a `whole` column stand below each other.
    `widths`: how wide each column is if nothing of it is wrapped, in cells of the terminal."""

    def __init__(
        self,
        heads: Sequence[str],
        rows: Sequence[Sequence[str]],
        whole: Collection[str],
        console: Console,
        *,
        lists_below: bool,
    ) -> None:
        self._heads = heads
        self._rows = rows
        self._whole = [number for number, head in enumerate(heads) if head in whole]
        self._console = console
        self._lists_below = lists_below
        self.widths = [self._measure(number) for number in range(len(heads))]

    def print(self) -> None:
        """Print it in the layout that fits the terminal."""
        if not self._rows or self._fits_in_table():
            self._console.print(self.build_table())
        elif self._console.width >= _ALIGNED:
            self._print_aligned()
        else:
            for row in self._rows:
                self._console.print(self._stack_cells(row), soft_wrap=True)

    def build_table(self) -> Table:
        """A table in which long cells are wrapped, if it has not the room for them."""
        from rich.table import Column, Table

        columns = [
            Column(head, no_wrap=number in self._whole, overflow="fold") for number, head in enumerate(self._heads)
        ]
        table = Table(*columns, box=None, pad_edge=False, header_style="bold")
        for row in self._rows:
            table.add_row(*(self._break_list(number, cell) for number, cell in enumerate(row)))
        return table

    def _break_list(self, number: int, cell: str) -> str:
        return _break_after_commas(cell) if self._lists_below and number in self._whole else cell

    def _measure(self, number: int) -> int:
        from rich.cells import cell_len

        cells = (self._break_list(number, row[number]) for row in self._rows)
        return max(map(cell_len, (self._heads[number], *(line for cell in cells for line in cell.split("\n")))))

    def _measure_line(self, number: int) -> int:
        """How wide a column is if each cell is on one line."""
        from rich.cells import cell_len

        return max(
            cell_len(" ".join(cell.split())) for cell in (self._heads[number], *(row[number] for row in self._rows))
        )

    def _fits_in_table(self) -> bool:
        """Whether a table can be read with ease: no column is too narrow, and few rows take several lines."""
        needed = (width if number in self._whole else min(width, _READABLE) for number, width in enumerate(self.widths))
        if _add_gaps(list(needed)) > self._console.width:
            return False
        lines = self._console.render_lines(self.build_table())
        return len(lines) - 1 <= _LINES_A_ROW * len(self._rows)

    def _print_aligned(self) -> None:
        """As many of the short cells as fit on a line, under their heads. The first long one is behind them where
        there is room for a sentence; the others stand below, each behind its head."""
        room, short = self._console.width, dict[int, int]()
        for number in range(len(self._heads)):
            width = self._measure_line(number)
            if (number in self._whole or width <= _READABLE) and width <= room:
                short[number] = width
                room -= width + len(_GAP)
        others = [number for number in range(len(self._heads)) if number not in short]
        text = others.pop(0) if others and room >= _ROOM_FOR_TEXT and others[0] not in self._whole else None
        heads = self._align(self._heads, short, text, room)
        for line in heads:
            line.stylize("bold")
        for lines in (
            heads,
            *(self._pack_cells(self._align(row, short, text, room), row, others) for row in self._rows),
        ):
            self._console.print(_join_lines(lines), soft_wrap=True)

    def _align(self, row: Sequence[str], short: Mapping[int, int], text: int | None, room: int) -> list[Text]:
        """The short cells of a row in their columns, by their widths, and behind them one that is wrapped to the room
        there."""
        from rich.text import Text

        line = Text()
        for number, width in short.items():
            cell = Text(" ".join(row[number].split()))
            cell.pad_right(width + len(_GAP) - cell.cell_len)
            line.append_text(cell)
        wrapped = [] if text is None else list(Text(" ".join(row[text].split())).wrap(self._console, room))
        indent = " " * line.cell_len
        lines = [Text.assemble(line, *wrapped[:1]), *(Text.assemble(indent, each) for each in wrapped[1:])]
        for each in lines:
            each.rstrip()
        return lines

    def _stack_cells(self, row: Sequence[str]) -> Text:
        """The lines of a row: its name, and each cell that is not empty behind its head."""
        from rich.text import Text

        name = self._whole[0] if self._whole else 0
        others = [number for number in range(len(self._heads)) if number != name]
        return _join_lines(self._pack_cells([Text(row[name], style="bold")], row, others, on_last_line=True))

    def _pack_cells(
        self, lines: list[Text], row: Sequence[str], numbers: Iterable[int], *, on_last_line: bool = False
    ) -> list[Text]:
        """The lines, and these cells of the row that are not empty, each behind its head: several on a line where they
        fit. `on_last_line`: the first of them may stand on the last of the lines."""
        from rich.text import Text

        for number in numbers:
            if not row[number]:
                continue
            piece = Text.assemble((self._heads[number], "dim"), " ", " ".join(row[number].split()))
            if on_last_line and lines[-1].cell_len + len(_GAP) + piece.cell_len <= self._console.width:
                lines[-1] = Text.assemble(lines[-1], _GAP, piece)
                continue
            on_last_line = True
            room = self._console.width - len(_INDENT)
            is_whole = number in self._whole
            if piece.cell_len > room and is_whole:
                piece = Text.assemble((self._heads[number], "dim"), " ", _break_after_commas(row[number]))
            wrapped = piece.wrap(self._console, room, overflow="ignore" if is_whole else "fold")
            lines += (Text.assemble(_INDENT, each) for each in wrapped)
        return lines


def _join_lines(lines: Iterable[Text]) -> Text:
    from rich.text import Text

    return Text("\n").join(lines)
