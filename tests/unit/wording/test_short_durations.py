"""Lengths of time in tables."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.wording.quantities import abbreviate_duration


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
