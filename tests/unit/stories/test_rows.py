"""Rows of numbers and of stories, one behind the other."""

from __future__ import annotations

import sys
from array import array
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Story
from monitor.stories.rows import Rows, ShortRows, StoryRows, shortened
from tests.building import NOON

NUMBERS = st.lists(st.integers(0, (1 << 32) - 1), max_size=5)
STORIES = st.builds(
    Story,
    st.text("SE0123456789abcdef", min_size=1),
    st.text(st.characters(exclude_categories=[])),  # half a pair too
    st.integers(-(10**15), 10**15).map(lambda number: NOON + timedelta(microseconds=number)),
)


@given(st.lists(NUMBERS), st.integers(0, 3))
def test_rows_are_read_as_they_were_put(rows: list[list[int]], last: int) -> None:
    """Whole, or the highest bytes of each number, whatever was put behind them and taken away again."""
    whole, short = Rows(), ShortRows()
    for row in (*rows, *[[1, 2, 3]] * last):
        whole.append(array("I", row))
        short.append(array("I", row))
    for _ in range(last):
        whole.pop()
        short.pop()
    assert len(whole) == len(rows)
    for number, row in enumerate(rows):
        assert list(whole[number]) == row
        assert short[number] == shortened(array("I", row))
    whole.forget(len(rows) // 2)
    assert [list(whole[number]) for number in range(len(whole))] == rows[len(rows) // 2 :]


@given(NUMBERS)
def test_on_another_machine_numbers_are_the_same(row: list[int]) -> None:
    """One that holds the highest byte of a number first."""
    short, other = ShortRows(), "big" if sys.byteorder == "little" else "little"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "byteorder", other)
        swapped = array("I", row)
        swapped.byteswap()
        short.append(swapped)
        read = short[0]
        read.byteswap()
    assert read == shortened(array("I", row))


@given(st.lists(STORIES))
def test_stories_are_read_as_they_were_put(stories: list[Story]) -> None:
    """To the last sign and moment."""
    rows = StoryRows()
    for story in (*stories, Story("S", "taken away again", NOON)):
        rows.append(story)
    rows.pop()
    assert [rows[number] for number in range(len(rows))] == stories
