"""Which days a text names, in many languages."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from monitor.text.days import days_named
from tests.building import NOON  # a Monday, the fifth of January


def bit(day: date) -> int:
    return 1 << day.toordinal() % 32


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("North Korea fired on Sunday", date(2026, 1, 4)),
        ("fired on Monday", date(2026, 1, 5)),
        ("fired on Tuesday", date(2026, 1, 6)),  # it is Tuesday there already
        ("fired on Wednesday", date(2025, 12, 31)),
        ("북한이 4일 쏘았다", date(2026, 1, 4)),
        ("지난 31일 쏘았다", date(2025, 12, 31)),
        ("일요일에 쏘았다", date(2026, 1, 4)),
        ("1月4日、発射した", date(2026, 1, 4)),
        ("12月31日发射", date(2025, 12, 31)),
        ("周日发射", date(2026, 1, 4)),
        ("5 января запущена", date(2026, 1, 5)),
        ("в воскресенье запущена", date(2026, 1, 4)),
        ("Jan. 4", date(2026, 1, 4)),
        ("January 4th", date(2026, 1, 4)),
        ("4 January", date(2026, 1, 4)),
    ],
)
def test_days_that_are_named(text: str, day: date) -> None:
    """By the day of the week, the number of the day, or its date."""
    assert days_named(text, NOON) == bit(day)


@pytest.mark.parametrize(
    "text", ["", "4일간 훈련", "40 missiles", "in May 2025", "20 февраля", "31 июня", "Sunderland"]
)
def test_what_names_no_day_of_late(text: str) -> None:
    """Spans, other numbers, days that are long ago, and those that no calendar has."""
    assert days_named(text, NOON) == 0


@pytest.mark.parametrize("year", [1, 9999])
@pytest.mark.parametrize(("month", "day"), [(1, 1), (12, 31)])
def test_the_ends_of_the_calendar_are_days_too(year: int, month: int, day: int) -> None:
    """A feed dates its articles to any year."""
    assert days_named("fired on Sunday, 4 January", datetime(year, month, day, tzinfo=UTC)) >= 0
