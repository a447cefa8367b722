"""Slices are as large as takes little time."""

from __future__ import annotations

import pytest

from monitor.store.engine.table_walk import SlicePace


@pytest.mark.parametrize("seconds_a_row", [0.00001, 0.0002, 0.001, 0.005])
def test_slices_take_about_as_long_on_every_machine(seconds_a_row: float) -> None:
    """From the first one on; on a quick machine they grow to their usual size, and not beyond."""
    pace, sizes = SlicePace(), []
    for _ in range(20):
        sizes.append(pace.limit_rows(250))
        pace.record(sizes[-1] * seconds_a_row)
    assert max(size * seconds_a_row for size in sizes[1:]) <= 0.1
    assert max(sizes) <= 250
    assert sizes[-1] == (250 if seconds_a_row <= 0.0002 else pytest.approx(0.05 / seconds_a_row, abs=1))


def test_one_slow_slice_does_not_make_the_rest_small() -> None:
    """A disk that was busy for a moment; and a slice always has a row."""
    pace = SlicePace(1)
    pace.record(60)
    assert pace.limit_rows(250) == 5
    assert pace.limit_rows(3) == 1
    for _ in range(6):
        pace.record(0.001)
    assert pace.limit_rows(250) == 250
