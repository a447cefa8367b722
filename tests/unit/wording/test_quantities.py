"""Lengths of time in tables and in sentences."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.wording.quantities import abbreviate_duration, duration_in_words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"), (59.4, "59 s"), (59.6, "1 min"), (60, "1 min"), (3_569, "59 min"), (3_571, "1 h"),
        (4_800, "1 h 20 min"), (86_399, "1 d"), (86_400 + 3_540, "1 d"), (86_400 + 3 * 3_600, "1 d 3 h"),
        (400 * 86_400, "400 d"),
    ],
)  # fmt: skip
def test_a_length_has_two_units_at_most(seconds: float, words: str) -> None:
    """Rounded to what it shows; 60 minutes are an hour."""
    assert abbreviate_duration(timedelta(seconds=seconds)) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 seconds"), (1, "1 second"), (59, "59 seconds"), (60, "1 minute"), (3_600, "1 hour"),
        (5_400, "90 minutes"), (7_200, "2 hours"), (86_400, "1 day"), (129_600, "36 hours"), (172_800, "2 days"),
    ],
)  # fmt: skip
def test_a_length_in_a_sentence_has_one_unit(seconds: float, words: str) -> None:
    """A cooldown of a second is not one of 0 minutes."""
    assert duration_in_words(timedelta(seconds=seconds)) == words
