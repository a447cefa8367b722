"""A time as people type it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from monitor.errors import InvalidRequest
from monitor.services.times import parse_time, parse_time_to_come

NOW = datetime(2026, 3, 29, 16, 30, tzinfo=UTC)  # in Seoul it is the next day; in Berlin summer time began this morning


@pytest.mark.parametrize(
    ("text", "zone", "found"),
    [
        ("3 hours", "Asia/Seoul", "2026-03-29T13:30Z"),
        ("2026-03-01", "Asia/Seoul", "2026-02-28T15:00Z"),
        ("2026-03-01 09:00", "Asia/Seoul", "2026-03-01T00:00Z"),
        ("2026-03-01T09:00+01:00", "Asia/Seoul", "2026-03-01T08:00Z"),
        ("today", "Asia/Seoul", "2026-03-29T15:00Z"),
        ("Yesterday", "Asia/Seoul", "2026-03-28T15:00Z"),
        ("today", "Europe/Berlin", "2026-03-28T23:00Z"),
        ("yesterday", "Europe/Berlin", "2026-03-27T23:00Z"),
    ],
)
def test_a_time_is_read_in_the_zone_of_the_desk(text: str, zone: str, found: str) -> None:
    """A day begins at its midnight, whatever the clocks do later."""
    assert parse_time(text, NOW, zone) == datetime.fromisoformat(found)


@pytest.mark.parametrize("text", ["tomorrow", "someday", "", "9 Jan", "0001-01-01"])
def test_a_text_that_is_not_a_time_is_refused(text: str) -> None:
    """With what to write."""
    with pytest.raises(InvalidRequest, match="is not a time: write '3 days'"):
        parse_time(text, NOW, "Asia/Seoul")


@pytest.mark.parametrize(
    ("text", "zone", "found"),
    [
        ("08:00", "Asia/Seoul", "2026-03-29T23:00Z"),  # today there: it is 01:30
        ("1:30", "Asia/Seoul", "2026-03-30T16:30Z"),  # that is now, so tomorrow
        ("02:30", "Europe/Berlin", "2026-03-30T00:30Z"),
        ("2026-04-01", "Asia/Seoul", "2026-03-31T15:00Z"),
        ("2026-04-01 09:00", "Asia/Seoul", "2026-04-01T00:00Z"),
    ],
)
def test_a_time_to_come_is_read_in_the_zone_of_the_desk(text: str, zone: str, found: str) -> None:
    """A time without a date is the next one."""
    assert parse_time_to_come(text, NOW, zone) == datetime.fromisoformat(found)


@pytest.mark.parametrize(
    ("now", "text", "found"),
    [
        ("2026-10-25T00:30Z", "02:45", "2026-10-25T00:45Z"),  # 02:30 there, for the first time
        ("2026-10-25T00:50Z", "02:45", "2026-10-25T01:45Z"),
        ("2026-10-25T01:30Z", "02:45", "2026-10-25T01:45Z"),  # for the second time
        ("2026-10-25T01:50Z", "02:45", "2026-10-26T01:45Z"),
        ("2026-03-29T00:00Z", "02:45", "2026-03-29T01:45Z"),  # that night clocks show no 02:45
        ("2026-03-29T01:50Z", "02:45", "2026-03-30T00:45Z"),
    ],
)
def test_the_next_time_in_a_night_when_clocks_change(now: str, text: str, found: str) -> None:
    """An hour that comes twice counts twice."""
    assert parse_time_to_come(text, datetime.fromisoformat(now), "Europe/Berlin") == datetime.fromisoformat(found)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("2026-03-29", "is past"),
        ("25:00", "is not a time: write 09:00"),
        ("3 days", "is not a time: write 09:00"),
        ("9999-12-31T23:59-10:00", "is not a time"),
    ],
)
def test_a_time_that_cannot_come_is_refused(text: str, problem: str) -> None:
    """With what to write."""
    with pytest.raises(InvalidRequest, match=problem):
        parse_time_to_come(text, NOW, "Asia/Seoul")
