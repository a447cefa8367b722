"""The geometry of charts: counts become bars. Templates draw them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

SHADES = 5


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of a chart whose width is the number of its bars and whose height is 100. `y` counts from above."""

    x: float
    y: float
    width: float
    height: float
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class BarChart:
    """Bars, and the count that the full height means."""

    bars: tuple[Bar, ...]
    top: int

    @property
    def width(self) -> int:
        return len(self.bars)


def build_bar_chart(counts: Sequence[int], labels: Sequence[str]) -> BarChart:
    """A bar for each count."""
    top = round_up(max(counts, default=0))
    bars = []
    for number, (count, label) in enumerate(zip(counts, labels, strict=True)):
        height = round(100 * count / top, 2)
        bars.append(Bar(number + 0.1, round(100 - height, 2), 0.8, height, label, count))
    return BarChart(tuple(bars), top)


def round_up(count: int) -> int:
    """The next number that is easy to read on an axis and has a whole half: 2, 4, 6, 8, 10, 20, 40 ..."""
    step = 1
    while count > 10 * step:
        step *= 10
    return max(2 * step * ceil(count / (2 * step)), 2)


def shade(count: int, most: int) -> int:
    """How dark the cell of a count is, from 0 for none to SHADES for the largest."""
    return ceil(SHADES * count / most) if count else 0
