"""Durations and sizes as people write them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.config.language.durations import parse_duration, parse_size


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("30 s", timedelta(seconds=30)),
        ("30s", timedelta(seconds=30)),
        ("1 sec", timedelta(seconds=1)),
        ("2 seconds", timedelta(seconds=2)),
        ("5 minutes", timedelta(minutes=5)),
        ("5 min", timedelta(minutes=5)),
        ("1.5 hours", timedelta(minutes=90)),
        ("12 hrs", timedelta(hours=12)),
        ("3 days", timedelta(days=3)),
        ("2 weeks", timedelta(weeks=2)),
        ("2 years", timedelta(days=730)),  # counted as 365 days each
    ],
)
def test_a_duration_is_a_number_and_a_unit(text: str, length: timedelta) -> None:
    """Short and long units, with or without a blank."""
    assert parse_duration(text) == length


@pytest.mark.parametrize(
    "text",
    ["", "6", 5, None, "5 months", "five minutes", "-5 s", "5 s 3", "1.2.3 s", "0 s", "99999 days", "9" * 500 + " s"],
)
def test_anything_else_is_no_duration(text: object) -> None:
    """A bare number has no unit, a month no fixed length; nothing and for ever are no durations."""
    with pytest.raises(ValueError, match=r"write a number and a unit|too (short|long)"):
        parse_duration(text)


@pytest.mark.parametrize(
    ("value", "count"), [(1, 1), ("100 B", 100), ("5 MiB", 5 * 2**20), ("5MB", 5_000_000), ("64 KiB", 65536)]
)
def test_a_size_is_a_number_of_bytes(value: object, count: int) -> None:
    """A number, or a number and a unit."""
    assert parse_size(value) == count


@pytest.mark.parametrize("value", [0, -1, True, 1.5, "6", "5 GiBit", "0 MiB", "9" * 500 + " B", None])
def test_anything_else_is_no_size(value: object) -> None:
    """Nothing is no size, and neither is true."""
    with pytest.raises(ValueError, match=r"write a number of bytes|more than nothing"):
        parse_size(value)
