"""Lengths of time in tables and in sentences."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.wording.quantities import abbreviate_duration, abbreviate_limit, duration_in_words


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


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"), (0.2, "1 s"), (59.2, "1 min"), (60, "1 min"), (61, "2 min"), (140, "3 min"), (3_541, "1 h"),
        (3_601, "1 h 1 min"), (86_399, "1 d"), (86_401, "1 d 1 h"), (86_400 * 3, "3 d"),
    ],
)  # fmt: skip
def test_what_is_done_within_a_length_took_no_longer(seconds: float, words: str) -> None:
    """Rounded up to what it shows, so that it agrees with a count of those that took up to 2 minutes."""
    assert abbreviate_limit(timedelta(seconds=seconds)) == words
