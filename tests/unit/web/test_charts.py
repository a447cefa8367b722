"""Bars and shades: what is drawn is as large as its count."""

from __future__ import annotations

import pytest

from monitor.web.charts import SHADES, build_bar_chart, round_up, shade


@pytest.mark.parametrize(
    ("count", "top"),
    [(0, 2), (1, 2), (2, 2), (3, 4), (9, 10), (10, 10), (11, 20), (95, 100), (101, 200), (9_999, 10_000)],
)  # fmt: skip
def test_the_axis_ends_at_a_number_that_is_easy_to_read(count: int, top: int) -> None:
    """With a whole number in the middle, and never below the count."""
    assert round_up(count) == top
    assert top % 2 == 0


def test_bars_are_as_high_as_their_counts() -> None:
    """They stand on the base line, and none leaves the chart."""
    chart = build_bar_chart([0, 3, 10], ["a", "b", "c"])
    assert (chart.width, chart.top) == (3, 10)
    assert [bar.height for bar in chart.bars] == [0, 30, 100]
    assert [bar.y + bar.height for bar in chart.bars] == [100, 100, 100]
    assert all(number < bar.x < bar.x + bar.width < number + 1 for number, bar in enumerate(chart.bars))


def test_more_is_darker() -> None:
    """None is not the same as a few, and the largest is the darkest."""
    assert [shade(count, 10) for count in (0, 1, 2, 3, 9, 10)] == [0, 1, 1, 2, SHADES, SHADES]
    assert shade(0, 0) == 0
    assert shade(1, 10_000) == 1
