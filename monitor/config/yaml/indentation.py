"""Finds the line whose wrong indentation made a text unreadable.

The parser often stops in a later line. So this tries which line, moved to the left or to the right, makes the lines
around it readable. Of several, the best one leaves no key without its value, makes the indentation regular, moves few
lines, and is near the place where the parser stopped.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import yaml

_LINES_BEFORE, _LINES_AFTER = 40, 10
_MOST_CHARACTERS = 20_000  # with longer lines, the search would take long
_OPENING = re.compile("^(?: *- +)* *")
"""The blanks and the signs of list items before the content of a line."""


@dataclass(frozen=True, slots=True)
class WrongIndentation:
    """A line, from 0, that is indented wrongly; its blanks, and those with which the text can be read."""

    line: int
    blanks: int
    fitting: tuple[int, ...]
    moves_block: bool

    @property
    def hint(self) -> str:
        """What to do about it."""
        places = [
            f"after {number} blank{'s' * (number != 1)}" if number else "at the left edge" for number in self.fitting
        ]
        return f"begin it {' or '.join(places)}{', and move the lines under it too' * self.moves_block}"


@dataclass(frozen=True, slots=True)
class _Move:
    """Lines from `first` up to before `end` that begin at `column`, in place of where they begin."""

    first: int
    end: int
    column: int
    distance: int
    empty_values: int
    irregular: int

    def rank(self, stopped: int) -> tuple[int, ...]:
        """The smallest is the best. `stopped`: the line where the parser stopped."""
        return self.empty_values, self.irregular, self.end - self.first, stopped - self.first, self.distance


def find_wrong_indentation(lines: Sequence[str], stopped: int) -> WrongIndentation | None:
    """The line whose indentation is most likely wrong. `stopped`: the line, from 0, in which the parser stopped. None:
    no change of the indentation of one line, or of one with the lines under it, makes the text readable."""
    numbers = _select_lines_around(lines, stopped)
    near = [lines[number] for number in numbers]
    if stopped not in numbers or sum(map(len, near)) > _MOST_CHARACTERS:
        return None
    last = numbers.index(stopped)
    moves = [*_find_repairs(near, last)]
    if not moves:
        return None
    best = min(moves, key=lambda move: move.rank(last))
    alike = [move.column for move in moves if move.rank(last) == best.rank(last)]
    line = numbers[best.first]
    return WrongIndentation(line, _count_blanks(lines[line]), tuple(sorted(alike)), best.end - best.first > 1)


def _select_lines_around(lines: Sequence[str], stopped: int) -> list[int]:
    """The lines with content around a line, without those of other documents, and with the lines to which the first of
    them belongs. They can be read without the rest."""
    before: list[int] = []
    for number in range(min(stopped, len(lines) - 1), -1, -1):
        if lines[number].startswith("---"):
            break
        if _has_content(lines[number]) and (
            len(before) < _LINES_BEFORE or _count_blanks(lines[number]) < _count_blanks(lines[before[-1]])
        ):
            before.append(number)
    after: list[int] = []
    for number in range(stopped + 1, len(lines)):
        if lines[number].startswith("---") or len(after) == _LINES_AFTER:
            break
        if _has_content(lines[number]):
            after.append(number)
    return [*reversed(before), *after]


def _find_repairs(lines: Sequence[str], stopped: int) -> Iterator[_Move]:
    """The moves of lines up to `stopped` with which all lines can be read."""
    columns = sorted({column for line in lines for column in _list_columns(line)})
    step = _find_usual_step(lines)
    for first in range(stopped + 1):
        blanks = _count_blanks(lines[first])
        under = next((end for end in range(first + 1, len(lines)) if _count_blanks(lines[end]) <= blanks), len(lines))
        for end in {first + 1, under}:
            for column in columns:
                moved = _move_lines(lines, first, end, column - blanks)
                if moved is not None and (empty_values := _count_empty_values("\n".join(moved), first)) is not None:
                    yield _Move(first, end, column, abs(column - blanks), empty_values, _count_irregular(moved, step))


def _list_columns(line: str) -> Iterator[int]:
    """The columns, from 0, at which a neighbour of this line may begin."""
    yield _count_blanks(line)
    yield _find_content(line)
    if line.rstrip().endswith(":"):
        yield _find_content(line) + 2


def _move_lines(lines: Sequence[str], first: int, end: int, by: int) -> list[str] | None:
    """The lines, those from `first` up to before `end` with more or fewer blanks; None: they have not so many."""
    if by < 0 and any(line[:-by].strip(" ") for line in lines[first:end]):
        return None
    moved = [line[-by:] if by < 0 else " " * by + line for line in lines[first:end]]
    return [*lines[:first], *moved, *lines[end:]]


def _list_steps(lines: Sequence[str]) -> Iterator[int]:
    """By how many blanks more each line is indented than the one that it belongs to."""
    outer = [0]
    for line in lines:
        blanks = _count_blanks(line)
        while blanks < outer[-1]:
            outer.pop()
        if blanks > outer[-1]:
            outer.append(blanks)
        yield blanks - (outer[-2] if len(outer) > 1 else 0)
        if (content := _find_content(line)) > blanks:
            outer.append(content)


def _find_usual_step(lines: Sequence[str]) -> int:
    return Counter(filter(None, _list_steps(lines))).most_common(1)[0][0] if any(_list_steps(lines)) else 0


def _count_irregular(lines: Sequence[str], usual_step: int) -> int:
    return sum(step not in (0, usual_step) for step in _list_steps(lines))


def _count_empty_values(text: str, first: int) -> int | None:
    """How many keys have no value, if the text can be read and the line `first` does not continue the text of the line
    before it; else None."""
    empty, is_beginning = 0, False
    try:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            is_beginning |= (
                isinstance(event, yaml.NodeEvent) and event.start_mark is not None and event.start_mark.line == first
            )
            empty += isinstance(event, yaml.ScalarEvent) and not event.value and event.implicit[0]
    except yaml.YAMLError:
        return None
    return empty if is_beginning else None


def _find_content(line: str) -> int:
    """The column of the first character after the blanks and the signs of list items."""
    opening = _OPENING.match(line)
    return opening.end() if opening else 0


def _has_content(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _count_blanks(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
